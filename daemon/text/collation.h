#pragma once

#include <string>
#include <string_view>

namespace tahvil::daemon {

/// A key whose bytes stand in the order in which Persian words do (CLDR, locale fa): Arabic and Persian forms of a
/// letter beside each other, گ after ک, half-spaces ignored. Not to be stored: it changes with the version of ICU.
std::string collation_key(std::string_view text);

}  // namespace tahvil::daemon
