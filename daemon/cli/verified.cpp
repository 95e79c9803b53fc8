#include "daemon/cli/verified.h"

#include <ostream>

#include <boost/json.hpp>

#include "daemon/check/verdict_json.h"
#include "daemon/cli/path_text.h"
#include "daemon/cli/verdict_text.h"

namespace tahvil::cli {

ExitStatus print_verified(const daemon::VerifiedDocument& verified, const daemon::Parts& parts, bool explain,
                          const Context& context) {
    const boost::json::object verdict = daemon::to_json(verified.verdict, parts);
    if (context.json) {
        context.console.out << boost::json::serialize(verdict) << '\n';
    } else {
        print_verdict(context.console, verdict);
    }
    if (explain) {
        print_path(context.json ? context.console.error : context.console.out, context.console, verified.steps);
    }
    return status_of_decision(verdict);
}

}  // namespace tahvil::cli
