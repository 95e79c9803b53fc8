#pragma once

#include <cstddef>
#include <string_view>

namespace tahvil::daemon {

/// How many UTF-16 units the text (UTF-8) takes: what an SMS segment (70) and a USSD screen (80) count in UCS-2
/// (3GPP TS 23.038).
std::size_t utf16_units(std::string_view text);

}  // namespace tahvil::daemon
