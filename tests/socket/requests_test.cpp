// What the server makes of requests: good ones, broken ones, and those that two readers could take in two ways.

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "served.h"

namespace tahvil::test {
namespace {

using testing::HasSubstr;

class Requests : public Served {
protected:
    void SetUp() override { serve(); }

    /// The daemon is as well as before, for this client's uid and for others.
    void expect_alive() {
        EXPECT_EQ(connect().call("GET", "/v1/health").status, 200);
        EXPECT_EQ(connect(kAdministrator).call("GET", "/v1/health").status, 200);
    }

    /// What raw bytes are answered with; the connection must be closed after it.
    int refused(std::string_view bytes) {
        RawClient client = connect();
        client.try_send(bytes);
        const auto response = client.receive();
        EXPECT_TRUE(client.closed_by_server()) << bytes;
        if (!response) return 0;
        EXPECT_EQ(response->fields.at("content-type"), "application/problem+json");
        return response->status;
    }
};

TEST_F(Requests, OneConnectionServesManyInTurn) {
    RawClient client = connect();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.call("GET", "/v1/readers").body, R"({"readers":[]})");
    EXPECT_EQ(client.call("DELETE", "/v1/checks/01").status, 204);
    EXPECT_EQ(client.call("GET", "/v1/readers").status, 200);
}

TEST_F(Requests, PipelinedOnesAreAnsweredInOrder) {
    operations_.set("get_reader", [](const api::Call& call) {
        return api::json_response(R"({"id":")" + call.path[0] +
                                  R"(","name":"R","kind":"pcsc","state":"empty","in_use_elsewhere":false,"queued":0})");
    });
    RawClient client = connect();
    std::string all;
    for (const char* id : {"a", "b", "c"}) all += "GET /v1/readers/" + std::string{id} + " HTTP/1.1\r\nHost: t\r\n\r\n";
    client.send(all);
    for (const char* id : {"a", "b", "c"})
        EXPECT_THAT(client.receive()->body, HasSubstr("\"id\":\"" + std::string{id}));
}

