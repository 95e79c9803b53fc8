#include "apdu/profiles/toml.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tahvil::toml {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The code, text and remedy that the action is refused with.
std::string refusal(const std::function<void()>& action) {
    try {
        action();
    } catch (const InvalidInput& error) {
        return std::string{error.code()} + " | " + error.what() + " | " + std::string{error.remedy()};
    }
    return "accepted";
}

TEST(Toml, GivesEveryKindOfValueByItsKey) {
    const Table table = parse(
        "name = \"x\"\ncount = 0x10\non = true\nwords = [\"a\", \"b\"]\nnumbers = [1, 2]\n"
        "[inner]\nkey = 'v'\n[[item]]\nn = 1\n[[item]]\nn = 2\n",
        "test.toml");
    EXPECT_EQ(table.text("name"), "x");
    EXPECT_EQ(table.number("count", 0, 255), 16);
    EXPECT_TRUE(table.truth("on"));
    EXPECT_THAT(table.texts("words"), ElementsAre("a", "b"));
    EXPECT_THAT(table.numbers("numbers", 0, 9), ElementsAre(1, 2));
    EXPECT_EQ(table.table("inner").text("key"), "v");
    ASSERT_EQ(table.tables("item").size(), 2U);
    EXPECT_EQ(table.tables("item")[1].number("n", 0, 9), 2);
    EXPECT_NO_THROW(table.finish());
    EXPECT_THAT(table.keys(), ElementsAre("name", "count", "on", "words", "numbers", "inner", "item"));
}

TEST(Toml, TakesTheFallbackOnlyWhereTheKeyIsMissing) {
    const Table table = parse("count = 3", "test.toml");
    EXPECT_EQ(table.number("count", 0, 9, 5), 3);
    EXPECT_EQ(table.number("other", 0, 9, 5), 5);
    EXPECT_EQ(table.text("word", "w"), "w");
    EXPECT_FALSE(table.text_if("word").has_value());
    EXPECT_FALSE(table.table_if("inner").has_value());
    EXPECT_TRUE(table.tables("items").empty());
}

TEST(Toml, NamesFileLineAndKeyOfAnUnknownKeyAndWhatIsAllowed) {
    const Table table = parse("[limits]\nconnections = 1\nconections = 2\n", "/etc/tahvild.toml");
    const Table limits = table.table("limits");
    limits.number("connections", 0, 9);
    EXPECT_EQ(refusal([&] { limits.finish(); }),
              "toml.unknown_key | /etc/tahvild.toml:3:1: limits.conections: there is no such key | "
              "Allowed: connections.");
}

TEST(Toml, NamesWhatAnotherValueWouldHaveToBe) {
    const Table table = parse("a = 10\nb = \"loud\"\nc = 1979-05-27\n[[d]]\ne = 1.5\n", "t");
    EXPECT_EQ(refusal([&] { table.number("a", 1, 9); }),
              "toml.bad_value | t:1:1: a: the number is out of range | Allowed: a whole number from 1 to 9.");
    EXPECT_EQ(refusal([&] {
                  table.choice("b", {"info", "error"});
              }),
              "toml.bad_value | t:2:1: b: \"loud\" is not known here | Allowed: info, error.");
    EXPECT_EQ(refusal([&] { table.text("c"); }),
              "toml.bad_value | t:3:1: c: the value is of the wrong kind | Allowed: a text in quotes.");
    EXPECT_THAT(refusal([&] { table.tables("d")[0].number("e", 0, 9); }), HasSubstr("t:5:1: d[0].e:"));
    EXPECT_THAT(refusal([&] { table.truth("f"); }), HasSubstr("toml.missing_key | t:1:1: f:"));
}

TEST(Toml, NamesThePlaceWhereTheTextIsNoToml) {
    EXPECT_THAT(refusal([] { parse("a = 1\nb = = 2\n", "t"); }), HasSubstr("toml.syntax | t:2:"));
    EXPECT_THAT(refusal([] { parse("a = 1\na = 2\n", "t"); }), HasSubstr("toml.syntax | t:2:"));
    EXPECT_THAT(refusal([] { parse("a = \"\xFF\"", "t"); }), HasSubstr("toml.syntax | t:1:"));
}

TEST(Toml, RefusesAKeyThatCanNotBeginSo) {
    for (const char* text : {"[=", "[#]", "[[=]]", "[\x01]", "a.= 1", "[a.\n]"})
        EXPECT_THAT(refusal([text] { parse(text, "test.toml"); }), HasSubstr("toml.syntax | test.toml:1:")) << text;
}

}  // namespace
}  // namespace tahvil::toml
