#include "daemon/reader/reader_json.h"

#include <boost/json.hpp>

namespace tahvil::daemon {

namespace json = boost::json;

namespace {

void put(json::object& to, std::string_view key, const std::string& text) {
    if (!text.empty()) to[key] = text;
}

std::string_view state_of(const ReaderView& reader) {
    if (reader.busy) return "busy";
    switch (reader.state.card) {
        case CardPresence::present:
            return "card";
        case CardPresence::mute:
            return "mute";
        case CardPresence::absent:
            break;
    }
    return "empty";
}

std::string four_digits(std::uint16_t number) {
    return to_hex(to_big_endian(number, sizeof number));
}

/// A release in BCD: 0110 is "1.10".
std::string release(std::uint16_t bcd) {
    const std::string digits = four_digits(bcd);
    return (digits[0] == '0' ? digits.substr(1, 1) : digits.substr(0, 2)) + "." + digits.substr(2);
}

json::object to_json(const pcsc::CcidDescriptor& ccid) {
    json::array volts;
    if (ccid.volts_5) volts.emplace_back(5);
    if (ccid.volts_3) volts.emplace_back(3);
    if (ccid.volts_1_8) volts.emplace_back(1.8);
    json::array protocols;
    if (ccid.t0) protocols.emplace_back("T=0");
    if (ccid.t1) protocols.emplace_back("T=1");
    json::object object{{"release", release(ccid.release)},
                        {"slots", ccid.slots},
                        {"slots_at_once", ccid.slots_at_once},
                        {"volts", std::move(volts)},
                        {"protocols", std::move(protocols)},
                        {"default_clock_khz", ccid.default_clock_khz},
                        {"max_ifsd", ccid.max_ifsd},
                        {"max_message_length", ccid.max_message_length},
                        {"exchange_level", name(ccid.exchange_level)},
                        {"pin_verify", ccid.pin_verify},
                        {"pin_modify", ccid.pin_modify}};
    if (ccid.lcd_lines != 0) object["display"] = {{"lines", ccid.lcd_lines}, {"columns", ccid.lcd_columns}};
    return object;
}

json::object to_json(const pcsc::UsbReader& usb) {
    json::object object{{"vendor_id", four_digits(usb.vendor_id)},
                        {"product_id", four_digits(usb.product_id)},
                        {"bus", usb.bus},
                        {"address", usb.address},
                        {"interface", usb.interface_number}};
    put(object, "manufacturer", usb.manufacturer);
    put(object, "product", usb.product);
    put(object, "serial", usb.serial);
    put(object, "trouble", usb.trouble);
    if (usb.ccid) object["ccid"] = to_json(*usb.ccid);
    return object;
}

}  // namespace

json::object to_json(const ReaderFault& fault) {
    json::object object{{"code", fault.code}, {"detail", fault.words}};
    put(object, "remedy", fault.remedy);
    return object;
}

json::object to_json(const ReaderView& reader) {
    json::object object{{"id", reader.id},
                        {"name", reader.name},
                        {"kind", reader.kind == ReaderKind::embedded ? "embedded" : "pcsc"},
                        {"state", state_of(reader)},
                        {"in_use_elsewhere", reader.state.exclusive_elsewhere},
                        {"queued", reader.queued}};
    put(object, "atr", to_hex(reader.state.atr));
    if (reader.usb) object["usb"] = to_json(*reader.usb);
    if (reader.fault) object["fault"] = to_json(*reader.fault);
    return object;
}

}  // namespace tahvil::daemon
