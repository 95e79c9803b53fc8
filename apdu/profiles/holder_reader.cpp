#include "apdu/profiles/holder_reader.h"

#include "apdu/profiles/values.h"

namespace tahvil::profiles {

namespace {

using toml::Table;

constexpr std::int64_t kLongestPin = 32;  // characters
constexpr std::int64_t kLargestBlock = 64;
constexpr std::int64_t kMostMinutiae = 80;  // more do not fit a short command

void require_room(const Table& table, std::string_view key, PinFormat format, std::size_t characters,
                  std::size_t block) {
    if (block == 0 && format == PinFormat::ascii) return;
    const std::size_t header = format == PinFormat::iso_9564 ? 1 : 0;
    const std::size_t needed = header + (format == PinFormat::ascii ? characters : (characters + 1) / 2);
    if (needed > block)
        throw table.refuse(
            key, std::to_string(characters) + " characters do not fit a block of " + std::to_string(block) + " bytes",
            "what fits the block");
}

Unblocking read_unblocking(const Table& table, PinFormat format) {
    Unblocking way;
    way.shortest = byte(table, "shortest", 1, kLongestPin);
    way.longest = byte(table, "longest", way.shortest, kLongestPin);
    way.block = byte(table, "block", 0, kLargestBlock);
    require_room(table, "longest", format, way.longest, way.block);
    way.with_new_pin = table.truth("with_new_pin", true);
    table.finish();
    return way;
}

}  // namespace

Pin read_pin(const Table& table) {
    Pin pin;
    pin.name = identifier(table, "name");
    pin.application = table.text("application");
    pin.reference = byte(table, "reference");
    pin.format = read_word<PinFormat>(table, "format");
    pin.shortest = byte(table, "shortest", 1, kLongestPin);
    pin.longest = byte(table, "longest", pin.shortest, kLongestPin);
    pin.block = byte(table, "block", 0, kLargestBlock);
    if (const auto padding = byte_if(table, "padding")) pin.padding = *padding;
    require_room(table, "longest", pin.format, pin.longest, pin.block);
    pin.empty_verify_queries = table.truth("empty_verify_queries", false);
    pin.holder = table.truth("holder", false);
    pin.can_change = table.truth("can_change", false);
    pin.transport = table.truth("transport", false);
    if (pin.transport && !pin.can_change)
        throw table.refuse("transport", "a PIN that can not be changed has no transport PIN",
                           "can_change = true beside it");
    if (const auto unblocking = table.table_if("unblocking")) pin.unblocking = read_unblocking(*unblocking, pin.format);
    table.finish();
    return pin;
}

Fingerprint read_fingerprint(const Table& table) {
    Fingerprint finger;
    finger.application = table.text("application");
    finger.reference = byte(table, "reference");
    finger.least = byte(table, "least", 1, kMostMinutiae);
    finger.most = byte(table, "most", finger.least, kMostMinutiae);
    finger.information = table.truth("information", false);
    finger.empty_verify_queries = table.truth("empty_verify_queries", false);
    table.finish();
    return finger;
}

}  // namespace tahvil::profiles
