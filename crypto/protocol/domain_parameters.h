#pragma once

#include <optional>

#include "crypto/group.h"
#include "crypto/key.h"

namespace tahvil {

/// The standardized domain parameters of Doc 9303-11, 9.5.1: 0 to 2 are DH groups of RFC 5114, 8 to 18 curves. Nothing
/// for an identifier that is reserved.
std::optional<Group> standardized_domain_parameters(int identifier);

/// The identifier of a group that is one of those.
std::optional<int> standardized_identifier(const Group& group);

/// Reads an AlgorithmIdentifier with domain parameters (9.5): standardizedDomainParameters, id-ecPublicKey,
/// dhpublicnumber or dhKeyAgreement. Curves must equal a known one in every parameter; a DH group with the prime and
/// generator of a standardized one is that, with its order. Throws MalformedData "crypto.unknown_curve",
/// "crypto.unknown_group", "crypto.bad_group".
Group read_domain_parameters(asn1::Cursor& cursor);

/// The AlgorithmIdentifier standardizedDomainParameters with this identifier, DER.
Bytes encode_standardized(int identifier);

/// The AlgorithmIdentifier with every parameter spelled out, DER.
Bytes encode_explicitly(const Group& group);

/// PublicKey::from_spki(), with algorithms as read_domain_parameters() takes them: that is how chip authentication keys
/// are stored. Throws what both throw.
PublicKey read_agreement_key(ByteView spki);

/// A SubjectPublicKeyInfo with the algorithm given, one of the encodings above.
Bytes encode_agreement_key(ByteView algorithm, const PublicKey& key);

}  // namespace tahvil
