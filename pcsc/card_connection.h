#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "apdu/wire.h"
#include "crypto/bytes.h"
#include "pcsc/context.h"
#include "pcsc/reader_features.h"

namespace tahvil::pcsc {

enum class ShareMode : std::uint8_t {
    shared,     ///< others may connect too; transactions keep them apart
    exclusive,  ///< nobody else
};

/// What happens to the card when a connection or a transaction ends.
enum class Disposition : std::uint8_t {
    leave,
    reset,  ///< warm: what was selected, unlocked and agreed is lost
    unpower,
};

/// A card in a PC/SC reader. Every call may block for as long as the reader's driver does: for ever in the worst case,
/// and nothing within this process can end it. It belongs on a thread of its own with a watchdog beside it.
class CardConnection {
public:
    /// Powers the card up and takes T=1 or T=0, whichever reader and card agree on. Throws NoCardInReader,
    /// SharingViolation, CardUnusable, ReaderUnavailable, ServiceUnavailable, CardGone. The context must outlive the
    /// connection.
    CardConnection(const Context& context, std::string reader, ShareMode mode);
    CardConnection(const CardConnection&) = delete;
    CardConnection& operator=(const CardConnection&) = delete;
    /// Leaves the card as it is: what a session has unlocked is locked by the end of its transaction.
    ~CardConnection();

    const std::string& reader() const noexcept { return reader_; }
    /// Empty when the driver does not tell it.
    ByteView atr() const noexcept { return atr_; }
    Transmission transmission() const noexcept { return transmission_; }

    /// Takes hold of the card again after SCARD_W_RESET_CARD; what was selected, unlocked and agreed is lost.
    void reconnect();

    /// One command out, one response back, written to the front of `response`; returns its length. With T=0 the command
    /// is a TPDU. Throws CardGone, CardReset, LimitExceeded when the response is longer than `response`, PcscError.
    std::size_t transmit(ByteView command, std::span<std::uint8_t> response);

    /// Waits until no other program has a transaction. Throws CardReset when the card was reset since the last call.
    void begin_transaction();
    void end_transaction(Disposition disposition) noexcept;

    /// A command for the reader, not the card (PC/SC part 10). Throws FeatureUnsupported, LimitExceeded.
    std::size_t control(std::uint32_t code, ByteView command, std::span<std::uint8_t> response);

    /// The same, to be handed on; holds as long as this connection.
    Control control();

    /// A property of the reader by its SCARD_ATTR number; empty when the reader has none of it.
    std::optional<Bytes> attribute(std::uint32_t id);

    /// The longest APDU data field that the reader takes, from its TLV properties (PC/SC part 10, 2.6.14,
    /// dwMaxAPDUDataSize): 0 means short APDUs only. Empty when it does not say.
    std::optional<std::size_t> max_apdu_data();

private:
    void take_over(unsigned long protocol);

    struct Handle;
    std::string reader_;
    ShareMode mode_;
    std::unique_ptr<Handle> handle_;
    Transmission transmission_ = Transmission::t1;
    Bytes atr_;
};

}  // namespace tahvil::pcsc
