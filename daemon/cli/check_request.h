#pragma once

#include "crypto/bytes.h"
#include "daemon/cli/arguments.h"
#include "daemon/cli/console.h"

namespace tahvil::cli {

/// The body of POST /v1/checks. Secrets that are not on the command line are asked for, or read from their file
/// descriptors, and checked; throws InvalidInput. Holds everything in memory that is wiped.
SecretBytes check_request(const CheckArguments& arguments, const Console& console);

/// The body of a check of a card for the desk, in the same way. Without access the daemon opens the card with what the
/// manifest says.
SecretBytes desk_check_request(const DeskReadArguments& arguments, const Console& console);

}  // namespace tahvil::cli
