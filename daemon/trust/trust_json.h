#pragma once

#include <boost/json/fwd.hpp>

#include "crypto/trust/store_builder.h"
#include "crypto/trust/trust_store.h"

namespace tahvil::daemon {

/// A trust store as GET /v1/trust shows it.
boost::json::object to_json(const trust::TrustStore& store);

/// What became of each item of a file that was imported.
boost::json::array to_json(const trust::ImportReport& report);

}  // namespace tahvil::daemon
