#include "apdu/response.h"

#include "apdu/error.h"

namespace tahvil {

Response Response::decode(ByteView bytes) {
    if (bytes.size() < 2) throw ProtocolViolation("card.truncated", "the card's response has no status word");
    const ByteView status = bytes.last(2);
    return {to_bytes(bytes.first(bytes.size() - 2)), StatusWord{static_cast<std::uint16_t>(from_big_endian(status))}};
}

}  // namespace tahvil
