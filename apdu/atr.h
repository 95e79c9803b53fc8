#pragma once

#include <optional>

#include "apdu/card_channel.h"
#include "crypto/bytes.h"

namespace tahvil {

/// An answer to reset (ISO/IEC 7816-3, 8.2), as far as it matters above a reader.
struct Atr {
    bool offers_t0 = false;
    bool offers_t1 = false;
    bool check_byte_wrong = false;  ///< seen on genuine cards: worth a word, no reason to refuse one
    ByteView historical;            ///< within the bytes that were parsed

    /// Throws MalformedData "atr.malformed" when the bytes break off or are more than 33.
    static Atr parse(ByteView bytes);

    /// What the historical bytes say of the card's capabilities (7816-4, 12.1.1.9), without the limits that only
    /// EF.ATR/INFO has. Historical bytes of an unknown category say nothing.
    CardCapabilities capabilities() const;
};

/// What EF.ATR/INFO (2F01, 7816-4, 12.7.1) says: the capabilities of DO'47' and the limits of DO'7F66'. A file that can
/// not be understood says nothing.
CardCapabilities read_atr_info(ByteView file);

/// Takes what the card says of itself into account on the channel. One command at most, for EF.ATR/INFO, and only to a
/// card whose answer to reset announces extended length, since the limits of that stand nowhere else. Called when a
/// card is fresh from reset: the MF is current then.
void learn_capabilities(CardChannel& card, const Atr& atr);

}  // namespace tahvil
