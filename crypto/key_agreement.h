#pragma once

#include "crypto/key.h"

namespace tahvil {

/// ECDH (the x coordinate, as long as the field) or DH (as long as the prime), without any derivation. Throws
/// CryptoError when the keys are not of one group, or when the result is the point at infinity or a degenerate DH
/// value.
SecretBytes agree(const PrivateKey& own, const PublicKey& peer);

}  // namespace tahvil
