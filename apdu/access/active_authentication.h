#pragma once

#include <optional>

#include "apdu/channel.h"
#include "crypto/protocol/active_authentication.h"

/// Active Authentication with a card (Doc 9303-11, 6.1).
namespace tahvil::active_authentication {

/// INTERNAL AUTHENTICATE over a fresh challenge. The proof, when the answer is a signature of `key`; nothing otherwise.
/// Throws CardRefused when the card gives no answer.
std::optional<Proof> authenticate(Channel& card, const PublicKey& key, std::optional<DigestAlgorithm> stated = {},
                                  const RandomSource& random = system_random);

}  // namespace tahvil::active_authentication
