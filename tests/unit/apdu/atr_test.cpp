#include "apdu/atr.h"

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil {
namespace {

TEST(Atr, ReadsAnIranianNationalCard) {
    const Bytes bytes = from_hex("3B DB 97 00 81 31 FE 85 80 13 49 52 4E 73 96 71 5B 91 30 2F");
    const Atr atr = Atr::parse(bytes);
    EXPECT_TRUE(atr.offers_t1);
    EXPECT_FALSE(atr.offers_t0);
    EXPECT_TRUE(equal(atr.historical, from_hex("80 13 49 52 4E 73 96 71 5B 91 30")));
    EXPECT_FALSE(atr.check_byte_wrong);
}

TEST(Atr, OffersT0WhereNoProtocolIsNamed) {
    const Bytes bytes = from_hex("3B 78 18 00 00 00 73 C8 40 13 00 90 00");
    const Atr atr = Atr::parse(bytes);
    EXPECT_TRUE(atr.offers_t0);
    EXPECT_FALSE(atr.capabilities().extended_length);  // 73 C8 40 13, ended by a status of three bytes
}

TEST(Atr, TellsCapabilitiesFromTheHistoricalBytes) {
    const Bytes bytes = from_hex("3B 85 01 80 73 C8 40 C0 FB");
    const CardCapabilities capabilities = Atr::parse(bytes).capabilities();
    EXPECT_TRUE(capabilities.extended_length);
    EXPECT_TRUE(capabilities.command_chaining);
}

TEST(Atr, SaysThatTheCheckByteIsWrong) {
    EXPECT_TRUE(Atr::parse(from_hex("3B 80 01 82")).check_byte_wrong);
    EXPECT_FALSE(Atr::parse(from_hex("3B 80 01 81")).check_byte_wrong);
}

TEST(Atr, RefusesWhatBreaksOff) {
    for (const auto* const bytes : {"", "3B", "3B 80", "3B 05 01", "3B F0 11 11"})
        EXPECT_THROW(Atr::parse(from_hex(bytes)), MalformedData) << bytes;
}

TEST(AtrInfo, TellsCapabilitiesAndLimits) {
    const CardCapabilities capabilities = read_atr_info(from_hex("47 03 14 01 C0 7F 66 08 02 02 10 00 02 02 20 00"));
    EXPECT_TRUE(capabilities.extended_length);
    EXPECT_TRUE(capabilities.command_chaining);
    EXPECT_EQ(capabilities.command_limit, 0x1000U);
    EXPECT_EQ(capabilities.response_limit, 0x2000U);
}

TEST(AtrInfo, SaysNothingWhereItCanNotBeUnderstood) {
    EXPECT_FALSE(read_atr_info(from_hex("47 03 14 01 C0 7F 66 08 02")).extended_length);
    EXPECT_FALSE(read_atr_info({}).extended_length);
}

}  // namespace
}  // namespace tahvil
