#pragma once

#include <sys/types.h>

#include "crypto/bytes.h"
#include "daemon/check/check_service.h"

namespace tahvil::daemon::api {

/// Reads the body of POST /v1/checks. Throws BadRequest, which names the member, and InvalidInput.
CheckRequest read_check_request(ByteView body, uid_t owner);

}  // namespace tahvil::daemon::api
