#pragma once

#include "daemon/check/document_check.h"
#include "daemon/cli/exit_status.h"
#include "daemon/cli/verbs.h"

namespace tahvil::cli {

/// Prints a verdict that was reached without a card, and with `explain` the paths that were tried; gives the exit
/// status of its decision.
ExitStatus print_verified(const daemon::VerifiedDocument& verified, const daemon::Parts& parts, bool explain,
                          const Context& context);

}  // namespace tahvil::cli
