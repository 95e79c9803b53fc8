#include "daemon/text/utf16.h"

#include <unicode/unistr.h>

namespace tahvil::daemon {

std::size_t utf16_units(std::string_view text) {
    const icu::StringPiece utf8(text.data(), static_cast<std::int32_t>(text.size()));
    return static_cast<std::size_t>(icu::UnicodeString::fromUTF8(utf8).length());
}

}  // namespace tahvil::daemon
