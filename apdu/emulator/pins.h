#pragma once

#include <vector>

#include "apdu/emulator/function.h"

namespace tahvil::emulator {

struct Pin {
    std::uint8_t reference = 0;
    SecretBytes block;       ///< as VERIFY carries it, padding included
    unsigned tries = 3;      ///< in a row; each success gives them back
    bool transport = false;  ///< must be changed before it can be verified
    SecretBytes unblocking;  ///< the code that gives the tries back, without which there is no way; may be empty
    unsigned unblocking_tries = 10;
    bool query_costs_a_try = false;  ///< an empty VERIFY is a wrong PIN to the card
};

/// VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER (ISO/IEC 7816-4, 11.5.6 to 11.5.8) for the PINs of a card. A
/// verified PIN is the right right::pin(reference) until the reset. Tries are kept over resets.
class Pins final : public Function {
public:
    explicit Pins(std::vector<Pin> pins);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;

    enum class State : std::uint8_t { active, inactive, blocked };
    /// Of a PIN that is there.
    State state(std::uint8_t reference) const;

private:
    struct Entry {
        Pin pin;
        unsigned left;
        unsigned unblocking_left;
    };

    static bool matches(const SecretBytes& stored, ByteView given, unsigned& left, unsigned tries);
    static Response verify(Entry& entry, const Command& command, Session& session, Tally& tally);
    static Response change(Entry& entry, const Command& command, Session& session, Tally& tally);
    static Response unblock(Entry& entry, const Command& command, Session& session, Tally& tally);

    std::vector<Entry> entries_;
};

}  // namespace tahvil::emulator
