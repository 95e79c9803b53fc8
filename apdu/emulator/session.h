#pragma once

#include <cstddef>
#include <optional>

#include "apdu/emulator/file_system.h"
#include "crypto/bytes.h"
#include "crypto/kdf.h"

namespace tahvil::emulator {

/// What a card knows between a reset and the next: where the terminal stands and what it has proved.
struct Session {
    explicit Session(const DedicatedFile& master_file) : selection(master_file) {}

    Selection selection;

    /// Proved under secure messaging, and lost with it.
    Rights secured = right::none;
    /// Proved by VERIFY, and kept until the reset.
    Rights verified = right::none;

    bool under_secure_messaging = false;  ///< the command in hand came wrapped
    std::size_t response_room = 0;        ///< bytes of plain data that a response to the command in hand can hold

    /// Set by a function of the card that agreed on new keys: they hold from after the response in hand.
    std::optional<SessionKeys> next_keys;

    /// Which function the last MSE:SET AT chose for the GENERAL AUTHENTICATE that follows.
    const void* chosen = nullptr;

    /// \name What terminal authentication binds (Doc 9303-11, 7.1; TR-03110-2, 3.3)
    /// @{
    Bytes card_ephemeral;      ///< Comp(PK) of the card in PACE; empty after BAC
    Bytes terminal_ephemeral;  ///< Comp(PK) of the terminal in chip authentication
    bool terminal_authenticated = false;
    /// What the holder leaves of the terminal's rights: the authorization template that PACE was done with.
    std::optional<Bytes> confirmed_rights;
    /// @}

    bool may(Rights needed) const {
        const Rights held = verified | (under_secure_messaging ? secured : right::none);
        return (needed & ~held) == 0;
    }
};

}  // namespace tahvil::emulator
