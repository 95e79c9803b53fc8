#pragma once

#include <string>
#include <string_view>

#include "daemon/cli/language.h"

namespace tahvil::cli {

/// What a check finds out, in a few words for people: "Issuer is trusted". The id itself where there are none.
std::string check_words(Language language, std::string_view id);

/// A reason of a check, such as "issuer_unknown", in words.
std::string reason_words(Language language, std::string_view reason);

/// What a deviation is, in a sentence: that of the table deviations.def, or its Persian. Empty for one that is unknown.
std::string deviation_words(Language language, std::string_view code);

}  // namespace tahvil::cli
