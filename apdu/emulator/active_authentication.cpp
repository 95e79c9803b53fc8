#include "apdu/emulator/active_authentication.h"

#include "crypto/protocol/active_authentication.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kInternalAuthenticate = 0x88;

}  // namespace

ActiveAuthentication::ActiveAuthentication(PrivateKey key, DigestAlgorithm digest, RandomSource random)
    : key_(std::move(key)), digest_(digest), random_(std::move(random)) {}

std::optional<Response> ActiveAuthentication::answer(const Command& command, Session& session, Tally& /*tally*/) {
    using namespace active_authentication;
    if (command.ins() != kInternalAuthenticate) return std::nullopt;
    if (!session.may(right::access)) return status_only(sw::security_status_not_satisfied);
    if (command.p1() != 0 || command.p2() != 0) return status_only(sw::wrong_parameters);
    if (command.data().size() != kChallengeSize) return status_only(sw::wrong_length);
    if (key_.public_key().kind() == KeyKind::rsa)
        return Response{sign_rsa(key_, digest_, command.data(), random_), sw::ok};
    return Response{sign_ecdsa(key_, digest_, SignatureForm::plain, command.data()), sw::ok};
}

}  // namespace tahvil::emulator
