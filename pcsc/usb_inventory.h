#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

namespace tahvil::pcsc {

/// How a CCID reader takes commands (CCID 1.1, 5.1, dwFeatures).
enum class ExchangeLevel : std::uint8_t {
    character,
    tpdu,        ///< the driver speaks T=0 or T=1; extended length is possible with T=1
    short_apdu,  ///< no extended length
    extended_apdu,
};

std::string_view name(ExchangeLevel level);

/// The smart card device class descriptor (CCID 1.1, 5.1).
struct CcidDescriptor {
    std::uint16_t release = 0;   ///< bcdCCID
    unsigned slots = 1;          ///< how many there are (bMaxSlotIndex + 1)
    unsigned slots_at_once = 1;  ///< bMaxCCIDBusySlots
    bool volts_5 = false;
    bool volts_3 = false;
    bool volts_1_8 = false;
    bool t0 = false;
    bool t1 = false;
    std::uint32_t default_clock_khz = 0;
    std::uint32_t max_ifsd = 0;            ///< bytes
    std::uint32_t max_message_length = 0;  ///< dwMaxCCIDMessageLength, bytes, the 10 of the header included
    ExchangeLevel exchange_level = ExchangeLevel::character;
    bool pin_verify = false;  ///< has a key pad for PIN verification
    bool pin_modify = false;
    unsigned lcd_lines = 0;
    unsigned lcd_columns = 0;

    friend bool operator==(const CcidDescriptor&, const CcidDescriptor&) = default;
};

/// Finds the class descriptor among the extra descriptors of an interface. Empty when there is none; throws
/// MalformedData when there is one that breaks the rules.
std::optional<CcidDescriptor> find_ccid_descriptor(ByteView extra);

/// One CCID interface on the bus.
struct UsbReader {
    std::uint16_t vendor_id = 0;
    std::uint16_t product_id = 0;
    std::string manufacturer;  ///< as the device says it; may be empty
    std::string product;
    std::string serial;
    unsigned bus = 0;
    unsigned address = 0;
    unsigned interface_number = 0;
    std::optional<CcidDescriptor> ccid;
    std::string trouble;  ///< why there is no `ccid`, in words

    friend bool operator==(const UsbReader&, const UsbReader&) = default;
};

/// All CCID interfaces of the machine. No USB at all is an empty list. Opens no device.
std::vector<UsbReader> list_usb_readers();

/// Which of `readers` the PC/SC reader of this name is, from vendor, product and serial number in the name. Of several
/// of the same make the nth goes to the nth name in `all_names`. Empty when none fits.
std::optional<UsbReader> find_usb_reader(std::string_view pcsc_name, const std::vector<std::string>& all_names,
                                         const std::vector<UsbReader>& readers);

}  // namespace tahvil::pcsc
