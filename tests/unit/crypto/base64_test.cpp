#include "crypto/base64.h"

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "crypto/random.h"

namespace tahvil {
namespace {

TEST(Base64, WritesAndReadsTheExamplesOfRfc4648Clause10) {
    const std::pair<std::string_view, std::string_view> examples[] = {{"", ""},
                                                                      {"f", "Zg=="},
                                                                      {"fo", "Zm8="},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg=="},
                                                                      {"fooba", "Zm9vYmE="},
                                                                      {"foobar", "Zm9vYmFy"}};
    for (const auto& [text, encoded] : examples) {
        EXPECT_EQ(to_base64(as_bytes(text), Base64::standard), encoded);
        EXPECT_EQ(as_text(from_base64(encoded, Base64::standard)), text);
        const std::string_view bare = encoded.substr(0, encoded.find('='));
        EXPECT_EQ(to_base64(as_bytes(text), Base64::url), bare);
        EXPECT_EQ(as_text(from_base64(bare, Base64::url)), text);
    }
}

TEST(Base64, BringsEveryLengthBack) {
    for (std::size_t size = 0; size < 200; ++size) {
        const Bytes bytes = random_bytes(system_random, size);
        for (const Base64 form : {Base64::standard, Base64::url})
            EXPECT_EQ(from_base64(to_base64(bytes, form), form), bytes);
    }
    EXPECT_EQ(to_base64(from_hex("FBFFBF"), Base64::url), "-_-_");
    EXPECT_EQ(to_base64(from_hex("FBFFBF"), Base64::standard), "+/+/");
}

TEST(Base64, RefusesWhatIsNotTheOneTextOfItsBytes) {
    for (const std::string_view text :
         {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm-v", "====", "Z===", "Zg==Zg==", "=", "Zm9vY"})
        EXPECT_THROW(from_base64(text, Base64::standard), MalformedData) << text;
    for (const std::string_view text : {"Zg==", "Zh", "Zm9", "Z", "Zm+v", "Zm9v Zg", "Zm9v=", "Zm9vY"})
        EXPECT_THROW(from_base64(text, Base64::url), MalformedData) << text;
}

}  // namespace
}  // namespace tahvil
