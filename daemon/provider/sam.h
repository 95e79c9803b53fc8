#pragma once

#include <memory>

#include "daemon/provider/card_authentication.h"

namespace tahvil::daemon {

/// Card authentication by a SAM (security access module) in another reader, which lets no key out. What it is asked, in
/// the words of ISO/IEC 7816-4 and -8, class 00:
///
///     SELECT                  the application of the profile's settings
///     MSE:SET AT (41 A4)      DO'80' family and DO'94' serial of the card, ASCII: whose keys
///     INTERNAL AUTHENTICATE   the card's challenge; the answer is the data of EXTERNAL AUTHENTICATE for the card
///     EXTERNAL AUTHENTICATE   the card's answer
///     PSO (86 80)             a command APDU; the answer is the same under secure messaging
///     PSO (80 86)             the response APDU to it; the answer is the plain one
///
/// Throws ProviderFailed: what the wire throws, "provider.refused" for a status word other than 9000 and
/// "provider.malformed"; else as authenticate_card().
std::unique_ptr<Channel> authenticate_by_sam(Channel& card, const CardIdentity& identity,
                                             const ProviderSettings& settings);

}  // namespace tahvil::daemon
