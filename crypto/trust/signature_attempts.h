#pragma once

#include <optional>
#include <vector>

#include "crypto/signature.h"

namespace tahvil::trust {

/// One algorithm by which a signature may have been made.
struct SignatureAttempt {
    SignatureAlgorithm algorithm;
    bool odd_parameters = false;  ///< of RSASSA-PSS: not those that stand beside the signature
};

/// The algorithms that an AlgorithmIdentifier (whole, DER or BER) may mean over a key: what it states, then what
/// writers of RSASSA-PSS mean who leave the parameters out, leave some of them at defaults that they did not use, or
/// put them into the key. `fallback` is the digest that stands elsewhere, in a SignerInfo. Empty when nothing is known.
/// Whichever of them verifies, the signature is the key's.
std::vector<SignatureAttempt> signature_attempts(ByteView algorithm, const PublicKey& key,
                                                 std::optional<DigestAlgorithm> fallback = {});

}  // namespace tahvil::trust
