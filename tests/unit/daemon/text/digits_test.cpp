#include "daemon/text/digits.h"

#include <gtest/gtest.h>

namespace tahvil::daemon {
namespace {

TEST(Digits, GoThereAndBack) {
    EXPECT_EQ(with_persian_digits("1403-12-30"), "۱۴۰۳-۱۲-۳۰");
    EXPECT_EQ(with_ascii_digits("۱۴۰۳-۱۲-۳۰ و ١"), "1403-12-30 و 1");
    EXPECT_EQ(with_ascii_digits("\xDB"), "\xDB");
}

}  // namespace
}  // namespace tahvil::daemon
