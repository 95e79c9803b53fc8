#include "daemon/text/folding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::daemon {
namespace {

TEST(FoldingKey, OneNameTypedOnTwoKeyboardsIsOneKey) {
    EXPECT_EQ(folding_key("علي كريمي"), folding_key("علی کریمی"));
    EXPECT_EQ(folding_key("موسى"), folding_key("موسی"));
    EXPECT_EQ(folding_key("فاطمة"), folding_key("فاطمه"));
}

TEST(FoldingKey, HalfSpaceTatweelAndSpacesDoNotCount) {
    EXPECT_EQ(folding_key("می\u200Cرود"), folding_key("میرود"));
    EXPECT_EQ(folding_key("علـــی"), folding_key("علی"));
    EXPECT_EQ(folding_key("  علی \t\u00A0 کریمی\n"), "علی کریمی");
    EXPECT_EQ(folding_key(" \u200C "), "");
}

TEST(FoldingKey, DigitsAreAscii) {
    EXPECT_EQ(folding_key("الف/۱۲"), "الف/12");
    EXPECT_EQ(folding_key("٣٤"), "34");
}

TEST(FoldingKey, PresentationFormsAreTheirLetters) {
    EXPECT_EQ(folding_key("\uFEC9\uFEE0\uFEF2"), folding_key("علی"));
}

TEST(FoldingKey, DifferentNamesStayDifferent) {
    EXPECT_NE(folding_key("علی"), folding_key("عالی"));
    EXPECT_NE(folding_key("رضا"), folding_key("رضایی"));
    EXPECT_NE(folding_key("علی کریمی"), folding_key("علیکریمی"));
}

TEST(FoldingKey, FoldedOnceIsFolded) {
    for (const std::string_view text : {"علي كريمي", "ا\u0640\u0653ب", "\uFCF2", "ﷲ", "Ⅻ ½ ﬁ", "e\u0301"}) {
        const std::string key = folding_key(text);
        EXPECT_EQ(folding_key(key), key) << text;
    }
}

TEST(FoldingKey, RefusesWhatIsNoText) {
    EXPECT_THROW(folding_key("\xFF\xFE"), InvalidInput);
    EXPECT_THROW(folding_key("\xD8"), InvalidInput);
}

}  // namespace
}  // namespace tahvil::daemon
