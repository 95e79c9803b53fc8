#pragma once

#include <cstddef>
#include <optional>

#include "apdu/command.h"
#include "apdu/emulator/session.h"
#include "apdu/response.h"

namespace tahvil::emulator {

/// What a card has seen since it was made, resets included.
struct Tally {
    std::size_t commands = 0;
    std::size_t bytes_in = 0;
    std::size_t bytes_out = 0;
    std::size_t verify_tries = 0;    ///< VERIFY with a PIN
    std::size_t verify_queries = 0;  ///< VERIFY without one
    std::size_t pin_changes = 0;
    std::size_t pin_unblockings = 0;
    std::size_t pace_with_pin = 0;  ///< GENERAL AUTHENTICATE that asked for a nonce under the PIN or the PUK
};

/// A function of a card's operating system: files, an access protocol, a PIN. A card is a list of them.
class Function {
public:
    Function() = default;
    Function(const Function&) = delete;
    Function& operator=(const Function&) = delete;
    virtual ~Function() = default;

    /// The response to a plain command, whose chain is put together; nothing when the command is not for this function.
    /// May throw MalformedData and InvalidInput for a data field that it can not read: the card then answers 6A80.
    virtual std::optional<Response> answer(const Command& command, Session& session, Tally& tally) = 0;

    /// Forgets what is under way.
    virtual void reset() {}
};

/// A response without data.
inline Response status_only(StatusWord status) {
    return {{}, status};
}

}  // namespace tahvil::emulator
