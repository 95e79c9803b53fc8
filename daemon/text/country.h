#pragma once

#include <string>
#include <string_view>

namespace tahvil::daemon {

/// Whether two codes name the same country: the three letters of an MRZ (Doc 9303-3, 5) or the two of a certificate,
/// which some certificates write in three. False when either names none.
bool same_country(std::string_view a, std::string_view b);

/// The code of an MRZ for one of a certificate ("DE" gives "D"); empty when it names no country.
std::string mrz_country(std::string_view code);

}  // namespace tahvil::daemon
