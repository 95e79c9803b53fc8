#pragma once

#include <optional>

#include <sys/types.h>

#include "crypto/bytes.h"
#include "daemon/check/check_service.h"

namespace tahvil::daemon::api {

class Members;

/// What opens a card, as the schema CardAccess has it.
AccessSecrets read_access(const Members& members);

/// How the card is opened and its holder known, as the members `access` and `holder` of a check have it: with a PIN to
/// be verified, changed or unblocked, from the request or from the keys of the reader.
void read_question(const Members& members, CardCheck& check);

/// Reads the body of POST /v1/checks. Throws BadRequest, which names the member, and InvalidInput.
CheckRequest read_check_request(ByteView body, uid_t owner);

}  // namespace tahvil::daemon::api
