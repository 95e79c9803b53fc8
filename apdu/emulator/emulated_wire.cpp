#include "apdu/emulator/emulated_wire.h"

#include <algorithm>

#include "apdu/error.h"

namespace tahvil::emulator {

std::size_t EmulatedWire::exchange(ByteView command, std::span<std::uint8_t> response) {
    const Bytes answer = card_.respond(command);
    if (answer.size() > response.size())
        throw ProtocolViolation("card.response_too_long", "the card's response is longer than one exchange can carry");
    std::ranges::copy(answer, response.begin());
    return answer.size();
}

}  // namespace tahvil::emulator
