#pragma once

#include <string>
#include <utility>

#include "apdu/status_word.h"
#include "crypto/bytes.h"

namespace tahvil {

/// A response APDU (ISO/IEC 7816-4, 5.1), put together from all its parts.
struct Response {
    Bytes data;
    StatusWord status;

    /// Throws ProtocolViolation when there are not even two bytes of status.
    static Response decode(ByteView bytes);
};

}  // namespace tahvil
