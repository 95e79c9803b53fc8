#pragma once

#include <string_view>

namespace tahvil::daemon {

/// Whether the three letters of an MRZ (Doc 9303-3, 5) and the two letters of a certificate name the same country.
/// False when either names none.
bool same_country(std::string_view mrz_code, std::string_view certificate_code);

}  // namespace tahvil::daemon
