#pragma once

#include <optional>

#include "crypto/protocol/security_infos.h"
#include "daemon/check/card_access.h"
#include "daemon/check/document_check.h"

namespace tahvil::daemon {

/// Where the keys stand that a chip can prove to hold. A data group is here only when it is as it was signed.
struct ChipEvidence {
    const DocumentFindings* findings = nullptr;
    const SecurityInfos* data_group_14 = nullptr;
    std::optional<ByteView> data_group_15;
};

/// The check `chip.authentication`, by what the card has first of: chip authentication mapping of PACE, which was done
/// when the card was opened, chip authentication, active authentication (Doc 9303-11, 6). Where EF.CardSecurity takes
/// part, its checks are added too.
///
/// A wrong proof is failed, whatever the key. A right one is passed only when its key stands in data whose signature
/// and chain are verified, otherwise undetermined: anybody can make a key.
void authenticate_chip(OpenedCard& card, const ChipEvidence& evidence, const Knowledge& knowledge,
                       const RandomSource& random, Verdict& verdict);

}  // namespace tahvil::daemon
