#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "crypto/bytes.h"
#include "daemon/cli/verbs.h"

namespace tahvil::cli {

/// Starts a check by POST to the collection, and shows how far it is until it ends; a signal that ends the program
/// withdraws it first. Returns the check, which is finished. Throws client::Refused for one that ended otherwise.
boost::json::object post_and_follow(const std::string& collection, const SecretBytes& request, const Context& context);

}  // namespace tahvil::cli
