#pragma once

#include "apdu/secure_messaging.h"
#include "crypto/protocol/chip_authentication.h"

/// Chip Authentication with a card (Doc 9303-11, 6.2; TR-03110-3, 3.4 and B.2).
namespace tahvil::chip_authentication {

/// Version 1: MSE:Set KAT with triple DES, MSE:Set AT and GENERAL AUTHENTICATE with AES. Secure messaging goes over to
/// the new keys; that the chip has its key is proved by the first response after this, which only such a chip can
/// protect. Gives the ephemeral key, which terminal authentication signs.
///
/// Throws CardRefused when the card does not take part, ProtocolViolation when its answer is malformed.
Terminal authenticate(SecureMessaging& card, const Offer& offer, const RandomSource& random = system_random);

/// Version 2, after terminal authentication has bound `ephemeral`: the chip's token proves its key at once. Throws
/// ProtocolViolation "access.ca_token" when it does not.
void authenticate(SecureMessaging& card, const Offer& offer, const Terminal& ephemeral);

}  // namespace tahvil::chip_authentication
