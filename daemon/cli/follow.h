#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "crypto/bytes.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"

namespace tahvil::cli {

/// Starts a check by POST to the collection, and shows how far it is until it ends; a signal that ends the program
/// withdraws it first. Returns the check, which is finished. Throws client::Refused for one that ended otherwise.
boost::json::object post_and_follow(const std::string& collection, const SecretBytes& request, const Context& context);

/// What a check ended with that is not finished: the answer that the daemon would have given had it known at once.
client::Refused problem_of(const boost::json::object& check);

}  // namespace tahvil::cli
