#pragma once

#include "crypto/bytes.h"
#include "daemon/party/relying_party.h"

namespace tahvil::daemon::api {

/// Reads the body of POST /v1/parties. Throws BadRequest, which names the member.
RelyingParty read_party_request(ByteView body);

}  // namespace tahvil::daemon::api
