#pragma once

#include <exception>
#include <string>

#include "crypto/error.h"
#include "daemon/cli/console.h"
#include "daemon/cli/exit_status.h"

namespace tahvil::cli {

/// What the program ends with after this error.
ExitStatus status_of(const std::exception& error);

/// The problem document (RFC 9457) of an error, for --json: the daemon's own where it was the daemon that refused.
std::string problem_document(const std::exception& error);

/// Says what happened, what to do and what to choose from: for a person on the console's error stream, or with `json`
/// as a problem document on its output.
void report(const Console& console, const std::exception& error, bool json);

}  // namespace tahvil::cli
