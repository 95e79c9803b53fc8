#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "apdu/wire.h"
#include "crypto/bytes.h"

/// Cards made of software, with real cryptography: for trying out a terminal without plastic, and for its tests.
namespace tahvil::emulator {

/// How a card is connected. It decides the interface bytes of the ATR and how responses are carried.
enum class Link : std::uint8_t { contact_t0, contact_t1, contactless };

/// "contact" (T=1), "contact-t0", "contactless". Throws InvalidInput "input.link".
Link parse_link(std::string_view text);

struct LinkSettings {
    static constexpr std::size_t kLongest = 0xFFFF;  ///< that a buffer can be: vpcd counts messages in two bytes

    Link link = Link::contactless;
    bool extended_length = true;         ///< whether extended length fields are understood
    std::size_t command_buffer = 4096;   ///< bytes of the longest command APDU that is taken when they are
    std::size_t response_buffer = 4096;  ///< bytes of the longest response APDU that is given when they are
    Bytes atr = {};                      ///< answer to reset of a contact card; that of this software when empty
};

/// What one exchange over the link can carry.
WireLimits wire_limits(const LinkSettings& settings);

/// A card as a reader has it: an answer to reset, and a response to each command.
class Card {
public:
    Card() = default;
    Card(const Card&) = delete;
    Card& operator=(const Card&) = delete;
    virtual ~Card() = default;

    virtual Bytes atr() const = 0;
    virtual WireLimits limits() const = 0;

    /// Powers on or resets: everything but the memory of the card is forgotten.
    virtual void reset() = 0;

    /// The response APDU, of at least the two bytes of a status word unless the card is made to misbehave. `command` is
    /// whatever came over the wire. Throws CardGone or CardReset when that is how the card misbehaves.
    virtual Bytes respond(ByteView command) = 0;
};

}  // namespace tahvil::emulator
