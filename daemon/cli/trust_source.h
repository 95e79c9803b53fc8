#pragma once

#include <filesystem>
#include <optional>

#include <boost/json.hpp>

namespace tahvil::cli {

struct Context;

/// The trust store as JSON (the schema of GET /v1/trust): that in a folder, or the daemon's.
boost::json::object trust_store(const std::optional<std::filesystem::path>& folder, const Context& context);

}  // namespace tahvil::cli
