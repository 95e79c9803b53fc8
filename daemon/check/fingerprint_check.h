#pragma once

#include "apdu/channel.h"
#include "apdu/profiles/profile.h"
#include "crypto/trust/check.h"
#include "daemon/check/card_check.h"

namespace tahvil::daemon {

/// holder.fingerprint_on_card: the card compares the template of the request with the finger that it holds. Its
/// application is selected. `sent` is set before a try can be spent. Throws AccessDenied "access.last_try" before one
/// more wrong finger could block it and the request does not allow that, InvalidInput "access.fingerprint" for a
/// template that the card would not take, and what the channel throws.
Check check_fingerprint(Channel& card, const profiles::Fingerprint& finger, const AccessSecrets& access, bool& sent);

}  // namespace tahvil::daemon
