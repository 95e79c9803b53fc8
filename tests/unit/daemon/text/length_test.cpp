#include "daemon/text/length.h"

#include <gtest/gtest.h>

namespace tahvil::daemon {
namespace {

TEST(Length, OfAnSmsIsInUtf16Units) {
    EXPECT_EQ(utf16_units("کارت"), 4U);
    EXPECT_EQ(utf16_units("a\xF0\x9F\x98\x80"), 3U);  // a surrogate pair
    EXPECT_EQ(utf16_units(""), 0U);
}

TEST(Length, ForAPersonIsInCharacters) {
    EXPECT_EQ(characters("card"), 4U);
    EXPECT_EQ(characters("کارت"), 4U);
    EXPECT_EQ(characters("a\xF0\x9F\x98\x80"), 2U);
    EXPECT_EQ(characters(""), 0U);
}

}  // namespace
}  // namespace tahvil::daemon
