#include "daemon/strict_json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::daemon {
namespace {

TEST(StrictJson, ReadsWhatIsJson) {
    EXPECT_EQ(parse_strict_json(R"({"a":[1,{"a":"b"}],"b":{"a":null}})", 8).at("a").at(1).at("a"), "b");
    EXPECT_EQ(parse_strict_json("\"\u062a\"", 1), "\u062a");
}

TEST(StrictJson, RefusesANameThatStandsTwiceAnywhere) {
    for (const std::string_view text : {R"({"a":1,"a":1})", R"([{"b":{"a":1,"\u0061":2}}])"}) {
        try {
            parse_strict_json(text, 8);
            ADD_FAILURE() << text;
        } catch (const MalformedData& error) {
            EXPECT_EQ(error.code(), "json.name_twice");
        }
    }
}

TEST(StrictJson, RefusesEverythingElse) {
    for (const std::string_view text :
         {"", "{", "{} x", "{\"a\":1,}", "[[[[]]]]", "{'a':1}", "\"\xFF\"", "nul", "01", "// x\n{}", "NaN"})
        EXPECT_THROW(parse_strict_json(text, 3), MalformedData) << text;
}

}  // namespace
}  // namespace tahvil::daemon
