#pragma once

#include <boost/json/object.hpp>

#include "crypto/bytes.h"
#include "daemon/cli/arguments.h"
#include "daemon/cli/console.h"

namespace tahvil::cli {

/// The text of a request with the member "access" added to it. Secrets that are not on the command line are asked for,
/// or read from their file descriptors, and checked; throws InvalidInput. The text is in memory that is wiped.
SecretBytes request_with_access(const boost::json::object& request, const AccessArguments& access,
                                const Console& console);

}  // namespace tahvil::cli
