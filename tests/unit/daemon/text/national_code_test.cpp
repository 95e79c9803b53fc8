#include "daemon/text/national_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::daemon {
namespace {

std::string refusal(std::string_view typed) {
    try {
        return parse_national_code(typed);
    } catch (const InvalidInput& error) {
        EXPECT_FALSE(error.remedy().empty());
        return std::string(error.code());
    }
}

// 1*10+2*9+3*8+4*7+5*6+6*5+7*4+8*3+9*2 = 210 = 19*11 + 1, so the last digit is 1.
TEST(NationalCode, TakesOneWhoseCheckDigitFits) {
    EXPECT_EQ(parse_national_code("1234567891"), "1234567891");
}

TEST(NationalCode, TakesTheDigitsOfItsPeople) {
    EXPECT_EQ(parse_national_code("۱۲۳۴۵۶۷۸۹۱"), "1234567891");
    EXPECT_EQ(parse_national_code("١٢٣٤٥٦٧٨٩١"), "1234567891");
}

TEST(NationalCode, FillsUpWithZerosThatPeopleLeaveOut) {
    // 1*8+2*7+3*6+4*5+5*4+6*3+7*2 = 112 = 10*11 + 2, so the last digit is 9.
    EXPECT_EQ(parse_national_code("12345679"), "0012345679");
    EXPECT_EQ(parse_national_code("012345679"), "0012345679");
    EXPECT_EQ(refusal("2345679"), "national_code.length");
}

TEST(NationalCode, SaysWhyNot) {
    EXPECT_EQ(refusal("1234567890"), "national_code.check_digit");
    EXPECT_EQ(refusal("123456789A"), "national_code.not_digits");
    EXPECT_EQ(refusal("123 456 7891"), "national_code.not_digits");
    EXPECT_EQ(refusal("12345678910"), "national_code.length");
    EXPECT_EQ(refusal(""), "national_code.length");
    for (char digit = '0'; digit <= '9'; ++digit) {
        EXPECT_EQ(refusal(std::string(10, digit)), "national_code.all_same") << digit;
    }
}

TEST(NationalCode, ExactlyOneLastDigitFitsEveryBeginning) {
    for (int beginning = 100'000'000; beginning < 100'002'000; ++beginning) {
        int fitting = 0;
        for (int last = 0; last <= 9; ++last) {
            fitting += fault_of_national_code(std::to_string(beginning) + std::to_string(last)) ? 0 : 1;
        }
        EXPECT_EQ(fitting, 1) << beginning;
    }
}

TEST(NationalCode, OnACardNothingIsFilledUp) {
    EXPECT_EQ(fault_of_national_code("12345679"), NationalCodeFault::length);
    EXPECT_EQ(fault_of_national_code("۱۲۳۴۵۶۷۸۹۱"), NationalCodeFault::not_digits);
}

}  // namespace
}  // namespace tahvil::daemon
