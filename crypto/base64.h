#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace tahvil {

enum class Base64 : std::uint8_t {
    standard,  ///< RFC 4648, 4: padded with '='
    url,       ///< RFC 4648, 5, without padding, as JOSE (RFC 7515, 2) has it
};

std::string to_base64(ByteView bytes, Base64 form);

/// Strict: only the form's alphabet and padding, no spaces or line breaks, and unused bits are zero, so that bytes have
/// one text only. Throws MalformedData "base64.malformed".
Bytes from_base64(std::string_view text, Base64 form);

}  // namespace tahvil
