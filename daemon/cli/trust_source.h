#pragma once

#include <filesystem>
#include <optional>

#include <boost/json.hpp>

namespace tahvil::cli {

struct Context;

/// The trust store as JSON (the schema of GET /v1/trust): that in a folder, or the daemon's.
boost::json::object trust_store(const std::optional<std::filesystem::path>& folder, const Context& context);

/// The one certificate of a store whose id begins so. Throws InvalidInput "input.trust_id".
const boost::json::object& find_certificate(const boost::json::object& store, const std::string& id);

}  // namespace tahvil::cli
