#pragma once

#include "crypto/bytes.h"
#include "daemon/party/identity_question.h"

namespace tahvil::daemon::api {

/// Reads the body of POST /v1/identity-checks. Throws BadRequest, which names the member, and InvalidInput.
IdentityQuestion read_identity_question(ByteView body);

}  // namespace tahvil::daemon::api
