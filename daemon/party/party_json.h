#pragma once

#include <boost/json/object.hpp>

#include "daemon/party/identity_checks.h"
#include "daemon/party/parties.h"

namespace tahvil::daemon {

/// What a party may ask, as GET /v1/parties/{name} tells it. Of its key only a check value.
boost::json::object to_json(const ServedParty& party);

/// GET /v1/identity-checks/{id}, without what it failed with.
boost::json::object to_json(const IdentityView& check);

/// What the journal holds of an answer, beside its id and time.
boost::json::object to_json(const IdentityRecord& record);

}  // namespace tahvil::daemon
