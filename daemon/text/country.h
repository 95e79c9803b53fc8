#pragma once

#include <string_view>

namespace tahvil::daemon {

/// Whether two codes name the same country: the three letters of an MRZ (Doc 9303-3, 5) or the two of a certificate,
/// which some certificates write in three. False when either names none.
bool same_country(std::string_view a, std::string_view b);

}  // namespace tahvil::daemon
