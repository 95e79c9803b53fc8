#pragma once

#include "apdu/channel.h"
#include "crypto/protocol/bac.h"

/// Basic Access Control with a card (Doc 9303-11, 4.3).
namespace tahvil::bac {

/// GET CHALLENGE and EXTERNAL AUTHENTICATE, with the application selected. Gives the keys of secure messaging.
///
/// Throws AccessDenied "access.bac_denied" when the card does not accept the keys, ProtocolViolation when it accepts
/// them without having them itself, CardRefused when it does not do BAC.
SessionKeys establish(Channel& card, const AccessKeys& keys, const RandomSource& random = system_random);

}  // namespace tahvil::bac
