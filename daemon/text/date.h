#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tahvil::daemon {

using Date = std::chrono::year_month_day;

/// A date as a person types it: YYYY-MM-DD in ASCII, Persian or Arabic digits. A year below 1700 is Solar Hijri, from
/// 1700 on it is Gregorian. Throws InvalidInput: "date.syntax", "date.no_such_day".
Date parse_typed_date(std::string_view text);

/// ISO 8601, as on the wire and on disk: Gregorian, YYYY-MM-DD, ASCII. Throws as above.
Date parse_iso_date(std::string_view text);

/// "2025-03-20"
std::string to_iso(Date date);

/// "1403-12-30"
std::string to_solar_hijri(Date date);

}  // namespace tahvil::daemon
