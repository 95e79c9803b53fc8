#include "daemon/cli/check_words.h"

#include <gtest/gtest.h>

#include "crypto/trust/deviation.h"
#include "daemon/check/check_table.h"

namespace tahvil::cli {
namespace {

TEST(CheckWords, EveryCheckHasANameForPeopleInBothLanguages) {
    for (const daemon::CheckInfo& check : daemon::check_table()) {
        EXPECT_NE(check_words(Language::english, check.id), check.id);
        EXPECT_NE(check_words(Language::persian, check.id), check.id);
    }
}

TEST(CheckWords, EveryDeviationIsExplainedInBothLanguages) {
    for (const DeviationInfo& deviation : deviation_table()) {
        EXPECT_EQ(deviation_words(Language::english, deviation.name), deviation.text);
        const std::string persian = deviation_words(Language::persian, deviation.name);
        EXPECT_FALSE(persian.empty()) << deviation.name;
        EXPECT_NE(persian, deviation.text) << deviation.name;
    }
    EXPECT_EQ(deviation_words(Language::english, "new.deviation"), "");
    EXPECT_EQ(deviation_words(Language::persian, "new.deviation"), "");
}

TEST(CheckWords, WhatHasNoWordsIsShownAsItIs) {
    EXPECT_EQ(check_words(Language::english, "new.check"), "new.check");
    EXPECT_EQ(reason_words(Language::english, "some_new_reason"), "some new reason");
}

}  // namespace
}  // namespace tahvil::cli
