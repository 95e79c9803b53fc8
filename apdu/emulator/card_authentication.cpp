#include "apdu/emulator/card_authentication.h"

#include <algorithm>
#include <utility>

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kGetChallenge = 0x84;
constexpr std::uint8_t kExternalAuthenticate = 0x82;
constexpr auto kCipher = CipherAlgorithm::two_key_triple_des;

}  // namespace

bac::AccessKeys specimen_card_keys(ByteView issuer_key, std::string_view serial) {
    SecretBytes seed(issuer_key.size() + serial.size());
    const auto middle = std::ranges::copy(issuer_key, seed.writable().begin()).out;
    std::ranges::copy(as_bytes(serial), middle);
    return {derive_key(seed.view(), KeyPurpose::encryption, kCipher),
            derive_key(seed.view(), KeyPurpose::mac, kCipher)};
}

CardAuthentication::CardAuthentication(bac::AccessKeys keys, Rights needed, RandomSource random)
    : keys_(std::move(keys)), needed_(needed), random_(std::move(random)) {}

std::optional<Response> CardAuthentication::answer(const Command& command, Session& session, Tally& /*tally*/) {
    // A challenge serves one attempt, and only the command that follows it.
    const std::optional<bac::Chip> attempt = std::exchange(attempt_, std::nullopt);
    if (command.ins() != kGetChallenge && command.ins() != kExternalAuthenticate) return std::nullopt;
    if (!session.may(needed_)) return status_only(sw::security_status_not_satisfied);
    if (command.ins() == kGetChallenge) {
        if (command.expected() != bac::kNonceSize && command.expected() < Command::kMaxShortExpected)
            return status_only(sw::wrong_length);
        attempt_.emplace(keys_, random_);
        return Response{to_bytes(attempt_->challenge()), sw::ok};
    }
    if (!attempt) return status_only(sw::conditions_not_satisfied);
    if (command.data().size() != bac::kCryptogramSize) return status_only(sw::wrong_length);
    auto answer = attempt->answer(command.data());
    if (!answer) return status_only(sw::verification_failed);
    session.next_keys = std::move(answer->session);
    session.secured = right::mutual_authentication;
    return Response{std::move(answer->cryptogram), sw::ok};
}

}  // namespace tahvil::emulator
