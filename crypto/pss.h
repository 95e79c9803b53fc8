#pragma once

#include "crypto/asn1.h"
#include "crypto/digest.h"

namespace tahvil {

/// RSASSA-PSS-params (RFC 4055, 3.1) with their defaults. Of a signature they say how it was made; of a key, what may
/// be signed with it, where `salt` is the least length allowed.
struct PssParameters {
    DigestAlgorithm digest = DigestAlgorithm::sha1;
    DigestAlgorithm mask_digest = DigestAlgorithm::sha1;  ///< of MGF1
    std::size_t salt = 20;                                ///< bytes

    friend bool operator==(const PssParameters&, const PssParameters&) = default;
};

/// Throws MalformedData "crypto.unknown_signature_algorithm" for another digest, mask generation function or trailer.
PssParameters read_pss_parameters(asn1::Cursor& cursor);
Bytes encode(const PssParameters& parameters);

}  // namespace tahvil
