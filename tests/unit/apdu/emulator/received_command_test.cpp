#include "apdu/emulator/received_command.h"

#include <gtest/gtest.h>

namespace tahvil::emulator {
namespace {

struct Case {
    const char* bytes;
    std::size_t data;
    std::size_t expected;
    bool extended;
};

// ISO/IEC 7816-3, 12.1.3, table 11.
TEST(ParseCommand, ReadsAllCasesInBothLengths) {
    for (const Case& c :
         {Case{"00 A4 00 0C", 0, 0, false}, Case{"00 B0 00 00 08", 0, 8, false}, Case{"00 B0 00 00 00", 0, 256, false},
          Case{"00 A4 02 0C 02 01 1E", 2, 0, false}, Case{"00 88 00 00 02 AA BB 00", 2, 256, false},
          Case{"00 88 00 00 02 AA BB 10", 2, 16, false}, Case{"00 B0 00 00 00 01 01", 0, 257, true},
          Case{"00 B0 00 00 00 00 00", 0, 65536, true}, Case{"00 2A 00 BE 00 00 03 01 02 03", 3, 0, true},
          Case{"00 88 00 00 00 00 02 AA BB 01 00", 2, 256, true},
          Case{"00 88 00 00 00 00 02 AA BB 00 00", 2, 65536, true}}) {
        const auto received = parse_command(from_hex(c.bytes));
        ASSERT_TRUE(received) << c.bytes;
        EXPECT_EQ(received->command.data().size(), c.data) << c.bytes;
        EXPECT_EQ(received->command.expected(), c.expected) << c.bytes;
        EXPECT_EQ(received->extended, c.extended) << c.bytes;
    }
}

TEST(ParseCommand, RefusesLengthsThatDoNotAddUp) {
    for (const char* const bytes :
         {"", "00", "00 A4 00", "00 A4 04 0C 02 AA", "00 A4 04 0C 02 AA BB CC DD", "00 B0 00 00 00 01",
          "00 B0 00 00 00 00 00 00", "00 88 00 00 00 00 02 AA", "00 88 00 00 00 00 02 AA BB 00",
          "00 88 00 00 00 00 02 AA BB 00 00 00", "00 88 00 00 00 FF FF AA"})
        EXPECT_FALSE(parse_command(from_hex(bytes))) << bytes;
}

TEST(ParseCommand, TakesAnythingThatACommandEncodesTo) {
    for (const std::size_t data :
         {std::size_t{0}, std::size_t{1}, std::size_t{255}, std::size_t{256}, std::size_t{65535}})
        for (const std::size_t expected : {std::size_t{0}, std::size_t{1}, std::size_t{256}, std::size_t{65536}}) {
            const Command command(0x00, 0xDA, 0x01, 0x02, Bytes(data, 0x5A), expected);
            const auto received = parse_command(command.encode(!command.fits_short()).view());
            ASSERT_TRUE(received);
            EXPECT_TRUE(equal(received->command.data(), command.data()));
            EXPECT_EQ(received->command.expected(), expected);
        }
}

}  // namespace
}  // namespace tahvil::emulator
