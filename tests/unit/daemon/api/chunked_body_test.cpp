#include "daemon/api/chunked_body.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/thrown_code.h"

namespace tahvil::daemon::api {
namespace {

constexpr std::size_t kMost = 10;

WipingBuffer bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

/// The content of a body that comes in pieces of `at_once` bytes, and "..." when it does not end.
std::string content_of(std::string_view text, std::size_t at_once) {
    ChunkedBody chunks{kMost};
    WipingBuffer input;
    WipingBuffer body;
    while (!text.empty() && !chunks.done()) {
        const WipingBuffer more = bytes(text.substr(0, at_once));
        input.insert(input.end(), more.begin(), more.end());
        text.remove_prefix(std::min(at_once, text.size()));
        chunks.feed(input, body);
    }
    return std::string{body.begin(), body.end()} + (chunks.done() ? "" : "...");
}

TEST(ChunkedBody, IsPutTogetherHoweverItArrives) {
    constexpr std::string_view kText = "2\r\nab\r\n3;name=\"a value\"\r\ncde\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t at_once = 1; at_once <= kText.size(); ++at_once) EXPECT_EQ(content_of(kText, at_once), "abcde");
    for (std::size_t size = 0; size < kText.size(); ++size)
        EXPECT_TRUE(content_of(kText.substr(0, size), size + 1).ends_with("...")) << size;
}

TEST(ChunkedBody, LeavesWhatFollowsIt) {
    ChunkedBody chunks{kMost};
    WipingBuffer input = bytes("0\r\n\r\nGET /");
    WipingBuffer body;
    chunks.feed(input, body);
    EXPECT_TRUE(chunks.done());
    EXPECT_EQ((std::string{input.begin(), input.end()}), "GET /");
}

TEST(ChunkedBody, TakesNoMoreThanItMay) {
    EXPECT_EQ(content_of("A\r\n0123456789\r\n0\r\n\r\n", 100), "0123456789");
    for (const char* text : {"B\r\n", "5\r\n01234\r\n6\r\n", "FFFFFFFF\r\n"})
        EXPECT_EQ(thrown_code([&] { content_of(text, 100); }), "http.body_too_large") << text;
}

TEST(ChunkedBody, ThatCanBeReadInTwoWaysIsRefused) {
    for (const std::string& text :
         {std::string{"\r\n"}, std::string{" 2\r\n"}, std::string{"-2\r\n"}, std::string{"0x2\r\n"},
          std::string{"100000000\r\n"}, std::string{"2\n"}, std::string{"2\ra"}, std::string{"2;a=\"\n\"\r\n"},
          std::string{"2;\0\r\n", 5}, std::string{"2\r\nabc\r\n"}, std::string{"0\r\nno colon\r\n"},
          std::string{"0\r\nName : x\r\n"}, std::string{"0\r\n: x\r\n"}, "2;" + std::string(300, 'x')})
        EXPECT_EQ(thrown_code([&] { content_of(text, 1000); }), "http.malformed") << text;
}

}  // namespace
}  // namespace tahvil::daemon::api
