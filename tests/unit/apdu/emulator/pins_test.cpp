#include "apdu/emulator/pins.h"

#include <gtest/gtest.h>

#include "apdu/emulator/operating_system.h"
#include "tests/unit/apdu/emulator/exchange.h"

namespace tahvil::emulator {
namespace {

SecretBytes block(std::string_view hex) {
    return SecretBytes(from_hex(hex));
}

OperatingSystem card_with_pins() {
    DedicatedFile master_file;
    master_file.files = {{0x0201, 0x01, from_hex("CA FE"), right::pin(0x81)}};
    std::vector<Pin> pins;
    pins.push_back({.reference = 0x81, .block = block("31 32 33 34 FF FF"), .unblocking = block("35 36 37 38")});
    pins.push_back({.reference = 0x82, .block = block("30 30 30 30"), .transport = true, .unblocking = {}});
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<Pins>(std::move(pins)));
    return {{}, std::move(master_file), std::move(functions)};
}

// ISO/IEC 7816-4, 11.5.6.
TEST(Pins, OpenAFileUntilTheReset) {
    OperatingSystem card = card_with_pins();
    expect_exchanges(card, {{"00 B0 81 00 00", "69 82"},
                            {"00 20 00 81", "63 C3"},                       // a query costs nothing
                            {"00 20 00 81 06 31 32 33 35 FF FF", "63 C2"},  // wrong
                            {"00 20 00 81 06 31 32 33 34 FF FF", "90 00"},
                            {"00 20 00 81", "90 00"},
                            {"00 B0 81 00 00", "CA FE 90 00"},
                            {"00 20 00 83", "6A 88"},
                            {"00 20 00 81 04 31 32 33 34", "67 00"},
                            {"00 20 01 81 06 31 32 33 34 FF FF", "6A 86"},
                            {"00 20 00 81 06 31 32 33 35 FF FF", "63 C2"},  // a wrong one takes the right back
                            {"00 B0 81 00 00", "69 82"}});
    card.reset();
    expect_exchanges(card, {{"00 20 00 81", "63 C2"}});
    EXPECT_EQ(card.tally().verify_tries, 4U);
    EXPECT_EQ(card.tally().verify_queries, 3U);
}

// ISO/IEC 7816-4, 11.5.8.
TEST(Pins, AreBlockedAndUnblocked) {
    OperatingSystem card = card_with_pins();
    expect_exchanges(card, {{"00 20 00 81 06 30 30 30 30 FF FF", "63 C2"},
                            {"00 20 00 81 06 30 30 30 30 FF FF", "63 C1"},
                            {"00 20 00 81 06 30 30 30 30 FF FF", "69 83"},
                            {"00 20 00 81 06 31 32 33 34 FF FF", "69 83"},  // the right one comes too late
                            {"00 2C 01 81 04 35 36 37 39", "63 C9"},
                            {"00 2C 01 81 04 35 36 37 38", "90 00"},
                            {"00 20 00 81 06 31 32 33 34 FF FF", "90 00"},
                            {"00 2C 00 81 0A 35 36 37 38 39 39 39 39 FF FF", "90 00"},  // with a new PIN
                            {"00 20 00 81 06 31 32 33 34 FF FF", "63 C2"},
                            {"00 20 00 81 06 39 39 39 39 FF FF", "90 00"},
                            {"00 2C 01 82 04 35 36 37 38", "69 85"}});  // has no unblocking code
}

// ISO/IEC 7816-4, 11.5.7.
TEST(Pins, OfTransportAreChangedFirst) {
    OperatingSystem card = card_with_pins();
    expect_exchanges(card, {{"00 20 00 82", "69 84"},
                            {"00 20 00 82 04 30 30 30 30", "69 84"},
                            {"00 24 00 82 08 30 30 30 31 32 37 31 38", "63 C2"},
                            {"00 24 00 82 08 30 30 30 30 32 37 31 38", "90 00"},
                            {"00 20 00 82 04 32 37 31 38", "90 00"},
                            {"00 24 00 82 07 32 37 31 38 30 30 30", "67 00"}});
}

}  // namespace
}  // namespace tahvil::emulator
