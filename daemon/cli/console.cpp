#include "daemon/cli/console.h"

#include <cstdlib>
#include <iostream>

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unistd.h>

namespace tahvil::cli {

namespace {

icu::UnicodeString decoded(std::string_view text) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string_view sequence(Colour colour) {
    switch (colour) {
        case Colour::plain:
            return "";
        case Colour::good:
            return "\x1b[32m";
        case Colour::bad:
            return "\x1b[1;31m";
        case Colour::doubtful:
            return "\x1b[33m";
        case Colour::faint:
            return "\x1b[2m";
        case Colour::strong:
            return "\x1b[1m";
    }
    return "";
}

/// Those that turn the text after them around, by which one name could be shown as another.
bool is_bidirectional_control(UChar32 character) {
    return (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
}

bool is_set(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets a variable
    return value != nullptr && *value != '\0';
}

}  // namespace

std::string Console::paint(Colour colour, std::string_view text) const {
    if (!out_is_terminal || colour == Colour::plain) return std::string(text);
    return std::string(sequence(colour)) + std::string(text) + "\x1b[0m";
}

Console standard_console() {
    const char* terminal = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
    const bool colours = !is_set("NO_COLOR") && terminal != nullptr && std::string_view(terminal) != "dumb";
    return {std::cout,
            std::cerr,
            language_of(
                [](const char* name) -> const char* { return std::getenv(name); }),  // NOLINT(concurrency-mt-unsafe)
            isatty(STDOUT_FILENO) == 1 && colours,
            isatty(STDERR_FILENO) == 1,
            isatty(STDIN_FILENO) == 1};
}

std::size_t columns(std::string_view text) {
    const icu::UnicodeString characters = decoded(text);
    std::size_t count = 0;
    for (std::int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
        const UChar32 character = characters.char32At(i);
        const auto category = u_charType(character);
        const bool none = category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK || category == U_FORMAT_CHAR;
        const int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
        if (!none) count += width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
    }
    return count;
}

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    const std::size_t taken = columns(text);
    if (taken < width) result.append(width - taken, ' ');
    return result;
}

std::string harmless(std::string_view text) {
    icu::UnicodeString characters = decoded(text);
    for (std::int32_t i = 0; i < characters.length(); ++i) {
        const UChar32 character = characters.charAt(i);
        if (u_isISOControl(character) || is_bidirectional_control(character)) {
            characters.replace(i, 1, u'?');
        }
    }
    std::string result;
    characters.toUTF8String(result);
    return result;
}

}  // namespace tahvil::cli
