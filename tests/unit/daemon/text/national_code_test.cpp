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

// s = sum of d[i] * (10 - i) over the first nine digits, r = s mod 11, and the last digit is r below 2 and 11 - r from
// there.
TEST(NationalCode, AllEndingsOfThousandsOfBeginningsAreJudgedByTheRule) {
    for (int step = 0; step < 4000; ++step) {
        const int beginning = static_cast<int>(step * 24'989LL % 100'000'000);  // spread over all eight digits
        for (int ending = 0; ending < 100; ++ending) {
            std::string code = std::to_string(beginning * 100LL + ending);
            code.insert(0, 10 - code.size(), '0');
            int sum = 0;
            for (int i = 0; i < 9; ++i) sum += (code[static_cast<std::size_t>(i)] - '0') * (10 - i);
            const int remainder = sum % 11;
            const bool fits = code[9] - '0' == (remainder < 2 ? remainder : 11 - remainder);
            const bool all_same = code.find_first_not_of(code[0]) == std::string::npos;
            const std::optional<NationalCodeFault> fault = fault_of_national_code(code);
            ASSERT_EQ(fault, all_same ? std::optional(NationalCodeFault::all_same)
                             : fits   ? std::nullopt
                                      : std::optional(NationalCodeFault::check_digit))
                << code;
        }
    }
}

// Remainders 1 and 10 both give 1, so that not every single error is found: the rule is no proof of a code.
TEST(NationalCode, MostSingleErrorsAreFoundAndTheRestIsKnown) {
    int errors = 0;
    int missed = 0;
    for (int step = 0; step < 2000; ++step) {
        std::string code = std::to_string(100'000'000 + step * 449'437);
        for (char last = '0'; last <= '9'; ++last)
            if (!fault_of_national_code(code + last)) {
                code += last;
                break;
            }
        ASSERT_EQ(code.size(), 10U);
        for (std::size_t i = 0; i < code.size(); ++i)
            for (char digit = '0'; digit <= '9'; ++digit) {
                if (digit == code[i]) continue;
                std::string wrong = code;
                wrong[i] = digit;
                ++errors;
                missed += fault_of_national_code(wrong) ? 0 : 1;
            }
    }
    EXPECT_GT(missed, 0);
    EXPECT_LT(missed * 50, errors);  // fewer than two in a hundred
}

TEST(NationalCode, OnACardNothingIsFilledUp) {
    EXPECT_EQ(fault_of_national_code("12345679"), NationalCodeFault::length);
    EXPECT_EQ(fault_of_national_code("۱۲۳۴۵۶۷۸۹۱"), NationalCodeFault::not_digits);
}

}  // namespace
}  // namespace tahvil::daemon
