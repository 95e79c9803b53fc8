#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "apdu/wire.h"
#include "crypto/bytes.h"
#include "pcsc/card_connection.h"
#include "pcsc/usb_inventory.h"

namespace tahvil::pcsc {

/// A PC/SC transaction by scope: from construction to destruction no other program's command reaches the card. At the
/// end the card is reset, so that no login or key outlives the session.
class Transaction : public Wire {
public:
    /// Waits for another program's transaction to end. A card that was reset before the session is connected to anew.
    /// `limits` is what the reader carries at most; with T=0 it counts for nothing. Throws CardGone, PcscError.
    Transaction(CardConnection& connection, WireLimits limits);
    ~Transaction() override;

    WireLimits limits() const override;

    /// When the card was reset beneath the session: connects and takes hold of the card again, counts one epoch
    /// further, and throws CardReset. The command is not sent again.
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override;

    /// How often the card was reset beneath this session.
    std::uint64_t epoch() const noexcept { return epoch_; }

private:
    void begin();

    CardConnection& connection_;
    WireLimits limits_;
    std::uint64_t epoch_ = 0;
    bool held_ = false;
};

/// What a reader carries: extended length where it is known to, or where nothing is known of it, as of a virtual or a
/// serial reader. `max_apdu_data` is CardConnection::max_apdu_data(), `level` the exchange level of the class
/// descriptor.
WireLimits wire_limits(std::optional<std::size_t> max_apdu_data, std::optional<ExchangeLevel> level);

}  // namespace tahvil::pcsc
