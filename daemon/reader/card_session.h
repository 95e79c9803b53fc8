#pragma once

#include <cstdint>

#include "apdu/wire.h"
#include "crypto/bytes.h"
#include "pcsc/reader_features.h"

namespace tahvil::daemon {

/// A card that is held for the length of a scope. With a PC/SC reader the session is a transaction: no other program's
/// command comes in between, and the card is reset when the session ends, so that no login or key outlives it.
class CardSession {
public:
    CardSession() = default;
    CardSession(const CardSession&) = delete;
    CardSession& operator=(const CardSession&) = delete;
    virtual ~CardSession() = default;

    /// Throws, besides what Wire says, JobCancelled and DeadlinePassed before a command goes out.
    virtual Wire& wire() = 0;

    /// Answer to reset, 2 to 33 bytes; empty for a card that gave none.
    virtual ByteView atr() const = 0;

    /// Differs from an earlier value of the same session when the card was reset in between: selection, access and keys
    /// are lost. The exchange that noticed it threw CardReset; the next one reaches the card anew.
    virtual std::uint64_t epoch() const = 0;

    /// Commands for the reader itself, such as those of its PIN pad (pcsc/pin_pad.h); empty for a reader that takes
    /// none. Holds as long as the session, and throws as wire() before a command goes out.
    virtual pcsc::Control control() { return {}; }
};

}  // namespace tahvil::daemon
