#pragma once

#include <functional>
#include <map>
#include <string>

#include "daemon/check/card_access.h"

namespace tahvil::daemon {

/// A card with the eID application, opened with PACE under this terminal's authorization: terminal authentication,
/// EF.CardSecurity and chip authentication, then the data groups that the terminal may read (TR-03110-2, 2.4). Nothing
/// signs the data. They count only when the chip has proved a key that EF.CardSecurity names.
///
/// Adds terminal.authentication, chip.authentication, card_security.*, read.complete, document.* and the expected.*
/// that were asked for, and what the data say. Gives the files by name: "EF.CardSecurity", "eID.DG4". `step` is told
/// of "read" and "authenticate".
std::map<std::string, Bytes> check_eid(OpenedCard& card, const CardCheck& asked, const Knowledge& knowledge,
                                       const RandomSource& random, const std::function<void(std::string_view)>& step,
                                       Verdict& verdict);

}  // namespace tahvil::daemon
