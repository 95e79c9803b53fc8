#pragma once

#include <string>

#include <boost/json/fwd.hpp>

#include "daemon/check/verdict.h"

namespace tahvil::daemon {

/// The verdict as the socket, the command line and the journal show it. Of document and holder it holds what
/// `disclosed` names, and neither member when it names nothing.
boost::json::object to_json(const Verdict& verdict, const Parts& parts);

/// The same as text.
std::string to_json_text(const Verdict& verdict, const Parts& parts);

}  // namespace tahvil::daemon
