#include "daemon/text/digits.h"

#include <cstdint>
#include <optional>

namespace tahvil::daemon {

namespace {

/// The value of the digit that these two bytes of UTF-8 are: U+0660 is D9 A0, U+06F0 is DB B0.
std::optional<std::uint8_t> eastern_digit(char first, char second) {
    const auto low = static_cast<std::uint8_t>(second);
    switch (static_cast<std::uint8_t>(first)) {
        case 0xD9:
            if (low >= 0xA0 && low <= 0xA9) return static_cast<std::uint8_t>(low - 0xA0);
            break;
        case 0xDB:
            if (low >= 0xB0 && low <= 0xB9) return static_cast<std::uint8_t>(low - 0xB0);
            break;
        default:
            break;
    }
    return std::nullopt;
}

}  // namespace

std::string with_ascii_digits(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = i + 1 < text.size() ? eastern_digit(text[i], text[i + 1]) : std::nullopt;
        if (digit) {
            result += static_cast<char>('0' + *digit);
            ++i;
        } else {
            result += text[i];
        }
    }
    return result;
}

std::string with_persian_digits(std::string_view text) {
    std::string result;
    result.reserve(text.size() * 2);
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            result += '\xDB';
            result += static_cast<char>(0xB0 + (c - '0'));
        } else {
            result += c;
        }
    }
    return result;
}

}  // namespace tahvil::daemon
