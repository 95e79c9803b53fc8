#pragma once

#include <optional>
#include <string>

#include "apdu/channel.h"
#include "apdu/profiles/profile.h"

/// PINs by VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER (ISO/IEC 7816-4, 11.5.6 to 11.5.8), as a profile
/// describes them. Each function sends the one command that it is named for, and that only when it is called.
namespace tahvil::pin {

/// What a card holds a PIN to be. Nothing where it does not tell.
struct State {
    std::optional<unsigned> tries_left;
    bool verified = false;
    bool blocked = false;
    bool needs_change = false;  ///< a transport PIN, or none yet: 6984 or 6985
};

enum class Outcome : std::uint8_t { accepted, wrong, blocked, needs_change };

struct Answer {
    Outcome outcome = Outcome::wrong;
    std::optional<unsigned> tries_left;
};

/// Characters as the card takes them. Throws InvalidInput "access.pin_length" for too few or too many, and
/// "access.pin_characters" for what is no digit where only digits go; neither tells the PIN.
SecretBytes block(const profiles::Pin& pin, ByteView characters);
SecretBytes unblocking_block(const profiles::Pin& pin, ByteView characters);

/// Asks with an empty VERIFY, which is sent only where the profile says that this card takes it as a query; otherwise
/// nothing is sent and nothing known. Throws CardRefused for an answer that is none to a query.
State query(Channel& card, const profiles::Profile& profile, const profiles::Pin& pin);

/// What the answer to such a query says. Throws CardRefused for one that is none.
State state_of(StatusWord status);

/// Whether one more wrong PIN would block it, as far as anybody can tell: what is not known counts as the last try.
bool at_last_try(const State& state);

/// What a status word says of the PIN that was sent, by whomever. Throws CardRefused, with `doing` as its words, for
/// one that says nothing of it.
Answer judge(StatusWord status, const std::string& doing);

/// Throw CardRefused as judge().
Answer verify(Channel& card, const profiles::Pin& pin, ByteView characters);
Answer change(Channel& card, const profiles::Pin& pin, ByteView old_characters, ByteView new_characters);
/// Throws InvalidInput "access.no_unblocking" where the profile describes no way. `new_characters` may be empty where
/// the profile says that the command carries no new PIN.
Answer unblock(Channel& card, const profiles::Pin& pin, ByteView code, ByteView new_characters);

}  // namespace tahvil::pin
