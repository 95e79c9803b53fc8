#pragma once

#include <span>
#include <string_view>

namespace tahvil::profiles {

/// The texts of apdu/profiles/*.toml, as they were when this was built.
std::span<const std::string_view> shipped();

}  // namespace tahvil::profiles
