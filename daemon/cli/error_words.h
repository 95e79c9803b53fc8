#pragma once

#include <string_view>

#include "daemon/cli/language.h"

namespace tahvil::cli {

struct ErrorWords {
    std::string_view what;
    std::string_view remedy;
};

/// An error's sentence and remedy in the language, by its code; empty where the error's own words will do.
ErrorWords error_words(Language language, std::string_view code);

}  // namespace tahvil::cli
