#include "apdu/atr.h"

#include <algorithm>

#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil {

namespace {

constexpr std::size_t kMaxSize = 33;
constexpr std::uint8_t kCompactTlv = 0x80;  // category indicators (12.1.1.2)
constexpr std::uint8_t kCompactTlvThenStatus = 0x00;
constexpr std::uint8_t kCapabilitiesCompactTag = 0x7;
constexpr tlv::Tag kCapabilities = 0x47;
constexpr tlv::Tag kExtendedLengthInformation = 0x7F66;
constexpr tlv::Tag kInteger = 0x02;

/// The third software function table (12.1.1.9): chaining in bit 8, extended length fields in bit 7.
CardCapabilities from_tables(ByteView tables) {
    CardCapabilities capabilities;
    if (tables.size() < 3) return capabilities;
    capabilities.command_chaining = (tables[2] & 0x80U) != 0;
    capabilities.extended_length = (tables[2] & 0x40U) != 0;
    return capabilities;
}

std::size_t limit(tlv::Cursor& cursor) {
    const ByteView number = cursor.read(kInteger);
    if (number.size() > 4) return 0;
    return static_cast<std::size_t>(from_big_endian(number));
}

}  // namespace

Atr Atr::parse(ByteView bytes) {
    const auto malformed = [](const char* what) -> MalformedData {
        return {"atr.malformed", std::string("the answer to reset ") + what};
    };
    if (bytes.size() < 2 || bytes.size() > kMaxSize) throw malformed("has an impossible size");
    Atr atr;
    std::uint8_t indicator = bytes[1];
    const std::size_t historical = indicator & 0x0FU;
    std::size_t at = 2;
    bool first_protocol = true;
    while ((indicator & 0xF0U) != 0) {
        for (const unsigned interface_byte : {0x10U, 0x20U, 0x40U})
            if ((indicator & interface_byte) != 0) ++at;
        if ((indicator & 0x80U) == 0) break;
        if (at >= bytes.size()) throw malformed("breaks off within its interface bytes");
        indicator = bytes[at++];
        const unsigned protocol = indicator & 0x0FU;
        atr.offers_t0 |= protocol == 0;
        atr.offers_t1 |= protocol == 1;
        first_protocol = false;
    }
    if (first_protocol) atr.offers_t0 = true;
    if (at + historical > bytes.size()) throw malformed("breaks off within its historical bytes");
    atr.historical = bytes.subspan(at, historical);
    at += historical;
    if (at < bytes.size()) {
        std::uint8_t check = 0;
        for (const std::uint8_t byte : bytes.subspan(1)) check = static_cast<std::uint8_t>(check ^ byte);
        atr.check_byte_wrong = check != 0 || at + 1 != bytes.size();
    }
    return atr;
}

CardCapabilities Atr::capabilities() const {
    if (historical.empty()) return {};
    ByteView objects = historical.subspan(1);
    if (historical[0] == kCompactTlvThenStatus && objects.size() >= 3)
        objects = objects.first(objects.size() - 3);
    else if (historical[0] != kCompactTlv)
        return {};
    while (!objects.empty()) {
        const std::size_t length = objects[0] & 0x0FU;
        if (length + 1 > objects.size()) return {};
        if (objects[0] >> 4U == kCapabilitiesCompactTag) return from_tables(objects.subspan(1, length));
        objects = objects.subspan(length + 1);
    }
    return {};
}

CardCapabilities read_atr_info(ByteView file) {
    CardCapabilities capabilities;
    try {
        if (const auto tables = tlv::find(file, kCapabilities)) capabilities = from_tables(*tables);
        if (const auto limits = tlv::find(file, kExtendedLengthInformation)) {
            tlv::Cursor cursor(*limits);
            capabilities.command_limit = limit(cursor);
            capabilities.response_limit = limit(cursor);
        }
    } catch (const MalformedData&) {
        return {};  // without understanding it, short commands are what every card takes
    }
    return capabilities;
}

void learn_capabilities(CardChannel& card, const Atr& atr) {
    static constexpr std::uint8_t atr_info = 0x01;  // short identifier, Doc 9303-10, 3.11.3
    CardCapabilities capabilities = atr.capabilities();
    card.set_capabilities({.command_chaining = capabilities.command_chaining});
    if (!capabilities.extended_length) return;
    const Response response = card.transmit(Command::read_binary_short(atr_info, 0, Command::kMaxShortExpected));
    if (response.data.empty()) return;  // extended length without EF.ATR/INFO: how much the card takes is not known
    const CardCapabilities stated = read_atr_info(response.data);
    capabilities.command_limit = stated.command_limit;
    capabilities.response_limit = stated.response_limit;
    card.set_capabilities(capabilities);
}

}  // namespace tahvil
