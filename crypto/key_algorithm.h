#pragma once

#include "crypto/asn1.h"
#include "crypto/group.h"

/// How SubjectPublicKeyInfo and PrivateKeyInfo name the algorithm of a key (RFC 3279, 2.3; RFC 4055; RFC 5480; RFC
/// 8410).
namespace tahvil::key_algorithm {

const asn1::Oid& rsa_encryption();
const asn1::Oid& rsassa_pss();
const asn1::Oid& ec_public_key();
const asn1::Oid& dh_key_agreement();  ///< PKCS #3: p and g
const asn1::Oid& dh_public_number();  ///< X9.42: p, g and q
const asn1::Oid& ed25519();

/// The AlgorithmIdentifier of a key on a curve, which is named.
Bytes encode(Curve curve);
/// Of a Diffie-Hellman key; which of the two forms it is, depends on whether the order is known.
Bytes encode_dh(const Group& group);

/// The parameters of one of the two Diffie-Hellman forms, not yet checked; what follows them is not looked at. Throws
/// MalformedData "asn1.malformed".
DhGroup read_dh(const asn1::Oid& form, asn1::Cursor parameters);

}  // namespace tahvil::key_algorithm
