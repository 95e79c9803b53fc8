#pragma once

#include <string_view>
#include <vector>

#include "crypto/bytes.h"

namespace tahvil::cli {

/// Asks on the controlling terminal without echo and returns one line. Throws InvalidInput "input.no_terminal" when
/// there is none, and "input.ended" when the input ends before a line does.
SecretBytes ask_without_echo(std::string_view prompt);

/// Reads up to `most` lines from an open file descriptor, byte by byte, so that what follows stays for others; an empty
/// line or the end ends it. Throws InvalidInput "input.descriptor" when it can not be read or a line is too long.
std::vector<SecretBytes> read_lines(int descriptor, std::size_t most);

}  // namespace tahvil::cli
