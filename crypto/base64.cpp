#include "crypto/base64.h"

#include <array>

#include "crypto/error.h"

namespace tahvil {

namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> values_of(std::string_view alphabet) {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNone);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr std::array<std::uint8_t, 256> kStandardValues = values_of(kStandard);
constexpr std::array<std::uint8_t, 256> kUrlValues = values_of(kUrl);

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("base64.malformed", std::string("not base64: ") + what);
}

}  // namespace

std::string to_base64(ByteView bytes, Base64 form) {
    const std::string_view alphabet = form == Base64::url ? kUrl : kStandard;
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t taken = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) group = group << 8U | (j < taken ? bytes[i + j] : 0U);
        for (std::size_t j = 0; j < 4; ++j) {
            if (j <= taken)
                text += alphabet[group >> (18U - 6U * j) & 0x3FU];
            else if (form == Base64::standard)
                text += '=';
        }
    }
    return text;
}

Bytes from_base64(std::string_view text, Base64 form) {
    if (form == Base64::standard) {
        if (text.size() % 4 != 0) malformed("its length");
        if (text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
    }
    if (text.size() % 4 == 1) malformed("its length");
    const std::array<std::uint8_t, 256>& values = form == Base64::url ? kUrlValues : kStandardValues;
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char character : text) {
        const std::uint8_t value = values[static_cast<unsigned char>(character)];
        if (value == kNone) malformed("a character that does not belong there");
        group = group << 6U | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(group >> bits));
            group &= (1U << bits) - 1U;
        }
    }
    if (group != 0) malformed("bits after the last byte");
    return bytes;
}

}  // namespace tahvil
