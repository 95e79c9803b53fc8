#include "apdu/tlv.h"

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::tlv {
namespace {

TEST(Tlv, ReadsTagsOfOneToThreeBytes) {
    const Bytes run = from_hex("5C 01 AA  7F49 02 BB BB  5F8101 00");
    Cursor cursor(run);
    EXPECT_TRUE(equal(cursor.read(0x5C), from_hex("AA")));
    EXPECT_TRUE(equal(cursor.read(0x7F49), from_hex("BB BB")));
    EXPECT_TRUE(cursor.read(0x5F8101).empty());
    EXPECT_TRUE(cursor.at_end());
}

TEST(Tlv, WritesWhatItReads) {
    for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        const Bytes value(size, 0x42);
        const Bytes object = encode(0x7F61, value);
        EXPECT_EQ(object_size(object), object.size());
        Cursor cursor(object);
        EXPECT_TRUE(equal(cursor.read(0x7F61), value)) << size;
    }
}

TEST(Tlv, RefusesWhatGoesBeyondItsEnd) {
    for (const auto* const bytes :
         {"5C", "5C 02 AA", "5C 82 01", "5C 81 05 00", "5F", "5C 80 00 00", "5C 84 00 00 00 01 AA", "5F 81 81 81 00"})
        EXPECT_THROW(Cursor(from_hex(bytes)).read(), MalformedData) << bytes;
}

TEST(Tlv, TellsTheSizeOfAnObjectFromItsHeader) {
    EXPECT_EQ(object_size(from_hex("61 82 01")), std::nullopt);
    EXPECT_EQ(object_size(from_hex("61 82 01 00")), 260U);
    EXPECT_EQ(object_size({}), std::nullopt);
}

TEST(Tlv, FindsTheFirstOfATag) {
    const Bytes run = from_hex("80 01 01 81 01 02 81 01 03");
    EXPECT_TRUE(equal(*find(run, 0x81), from_hex("02")));
    EXPECT_EQ(find(run, 0x82), std::nullopt);
}

}  // namespace
}  // namespace tahvil::tlv
