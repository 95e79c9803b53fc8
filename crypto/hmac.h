#pragma once

#include <initializer_list>

#include "crypto/bytes.h"

namespace tahvil {

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) over all parts, one after the other: 32 bytes.
SecretBytes hmac_sha256(ByteView key, std::initializer_list<ByteView> parts);

}  // namespace tahvil
