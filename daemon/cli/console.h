#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "daemon/cli/language.h"
#include "daemon/cli/message.h"

namespace tahvil::cli {

enum class Colour : std::uint8_t { plain, good, bad, doubtful, faint, strong };

/// Where the program speaks to a person: results on `out`, everything else on `error`.
struct Console {
    std::ostream& out;
    std::ostream& error;
    Language language = Language::english;
    bool out_is_terminal = false;    ///< colours
    bool error_is_terminal = false;  ///< the progress bar
    bool input_is_terminal = false;  ///< secrets can be asked for

    std::string say(Message message, std::initializer_list<std::string_view> values = {}) const {
        return cli::say(language, message, values);
    }
    /// The text in a colour, on a terminal.
    std::string paint(Colour colour, std::string_view text) const;
};

/// The console of this process. Colours are off when NO_COLOR is set (no-color.org) or the terminal is a dumb one.
Console standard_console();

/// How many columns of a terminal the text (UTF-8) takes: marks and joiners take none.
std::size_t columns(std::string_view text);

/// The text with spaces up to that many columns.
std::string padded(std::string_view text, std::size_t width);

/// The text without control characters, so that what came from a card or a file can not act on a terminal.
std::string harmless(std::string_view text);

}  // namespace tahvil::cli
