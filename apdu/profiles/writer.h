#pragma once

#include <string>

#include "apdu/profiles/profile.h"

namespace tahvil::profiles {

/// A profile in its text form (TOML): read_profile() makes the same profile of it, but for its origin.
std::string write_profile(const Profile& profile);

}  // namespace tahvil::profiles
