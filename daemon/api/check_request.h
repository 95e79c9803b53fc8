#pragma once

#include <optional>

#include <sys/types.h>

#include "crypto/bytes.h"
#include "daemon/check/check_service.h"

namespace tahvil::daemon::api {

class Members;

/// What opens a card, as the schema CardAccess has it.
AccessSecrets read_access(const Members& members);

/// How the holder is to be known: {"method": "pin"}.
std::optional<HolderMethod> read_holder(const Members& members);

/// Reads the body of POST /v1/checks. Throws BadRequest, which names the member, and InvalidInput.
CheckRequest read_check_request(ByteView body, uid_t owner);

}  // namespace tahvil::daemon::api
