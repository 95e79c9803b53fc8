#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tahvil::daemon {

/// Dates and times as they stand in JSON, configuration and files: Gregorian, ISO 8601, UTC.
/// @{
std::string to_iso8601(std::chrono::year_month_day date);  ///< "2026-11-22"
std::string to_iso8601(std::chrono::sys_seconds time);     ///< "2026-11-22T10:14:20Z"

/// Nothing when the text is not exactly of that form, or names no day of the calendar.
std::optional<std::chrono::year_month_day> date_from_iso8601(std::string_view text);
std::optional<std::chrono::sys_seconds> time_from_iso8601(std::string_view text);
/// @}

}  // namespace tahvil::daemon
