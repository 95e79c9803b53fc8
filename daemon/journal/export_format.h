#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tahvil::daemon {

inline constexpr std::string_view kExportFormat = "tahvil-journal 1";

/// What the entry at a position begins with.
inline std::string entry_beginning(std::uint64_t position) {
    return "{\"n\":" + std::to_string(position) + ",";
}

}  // namespace tahvil::daemon
