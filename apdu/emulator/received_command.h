#pragma once

#include <optional>

#include "apdu/command.h"
#include "crypto/bytes.h"

namespace tahvil::emulator {

struct ReceivedCommand {
    Command command;
    bool extended = false;  ///< the length fields were extended ones
};

/// Reads a command APDU of any case, short or extended (ISO/IEC 7816-3, 12.1.3). Nothing when the lengths do not add
/// up.
std::optional<ReceivedCommand> parse_command(ByteView bytes);

}  // namespace tahvil::emulator
