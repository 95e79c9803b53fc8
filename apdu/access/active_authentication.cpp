#include "apdu/access/active_authentication.h"

#include <algorithm>

namespace tahvil::active_authentication {

std::optional<Proof> authenticate(Channel& card, const PublicKey& key, std::optional<DigestAlgorithm> stated,
                                  const RandomSource& random) {
    const Bytes challenge = random_bytes(random, kChallengeSize);
    // A signature longer than a short answer under secure messaging comes in parts where extended length is not taken.
    const std::size_t longest = std::max(Command::kMaxShortExpected, std::size_t{key.bits()} / 8);
    const std::size_t expected = std::min(longest, std::max(Command::kMaxShortExpected, card.limits().response_data));
    const Bytes signature = card.require(Command::internal_authenticate(challenge, expected),
                                         "INTERNAL AUTHENTICATE of active authentication");
    return verify(key, challenge, signature, stated);
}

}  // namespace tahvil::active_authentication
