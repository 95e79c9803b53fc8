#include "apdu/emulator/basic_access.h"

#include <utility>

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kGetChallenge = 0x84;
constexpr std::uint8_t kExternalAuthenticate = 0x82;

}  // namespace

BasicAccess::BasicAccess(ByteView aid, ByteView mrz_information, RandomSource random)
    : aid_(to_bytes(aid)), keys_(bac::AccessKeys::derive(mrz_information)), random_(std::move(random)) {}

std::optional<Response> BasicAccess::answer(const Command& command, Session& session, Tally& /*tally*/) {
    // Under secure messaging the same commands are those of terminal authentication.
    if (session.under_secure_messaging || !equal(session.selection.application(), aid_)) return std::nullopt;
    // A challenge serves one attempt, and only the command that follows it.
    const std::optional<bac::Chip> attempt = std::exchange(attempt_, std::nullopt);
    if (command.ins() == kGetChallenge) {
        if (command.expected() != bac::kNonceSize && command.expected() < Command::kMaxShortExpected)
            return status_only(sw::wrong_length);
        attempt_.emplace(keys_, random_);
        return Response{to_bytes(attempt_->challenge()), sw::ok};
    }
    if (command.ins() != kExternalAuthenticate) return std::nullopt;
    if (!attempt) return status_only(sw::conditions_not_satisfied);
    if (command.data().size() != bac::kCryptogramSize) return status_only(sw::wrong_length);
    auto answer = attempt->answer(command.data());
    if (!answer) return status_only(sw::verification_failed);
    session.next_keys = std::move(answer->session);
    session.secured = right::access;
    return Response{std::move(answer->cryptogram), sw::ok};
}

}  // namespace tahvil::emulator
