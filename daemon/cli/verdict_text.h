#pragma once

#include <boost/json/fwd.hpp>

#include "daemon/cli/console.h"
#include "daemon/cli/exit_status.h"

namespace tahvil::cli {

/// Prints a verdict (its JSON) for a person.
void print_verdict(const Console& console, const boost::json::object& verdict);

/// accept 0, reject 1, everything else 3.
ExitStatus status_of_decision(const boost::json::object& verdict);

}  // namespace tahvil::cli
