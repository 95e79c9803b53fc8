#pragma once

#include "apdu/profiles/profile.h"
#include "apdu/profiles/toml.h"

namespace tahvil::profiles {

/// What a profile says of the holder's PIN, and of a finger that the card compares; the names in it are not looked up.
/// Throw what Table::refuse() makes.
Pin read_pin(const toml::Table& table);
Fingerprint read_fingerprint(const toml::Table& table);

}  // namespace tahvil::profiles
