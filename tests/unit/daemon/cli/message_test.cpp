#include "daemon/cli/message.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tahvil::cli {
namespace {

constexpr Message kAll[] = {
#define TAHVIL_MESSAGE(id, english, persian) Message::id,
#include "daemon/cli/messages.def"
#undef TAHVIL_MESSAGE
};

std::map<char, int> places(std::string_view pattern) {
    std::map<char, int> result;
    for (std::size_t i = 0; i + 2 < pattern.size(); ++i) {
        if (pattern[i] == '{' && pattern[i + 2] == '}') ++result[pattern[i + 1]];
    }
    return result;
}

TEST(Messages, BothLanguagesSayEverythingWithTheSameValues) {
    for (const Message message : kAll) {
        const auto english = words(Language::english, message);
        const auto persian = words(Language::persian, message);
        EXPECT_FALSE(english.empty());
        EXPECT_FALSE(persian.empty()) << english;
        EXPECT_EQ(places(english).size(), places(persian).size()) << english;
    }
}

TEST(Messages, PlacesAreFilledInAndNothingElseIsTouched) {
    EXPECT_EQ(say(Language::english, Message::import_counts, {"{1}", "1", "2", "3", "4"}),
              "{1}: 1 new, 2 known, 3 changed, 4 refused");
    EXPECT_EQ(say(Language::english, Message::error_line), "error: {0}");
}

TEST(Language, ComesFromTheFirstVariableThatIsSet) {
    const auto language = [](std::map<std::string, std::string> environment) {
        return language_of(
            [&](const char* name) { return environment.contains(name) ? environment[name].c_str() : nullptr; });
    };
    EXPECT_EQ(language({}), Language::english);
    EXPECT_EQ(language({{"LANG", "fa_IR"}}), Language::persian);
    EXPECT_EQ(language({{"LANG", "fa_IR.UTF-8"}}), Language::persian);
    EXPECT_EQ(language({{"LANG", "fa_IR"}, {"LC_ALL", "C"}}), Language::english);
    EXPECT_EQ(language({{"LANG", "de_DE"}, {"LC_MESSAGES", "fa"}}), Language::persian);
    EXPECT_EQ(language({{"LANG", "fa_IR"}, {"LC_ALL", ""}}), Language::persian);
    EXPECT_EQ(language({{"LANG", "fao"}}), Language::english);
}

}  // namespace
}  // namespace tahvil::cli
