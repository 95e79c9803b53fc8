#include "daemon/text/length.h"

#include <algorithm>

#include <unicode/unistr.h>

namespace tahvil::daemon {

std::size_t characters(std::string_view text) {
    const auto begins_one = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_one));
}

std::size_t utf16_units(std::string_view text) {
    const icu::StringPiece utf8(text.data(), static_cast<std::int32_t>(text.size()));
    return static_cast<std::size_t>(icu::UnicodeString::fromUTF8(utf8).length());
}

}  // namespace tahvil::daemon
