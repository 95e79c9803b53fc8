#pragma once

#include <string>

#include "crypto/bytes.h"

namespace tahvil::trust {

/// What OpenSSL's own path validation, with its strict rules and whatever the time, says of a certificate below an
/// issuer that it is to trust: "ok" or its error, for people who compare. Nothing is decided by it.
std::string openssl_says(ByteView certificate, ByteView issuer);

}  // namespace tahvil::trust
