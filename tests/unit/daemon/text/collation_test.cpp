#include "daemon/text/collation.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tahvil::daemon {
namespace {

std::vector<std::string> sorted(std::vector<std::string> words) {
    std::ranges::shuffle(words, std::mt19937(1));
    std::ranges::sort(words, {}, collation_key);
    return words;
}

TEST(CollationKey, StandsInTheOrderOfThePersianAlphabet) {
    // By code point پ چ ژ گ ک ی would come after all the Arabic letters.
    const std::vector<std::string> letters{"آ", "ا", "ب", "پ", "ت", "ث", "ج", "چ", "ح", "خ", "د",
                                           "ذ", "ر", "ز", "ژ", "س", "ش", "ص", "ض", "ط", "ظ", "ع",
                                           "غ", "ف", "ق", "ک", "گ", "ل", "م", "ن", "و", "ه", "ی"};
    EXPECT_EQ(sorted(letters), letters);
}

TEST(CollationKey, SortsNamesAsAListOfPeopleDoes) {
    const std::vector<std::string> names{"آذر", "احمدی", "پارسا", "تهرانی", "چمنی", "ژاله", "کریمی", "گودرزی", "یزدی"};
    EXPECT_EQ(sorted(names), names);
}

TEST(CollationKey, ArabicFormsStandBesideThePersianOnes) {
    const auto arabic = sorted({"كاظمی", "کریمی", "گلی", "كرمانی", "قاسمی"});
    EXPECT_THAT(arabic, testing::ElementsAre("قاسمی", "كاظمی", "كرمانی", "کریمی", "گلی"));
    EXPECT_EQ(collation_key("می\u200Cرود"), collation_key("میرود"));
}

TEST(CollationKey, TakesAnything) {
    EXPECT_LT(collation_key(""), collation_key("ا"));
    EXPECT_NO_THROW(collation_key("\xFF\xFE"));
}

}  // namespace
}  // namespace tahvil::daemon
