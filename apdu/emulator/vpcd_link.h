#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

#include "apdu/emulator/card.h"

namespace tahvil::emulator {

/// Puts a card into a reader of vsmartcard's vpcd, which pcscd then shows like any other: a TCP connection that carries
/// messages of a two-byte big-endian length and a body. Connected means inserted.
class VpcdLink {
public:
    static constexpr std::uint16_t kDefaultPort = 35963;

    /// Connects. Throws Error "vpcd.unreachable".
    VpcdLink(const std::string& host, std::uint16_t port);
    VpcdLink(const VpcdLink&) = delete;
    VpcdLink& operator=(const VpcdLink&) = delete;
    ~VpcdLink();

    enum class Ended : std::uint8_t {
        stopped,  ///< as asked
        closed,   ///< by the other side
        removed,  ///< the card says that it was taken out, or lost power: connect again to insert it
    };

    /// Answers for the card until one of the above. Throws Error "vpcd.broken" when the connection fails.
    Ended serve(Card& card, const std::stop_token& stop);

private:
    enum class Wait : std::uint8_t { readable, stopped };

    Wait wait(int stop_event) const;
    /// False when the other side has closed or it is time to stop, which `ended` then tells.
    bool receive(std::span<std::uint8_t> into, int stop_event, Ended& ended) const;
    void send(ByteView body) const;

    int socket_ = -1;
};

}  // namespace tahvil::emulator
