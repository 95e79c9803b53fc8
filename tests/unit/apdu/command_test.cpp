#include "apdu/command.h"

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil {
namespace {

std::string hex(const Command& command, bool extended = false) {
    return to_hex(command.encode(extended).view());
}

TEST(Command, SelectsAsClause11_2_2Says) {
    EXPECT_EQ(hex(Command::select_application(from_hex("A0 00 00 02 47 10 01"))), "00A4040C07A0000002471001");
    EXPECT_EQ(hex(Command::select_application_with_fci(from_hex("A0 00"))), "00A4040002A00000");
    EXPECT_EQ(hex(Command::select_file(0x011C)), "00A4020C02011C");
    EXPECT_EQ(hex(Command::select_master_file()), "00A4000C023F00");
    EXPECT_EQ(hex(Command::select_path(from_hex("5000 5040"))), "00A4080C0450005040");
}

TEST(Command, ReadsBinaryBeyond32767ByTheOddInstruction) {
    EXPECT_EQ(hex(Command::read_binary(0x7FFF, 256)), "00B07FFF00");
    EXPECT_EQ(hex(Command::read_binary(0x8000, 256)),
              "00B100000454028000"
              "00");
    EXPECT_EQ(hex(Command::read_binary(0x10000, 16)), "00B1000005540301000010");
    EXPECT_EQ(hex(Command::read_binary_short(0x1E, 0, 4)), "00B09E0004");
}

TEST(Command, WritesExtendedLengthFields) {
    EXPECT_EQ(hex(Command::read_binary(0, 65536), true), "00B00000000000");
    EXPECT_EQ(hex(Command::internal_authenticate(from_hex("AA"), 256), true), "00880000000001AA0100");
    EXPECT_EQ(hex(Command::select_master_file(), true), "00A4000C0000023F00");
}

TEST(Command, RefusesWhatNoApduCanHold) {
    EXPECT_THROW(Command(0, 0xB0, 0, 0, {}, 65537), InvalidInput);
    EXPECT_THROW(Command(0, 0xD6, 0, 0, Bytes(65536)), InvalidInput);
    EXPECT_THROW(Command::read_binary_short(0, 0, 1), InvalidInput);
    EXPECT_THROW(Command::read_binary_short(31, 0, 1), InvalidInput);
    EXPECT_THROW(Command::read_binary_short(1, 256, 1), InvalidInput);
    EXPECT_THROW(Command::read_binary(0, 257).encode(false), InvalidInput);
}

}  // namespace
}  // namespace tahvil
