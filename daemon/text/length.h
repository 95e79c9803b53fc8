#pragma once

#include <cstddef>
#include <string_view>

/// How long a text (UTF-8) is, by what counts it.
namespace tahvil::daemon {

/// Unicode characters: what a person counts, and a schema's maxLength. A byte that begins none counts for nothing.
std::size_t characters(std::string_view text);

/// UTF-16 units: what an SMS segment (70) and a USSD screen (80) count in UCS-2 (3GPP TS 23.038).
std::size_t utf16_units(std::string_view text);

}  // namespace tahvil::daemon
