#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "apdu/channel.h"
#include "crypto/protocol/pace.h"

/// PACE with a card (Doc 9303-11, 4.4; TR-03110-3, B.1).
namespace tahvil::pace {

/// What the card says of a password when it is named, before a try is spent (TR-03110-3, B.14.2).
enum class PasswordState : std::uint8_t {
    usable,
    one_try_left,  ///< a PIN in this state is suspended: the CAN comes first
    blocked,
    deactivated,
};

struct Options {
    /// The certificate holder authorisation template that terminal authentication will ask for: DO'7F4C', whole.
    std::optional<Bytes> holder_authorisation;
    /// A PIN's last try is spent only where the caller said so.
    bool allow_last_try = false;
    RandomSource random = system_random;
};

struct Established {
    SessionKeys keys;
    /// Whether chip authentication mapping proved the chip, given its key from signed data: see authenticates().
    Party party;
    /// A_IC of chip authentication mapping; empty for the other mappings.
    Bytes chip_authentication_data;
    /// The references of the trust points that the card names for terminal authentication (DO'87', DO'88').
    std::optional<Bytes> authority_reference;
    std::optional<Bytes> previous_authority_reference;
    /// The card refused MSE:Set AT until it named the domain parameters (DO'84'), although it offers no choice of them.
    bool wanted_parameters = false;
};

/// Names a password to the card, which answers how it stands with it: MSE:Set AT, which spends no try (TR-03110-3,
/// B.14.2). A card that warns without a number counts as one with one try left. Nothing when the card does not know
/// this password, or does not do PACE by this offer.
std::optional<PasswordState> query(Channel& card, const Offer& offer, PasswordKind kind);

/// MSE:Set AT and the four steps of GENERAL AUTHENTICATE, in the MF, over the plain channel.
///
/// Throws AccessDenied: "access.pace_denied" (wrong password), "access.pin_wrong", "access.pin_suspended",
/// "access.pin_blocked", "access.pin_deactivated"; ProtocolViolation when the card breaks the rules; CardRefused when
/// it does not do PACE.
Established establish(Channel& card, const Offer& offer, const Password& password, const Options& options = {});

}  // namespace tahvil::pace
