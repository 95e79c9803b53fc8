#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "apdu/access/pace.h"
#include "apdu/card_channel.h"
#include "apdu/secure_messaging.h"
#include "crypto/protocol/security_infos.h"
#include "daemon/check/card_check.h"

namespace tahvil::daemon {

/// What a card is opened with, and what that costs.
struct Opening {
    const AccessSecrets& secrets;
    bool may_fall_back_to_bac = false;
    const RandomSource& random;
    std::function<void(std::string_view)> step;  ///< told before each
    bool& pin_sent;                              ///< set before a try of PIN or PUK can be spent
    const Terminals& terminals;                  ///< for cards that ask in PACE who reads them
};

/// A card whose application is selected and whose files can be read as far as the secrets go.
struct OpenedCard {
    /// What the application is spoken to through: secure messaging, or the plain channel of a card that asks for none.
    Channel& channel() const;

    CardChannel* plain = nullptr;
    std::unique_ptr<SecureMessaging> secure;

    bool eid = false;                          ///< the card has the eID application, which asks for EAC version 2
    bool recognised = false;                   ///< the application of the LDS could be selected
    std::optional<SecurityInfos> card_access;  ///< EF.CardAccess, where it could be read
    std::optional<pace::Offer> offer;          ///< what was taken of it
    std::optional<pace::Established> pace;     ///< how that went
    bool pin_proved = false;                   ///< PACE was done with the PIN
    Bytes chip_identifier;                     ///< ID_IC of terminal authentication
    Bytes ephemeral_key;                       ///< Comp(PK_DH,IFD) of chip authentication version 1, once done
    /// What is shown in terminal authentication, in version 2 already named in PACE.
    std::shared_ptr<const TerminalCredentials> terminal;
    std::optional<Bytes> card_security;  ///< EF.CardSecurity, where chip authentication mapping needs it
    std::vector<Check> checks;           ///< chip.recognised, access.pace, access.bac
    Deviations deviations;
};

/// How a card of the LDS is opened (Doc 9303-11, 4.2): PACE where EF.CardAccess offers it, else BAC, else as it is.
/// With PACE on offer BAC is tried only where the policy tolerates the deviation, and reported.
///
/// A PIN goes before the other secrets where the card does PACE with one. How many tries are left is asked first: the
/// last one is spent only where the caller allows it, and of a suspended PIN after PACE with the CAN (TR-03110-2,
/// 3.3). A card without such a PIN is opened with the other secrets, and none of its tries is spent. A PUK is treated
/// likewise, after the PIN and before the others.
///
/// The card is fresh from reset. Throws AccessDenied (see pace::establish(); "access.last_try"), InvalidInput
/// "access.secret_needed", and what the protocols throw.
OpenedCard open_card(CardChannel& card, const Opening& opening);

/// Judges again what EF.CardAccess said, now that EF.SOD and EF.DG14 are known: nobody signs EF.CardAccess, so that an
/// offer of PACE can be hidden from the terminal. `data_group_14` is null where no signed one was read; `listed` says
/// whether EF.SOD, itself verified, lists one.
void confirm_access(std::vector<Check>& checks, Deviations& deviations, const OpenedCard& card,
                    const SecurityInfos* data_group_14, bool listed);

}  // namespace tahvil::daemon
