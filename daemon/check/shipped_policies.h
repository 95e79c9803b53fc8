#pragma once

#include <span>
#include <string_view>

namespace tahvil::daemon {

struct ShippedPolicy {
    std::string_view name;
    std::string_view text;
};

/// The policies of daemon/check/*.toml, as they were when this was built.
std::span<const ShippedPolicy> shipped_policies();

}  // namespace tahvil::daemon
