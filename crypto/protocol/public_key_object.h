#pragma once

#include "crypto/asn1.h"
#include "crypto/group.h"

namespace tahvil {

/// The public key data object (Doc 9303-11, 9.4) of an ephemeral key: DO'7F49' with the protocol's identifier and the
/// public value, without domain parameters. It is what authentication tokens are computed over.
Bytes ephemeral_public_key_object(const asn1::Oid& protocol, const Group& group, ByteView public_key);

/// Comp(PK) (Doc 9303-11, 7.1.4): the x coordinate of a point, the SHA-1 digest of a DH value.
Bytes compress_public_key(const Group& group, ByteView public_key);

}  // namespace tahvil
