#include "apdu/emulator/basic_access.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/kdf.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kGetChallenge = 0x84;
constexpr std::uint8_t kExternalAuthenticate = 0x82;
constexpr std::size_t kChallenge = 8;
constexpr std::size_t kKeySeed = 16;
constexpr std::size_t kCryptogram = 2 * kChallenge + kKeySeed;
constexpr auto kCipher = CipherAlgorithm::two_key_triple_des;

SessionKeys document_keys(ByteView mrz_information) {
    const SecretBytes hash(digest(DigestAlgorithm::sha1, mrz_information));
    return derive_session_keys(hash.view().first(kKeySeed), kCipher);
}

}  // namespace

BasicAccess::BasicAccess(ByteView aid, ByteView mrz_information, RandomSource random)
    : BasicAccess(aid, document_keys(mrz_information), std::move(random)) {}

BasicAccess::BasicAccess(ByteView aid, const SessionKeys& document_keys, RandomSource random)
    : aid_(to_bytes(aid)),
      cipher_(kCipher, document_keys.encryption.view()),
      mac_(kCipher, document_keys.mac.view()),
      random_(std::move(random)) {}

std::optional<Response> BasicAccess::answer(const Command& command, Session& session, Tally& /*tally*/) {
    if (!equal(session.selection.application(), aid_)) return std::nullopt;
    if (command.ins() == kGetChallenge) {
        if (command.expected() != kChallenge && command.expected() < Command::kMaxShortExpected)
            return status_only(sw::wrong_length);
        challenge_ = random_bytes(random_, kChallenge);
        return Response{challenge_, sw::ok};
    }
    if (command.ins() == kExternalAuthenticate) return authenticate(command, session);
    challenge_.clear();
    return std::nullopt;
}

Response BasicAccess::authenticate(const Command& command, Session& session) {
    const Bytes challenge = std::exchange(challenge_, {});
    if (challenge.empty()) return status_only(sw::conditions_not_satisfied);
    if (command.data().size() != kCryptogram + Mac::kProtocolSize) return status_only(sw::wrong_length);
    const ByteView cryptogram = command.data().first(kCryptogram);
    const Bytes code = mac_.compute({pad(cryptogram, block_size(kCipher))});
    const Bytes zero(block_size(kCipher));
    const SecretBytes opened(cipher_.decrypt_cbc(zero, cryptogram));
    const ByteView terminal_challenge = opened.view().first(kChallenge);
    const bool genuine = equal_in_constant_time(code, command.data().last(Mac::kProtocolSize)) &&
                         equal_in_constant_time(opened.view().subspan(kChallenge, kChallenge), challenge);
    if (!genuine) return status_only(sw::verification_failed);

    SecretBytes own_seed(kKeySeed);
    random_(own_seed.writable());
    Bytes answer = cipher_.encrypt_cbc(zero, concat({challenge, terminal_challenge, own_seed.view()}));
    append(answer, mac_.compute({pad(answer, block_size(kCipher))}));

    SecretBytes shared(opened.view().last(kKeySeed));
    std::ranges::transform(shared.view(), own_seed.view(), shared.writable().begin(),
                           [](auto a, auto b) { return static_cast<std::uint8_t>(a ^ b); });
    session.next_keys = derive_session_keys(shared.view(), kCipher);
    session.next_keys->counter = concat({ByteView(challenge).last(4), terminal_challenge.last(4)});
    session.secured = right::access;
    return {answer, sw::ok};
}

}  // namespace tahvil::emulator
