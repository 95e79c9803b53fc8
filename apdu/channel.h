#pragma once

#include <cstddef>
#include <string_view>

#include "apdu/command.h"
#include "apdu/response.h"

namespace tahvil {

/// How much one command on a channel can carry in its fields, in bytes of plain data.
struct ChannelLimits {
    std::size_t command_data = Command::kMaxShortData;
    std::size_t response_data = Command::kMaxShortExpected;
};

/// A card that takes whole commands and gives whole responses: CardChannel directly, SecureMessaging around another
/// channel. Everything above (files, access protocols, applets) speaks to one of these.
class Channel {
public:
    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    virtual ~Channel() = default;

    virtual ChannelLimits limits() const = 0;

    /// Throws what the wire throws (CardGone, CardReset), ProtocolViolation and LimitExceeded. A status word is no
    /// error.
    virtual Response transmit(const Command& command) = 0;

    /// Asks for short answers from now on: the card turned out not to give the long ones that it announced.
    virtual void step_down() = 0;

    /// The data of a response that must end in 9000; throws CardRefused, with `doing` as its words, otherwise.
    Bytes require(const Command& command, std::string_view doing);
};

}  // namespace tahvil
