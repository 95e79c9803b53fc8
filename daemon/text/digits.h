#pragma once

#include <string>
#include <string_view>

namespace tahvil::daemon {

/// The text (UTF-8) with Persian (U+06F0) and Arabic (U+0660) digits as ASCII digits.
std::string with_ascii_digits(std::string_view text);

/// The text with ASCII digits as Persian ones, for display.
std::string with_persian_digits(std::string_view text);

}  // namespace tahvil::daemon
