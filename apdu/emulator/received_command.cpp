#include "apdu/emulator/received_command.h"

namespace tahvil::emulator {

std::optional<ReceivedCommand> parse_command(ByteView bytes) {
    constexpr std::size_t kHeader = 4;
    if (bytes.size() < kHeader) return std::nullopt;
    const auto make = [&](ByteView data, std::size_t expected, bool extended) {
        return ReceivedCommand{Command(bytes[0], bytes[1], bytes[2], bytes[3], data, expected), extended};
    };
    const ByteView body = bytes.subspan(kHeader);
    if (body.empty()) return make({}, 0, false);
    const auto or_greatest = [](std::uint64_t field, std::size_t greatest) {
        return field == 0 ? greatest : static_cast<std::size_t>(field);
    };
    if (body.size() == 1) return make({}, or_greatest(body[0], Command::kMaxShortExpected), false);
    if (body[0] != 0) {
        const std::size_t length = body[0];
        if (body.size() == 1 + length) return make(body.subspan(1), 0, false);
        if (body.size() == 2 + length)
            return make(body.subspan(1, length), or_greatest(body.back(), Command::kMaxShortExpected), false);
        return std::nullopt;
    }
    if (body.size() < 3) return std::nullopt;
    const auto field = static_cast<std::size_t>(from_big_endian(body.subspan(1, 2)));
    if (body.size() == 3) return make({}, or_greatest(field, Command::kMaxExpected), true);
    if (field == 0) return std::nullopt;
    const ByteView rest = body.subspan(3);
    if (rest.size() == field) return make(rest, 0, true);
    if (rest.size() == field + 2)
        return make(rest.first(field), or_greatest(from_big_endian(rest.last(2)), Command::kMaxExpected), true);
    return std::nullopt;
}

}  // namespace tahvil::emulator
