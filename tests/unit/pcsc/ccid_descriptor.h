#pragma once

#include <algorithm>

#include "crypto/bytes.h"

namespace tahvil::pcsc {

/// The class descriptor of a contact reader with one slot, 5 V, 3 V and 1.8 V, T=0 and T=1, messages of 271 bytes, by
/// its fields (CCID 1.1, 5.1).
inline Bytes contact_reader_descriptor() {
    return from_hex(
        "36 21"        // bLength, bDescriptorType
        "10 01"        // bcdCCID 1.10
        "00"           // bMaxSlotIndex
        "07"           // bVoltageSupport
        "03 00 00 00"  // dwProtocols
        "A0 0F 00 00"  // dwDefaultClock 4 MHz
        "A0 0F 00 00"  // dwMaximumClock
        "00"           // bNumClockSupported
        "00 2A 00 00"  // dwDataRate
        "00 9A 04 00"  // dwMaxDataRate
        "00"           // bNumDataRatesSupported
        "FE 00 00 00"  // dwMaxIFSD 254
        "00 00 00 00"  // dwSynchProtocols
        "00 00 00 00"  // dwMechanical
        "BA 04 01 00"  // dwFeatures: TPDU level
        "0F 01 00 00"  // dwMaxCCIDMessageLength 271
        "FF"           // bClassGetResponse
        "FF"           // bClassEnvelope
        "00 00"        // wLcdLayout
        "00"           // bPINSupport
        "01");         // bMaxCCIDBusySlots
}

/// The same with other bytes from `at` on.
inline Bytes with(Bytes descriptor, std::size_t at, ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), descriptor.begin() + static_cast<std::ptrdiff_t>(at));
    return descriptor;
}

}  // namespace tahvil::pcsc
