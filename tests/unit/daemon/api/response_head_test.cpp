#include "daemon/api/response_head.h"

#include <gtest/gtest.h>

namespace tahvil::daemon::api {
namespace {

class Silent : public Stream {
    std::string take(std::size_t /*most*/) override { return {}; }
};

TEST(ResponseHead, SaysStatusFieldsMediaAndLength) {
    Response response = json_response("{}");
    response.status = 201;
    response.fields.emplace_back("Location", "/v1/checks/01");
    EXPECT_EQ(response_head(response),
              "HTTP/1.1 201 Created\r\nCache-Control: no-store\r\nLocation: /v1/checks/01\r\n"
              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n");
}

TEST(ResponseHead, WithoutContentHasNoLength) {
    Response response;
    response.status = 204;
    response.close = true;
    EXPECT_EQ(response_head(response),
              "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, OfAStreamIsChunked) {
    Response response;
    response.media = "text/event-stream";
    response.stream = std::make_shared<Silent>();
    EXPECT_EQ(response_head(response),
              "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: text/event-stream\r\n"
              "Transfer-Encoding: chunked\r\n\r\n");
}

TEST(ResponseHead, ChunksBeginWithTheirSizeInHexadecimal) {
    EXPECT_EQ(chunk_of(":\n\n"), "3\r\n:\n\n\r\n");
    EXPECT_EQ(chunk_of(std::string(300, 'x')), "12c\r\n" + std::string(300, 'x') + "\r\n");
}

}  // namespace
}  // namespace tahvil::daemon::api
