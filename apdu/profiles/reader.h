#pragma once

#include <string_view>

#include "apdu/profiles/profile.h"

namespace tahvil::profiles {

/// Reads a profile (TOML) and checks it against the schema: every key, every length, and every name that one part of it
/// has for another. `origin` is told in errors and kept in the profile.
///
/// Throws InvalidInput whose text is "ORIGIN:LINE:COLUMN: KEY: what is wrong", with what is allowed as its remedy;
/// codes as toml.h.
Profile read_profile(std::string_view text, std::string_view origin);

}  // namespace tahvil::profiles