TEST_F(Requests, ArrivingByteByByteAreTheSameRequests) {
    RawClient client = connect();
    for (const char c : std::string_view{"POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                                         "Content-Length: 2\r\n\r\n{}"})
        client.send(std::string_view{&c, 1});
    EXPECT_EQ(client.receive()->status, 202);
}

TEST_F(Requests, BodiesMayComeInPieces) {
    std::string seen;
    operations_.set("create_check", [&](const api::Call& call) {
        seen = as_text(call.body);
        return api::created_response(*call.route, "01");
    });
    RawClient client = connect();
    client.send(
        "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json; charset=utf-8\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{\"\r\n3;x=y\r\na\":\r\n2\r\n1}\r\n0\r\nTrailer: x\r\n\r\n");
    const auto response = client.receive();
    EXPECT_EQ(response->status, 202);
    EXPECT_EQ(response->fields.at("location"), "/v1/checks/01");
    EXPECT_EQ(seen, "{\"a\":1}");
    EXPECT_EQ(client.call("GET", "/v1/health").status, 200);
}

TEST_F(Requests, AreToldToGoOnWhenTheyAskFirst) {
    RawClient client = connect();
    client.send(
        "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.receive_head().status, 100);
    client.send("{}");
    EXPECT_EQ(client.receive()->status, 202);
}

TEST_F(Requests, WithAnotherMethodOrPathAreToldWhatThereIs) {
    RawClient client = connect();
    const RawResponse other_method = client.call("PUT", "/v1/readers");
    EXPECT_EQ(other_method.status, 405);
    EXPECT_EQ(other_method.fields.at("allow"), "GET");
    EXPECT_EQ(client.call("GET", "/v1/nothing").status, 404);
    EXPECT_EQ(client.call("GET", "/v1/readers/").status, 404);
    EXPECT_EQ(client.call("GET", "/v1//readers").status, 404);
    EXPECT_EQ(client.call("GET", "/v1/readers/%zz").status, 404);
    EXPECT_EQ(client.call("GET", "/v1/readers?x=1").status, 400);
    EXPECT_EQ(client.call("POST", "/v1/checks", "<x/>", "text/xml").status, 415);
}

TEST_F(Requests, ThatAreBrokenAreRefusedAndTheNextOneIsServed) {
    constexpr std::string_view kGood = "GET /v1/health HTTP/1.1\r\n";
    const std::array broken{
        std::string{"nonsense\r\n\r\n"},
        std::string{"GET /v1/health\r\n\r\n"},
        std::string{"GET  /v1/health HTTP/1.1\r\nHost: t\r\n\r\n"},
        std::string{"GET http://t/v1/health HTTP/1.1\r\nHost: t\r\n\r\n"},
        std::string{"GET /v1/\x01health HTTP/1.1\r\nHost: t\r\n\r\n"},
        std::string{kGood} + "\r\n",
        std::string{kGood} + "Host: a\r\nHost: b\r\n\r\n",
        std::string{kGood} + "Host : t\r\n\r\n",
        std::string{kGood} + "Host: t\r\n folded\r\n\r\n",
        std::string{kGood} + "Host: t\nX: y\r\n\r\n",
        std::string{kGood} + "Host: t\r\n: x\r\n\r\n",
        std::string{kGood} + "Host: t\r\nNo colon\r\n\r\n",
        std::string{"\x16\x03\x01\x02\x01\r\n\r\n"},
    };
    for (const std::string& bytes : broken) EXPECT_EQ(refused(bytes), 400) << bytes;
    EXPECT_EQ(refused("GET /v1/health HTTP/1.0\r\nHost: t\r\n\r\n"), 505);
    EXPECT_EQ(refused("GET /v1/health HTTP/2.0\r\nHost: t\r\n\r\n"), 505);
    EXPECT_EQ(operations_.calls("get_health"), 0U);
    expect_alive();
}

TEST_F(Requests, WhoseEndCanBeReadInTwoWaysAreRefusedAndWhatIsHiddenInThemIsNotDone) {
    const std::string post = "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n";
    const std::string hidden = "DELETE /v1/checks/01 HTTP/1.1\r\nHost: t\r\n\r\n";
    const std::array smuggled{
        post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n" + hidden,
        post + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + hidden,
        post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + hidden,
        post + "Content-Length: 2, 2\r\n\r\n{}" + hidden,
        post + "Content-Length: +2\r\n\r\n{}" + hidden,
        post + "Content-Length: 0x2\r\n\r\n{}" + hidden,
        post + "Content-Length: -1\r\n\r\n{}" + hidden,
        post + "Content-Length: \r\n\r\n{}" + hidden,
        post + "Content-Length : 2\r\n\r\n{}" + hidden,
        post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
        post +
            "Transfer-Encoding:\x0b"
            "chunked\r\n\r\n0\r\n\r\n" +
            hidden,
        post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + hidden,
        post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n{}" + hidden,
        post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(2000, 'x'),
    };
    for (const std::string& bytes : smuggled) EXPECT_THAT(refused(bytes), testing::AnyOf(400, 413)) << bytes;
    EXPECT_EQ(operations_.calls("cancel_check"), 0U);
    expect_alive();
}

TEST_F(Requests, WithEveryOtherKnownWayToHideOneInAnotherAreRefusedAndLogged) {
    using namespace std::string_literals;
    const std::string post = "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n";
    const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string hidden = "DELETE /v1/checks/01 HTTP/1.1\r\nHost: t\r\n\r\n";
    const std::array smuggled{
        // A length that another reader does not see, or sees elsewhere.
        post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" + hidden,
        post + " Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}" + hidden,
        post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: chunked\x0b\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: chunked;x\r\n\r\n0\r\n\r\n" + hidden,
        post + "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}" + hidden,
        post + "Transfer-Encoding:\r\nContent-Length: 2\r\n\r\n{}" + hidden,
        post + "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        post + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        post + "content-length: 2\r\nCONTENT-LENGTH: 41\r\n\r\n{}" + hidden,
        post + "Content-Length: 2\r\n\tx\r\n\r\n{}" + hidden,
        post + "Content-Length: 2 2\r\n\r\n{}" + hidden,
        post + "Content-Length: \xd9\xa2\r\n\r\n{}" + hidden,
        post + "Content-Length: 2\0\r\n\r\n{}"s + hidden,
        post + "Content\0-Length: 2\r\n\r\n{}"s + hidden,
        post + "Content-Length\xc2\xa0: 2\r\n\r\n{}" + hidden,
        // Lines that end in another way, and lines before the first.
        "POST /v1/checks HTTP/1.1\nHost: t\nContent-Length: 2\n\n{}\r\n\r\n" + hidden,
        "\r\n" + post + "Content-Length: 2\r\n\r\n{}" + hidden,
        // Targets that a reader on the way could take for another's.
        "POST http://other/v1/checks HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n" + hidden,
        "CONNECT other:80 HTTP/1.1\r\nHost: t\r\n\r\n" + hidden,
        "OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n" + hidden,
        "POST /v1/checks\0 HTTP/1.1\r\nHost: t\r\n\r\n"s + hidden,
        "POST /v1/checks HTTP/1.1 HTTP/1.1\r\nHost: t\r\n\r\n" + hidden,
        "POST /v1/checks http/1.1\r\nHost: t\r\n\r\n" + hidden,
        // Pieces of a body.
        chunked + "2\n{}\n0\n\n" + hidden,
        chunked + " 2\r\n{}\r\n0\r\n\r\n" + hidden,
        chunked + "0x2\r\n{}\r\n0\r\n\r\n" + hidden,
        chunked + "+2\r\n{}\r\n0\r\n\r\n" + hidden,
        chunked + "2\r{}\r\n0\r\n\r\n" + hidden,
        chunked + "2;a\nb\r\n{}\r\n0\r\n\r\n" + hidden,
        chunked + "2;a=\"x\ny\"\r\n{}\r\n0\r\n\r\n" + hidden,
        chunked + "2\r\n{}0\r\n\r\n" + hidden,
        chunked + "2\r\n{}\r\n0\r\nContent-Length : 40\r\n\r\n" + hidden,
        chunked + "2\r\n{}\r\n0\r\nno colon\r\n\r\n" + hidden,
        chunked + "2\r\n{}\r\n0\r\nA: b\nC: d\r\n\r\n" + hidden,
    };
    for (const std::string& bytes : smuggled) EXPECT_THAT(refused(bytes), testing::AnyOf(400, 505)) << bytes;
    EXPECT_EQ(operations_.calls("cancel_check"), 0U);
    EXPECT_EQ(operations_.calls("create_check"), 0U);
    EXPECT_TRUE(running().logged("audit: shed code=http.malformed uid=1001"));
    expect_alive();
}

TEST_F(Requests, ThatEndInTheMiddleLeaveNothingBehind) {
    for (const char* start : {"", "G", "GET /v1/health HTTP/1.1\r\nHo",
                              "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
                              "Content-Length: 10\r\n\r\n{"}) {
        RawClient client = connect();
        client.send(start);
        client.finish_sending();
        EXPECT_FALSE(client.receive().has_value());
    }
    EXPECT_EQ(operations_.calls("create_check"), 0U);
    expect_alive();
}

TEST_F(Requests, OfAClientThatStopsSendingAfterwardsAreAnswered) {
    RawClient client = connect();
    client.request("GET", "/v1/health");
    client.finish_sending();
    EXPECT_EQ(client.receive()->status, 200);
    EXPECT_TRUE(client.closed_by_server());
}

TEST_F(Requests, WhoseWorkFailsUnexpectedlySayNothingOfTheReason) {
    operations_.set("list_readers", [](const api::Call&) -> api::Response { throw std::runtime_error("inner words"); });
    const RawResponse response = connect().call("GET", "/v1/readers");
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, testing::Not(HasSubstr("inner words")));
    EXPECT_TRUE(running().logged("list_readers failed: inner words"));
}

}  // namespace
}  // namespace tahvil::test
