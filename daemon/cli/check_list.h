#pragma once

#include <vector>

#include <boost/json/array.hpp>

#include "crypto/trust/check.h"
#include "daemon/cli/console.h"
#include "daemon/cli/exit_status.h"

namespace tahvil::cli {

/// What was found out about a file, a line for each check.
void print_checks(const Console& console, const std::vector<Check>& checks);

boost::json::array checks_json(const std::vector<Check>& checks);

/// Rejected when a check failed; referred when one is undetermined, or was not performed for another reason than that
/// there was nothing to compare with.
ExitStatus status_of_checks(const std::vector<Check>& checks);

}  // namespace tahvil::cli
