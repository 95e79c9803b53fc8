#pragma once

#include <iosfwd>
#include <vector>

#include "crypto/trust/path.h"
#include "daemon/cli/console.h"

namespace tahvil::cli {

/// Prints step by step which issuers were tried for which certificate, and why each was taken or not.
void print_path(std::ostream& to, const Console& console, const std::vector<trust::PathStep>& steps);

}  // namespace tahvil::cli
