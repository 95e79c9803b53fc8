#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace tahvil::cli {

enum class Language : std::uint8_t { english, persian };

/// The language that the environment asks for, by the first of LC_ALL, LC_MESSAGES and LANG that is set (POSIX). Every
/// language but Persian ("fa...") is answered in English. `variable` looks one up; null or empty when it is not set.
Language language_of(const std::function<const char*(const char* name)>& variable);

}  // namespace tahvil::cli
