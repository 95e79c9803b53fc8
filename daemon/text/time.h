#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tahvil::daemon {

/// ISO 8601 in UTC, as on the wire and on disk: "2026-11-22T10:14:20Z".
std::string to_iso(std::chrono::sys_seconds time);

/// Throws InvalidInput: "time.syntax", or what parse_iso_date() throws.
std::chrono::sys_seconds parse_iso_time(std::string_view text);

}  // namespace tahvil::daemon
