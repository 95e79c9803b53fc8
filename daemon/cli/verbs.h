#pragma once

#include <string>

#include "daemon/cli/arguments.h"
#include "daemon/cli/console.h"
#include "daemon/cli/exit_status.h"

namespace tahvil::cli {

/// What every verb has at hand.
struct Context {
    const Console& console;
    bool json = false;
    std::string socket;  ///< where the daemon listens
};

/// One function for each verb, each in a file of its own. They throw Error; report() says it.
/// @{
ExitStatus run(const ReadersArguments& arguments, const Context& context);
ExitStatus run(const DoctorArguments& arguments, const Context& context);
ExitStatus run(const CheckArguments& arguments, const Context& context);
ExitStatus run(const VerifyArguments& arguments, const Context& context);
ExitStatus run(const VerifyCertificateArguments& arguments, const Context& context);
ExitStatus run(const TrustImportArguments& arguments, const Context& context);
ExitStatus run(const TrustListArguments& arguments, const Context& context);
ExitStatus run(const TrustShowArguments& arguments, const Context& context);
ExitStatus run(const TrustStatusArguments& arguments, const Context& context);
ExitStatus run(const EmulateArguments& arguments, const Context& context);
/// @}

}  // namespace tahvil::cli
