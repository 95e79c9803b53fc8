// The client that the command line uses, against a real server.

#include "daemon/client/client.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/api/events.h"
#include "daemon/api/problem.h"
#include "daemon/error.h"
#include "served.h"

namespace tahvil::test {
namespace {

using client::Client;
using std::chrono::milliseconds;

/// What the action is refused with.
client::Refused refusal(const std::function<void()>& action) {
    try {
        action();
    } catch (const client::Refused& error) {
        return error;
    }
    throw std::runtime_error("was not refused");
}

class ClientTest : public Served {};

TEST_F(ClientTest, ReadsAnswersAndSendsBodies) {
    std::string seen;
    operations_.set("create_check", [&](const api::Call& call) {
        seen = std::string{as_text(call.body)} + " " + call.idempotency_key;
        return api::created_response(*call.route, "a b");
    });
    serve();
    Client client{running().path()};
    EXPECT_EQ(client.get("/v1/readers").body, R"({"readers":[]})");
    const client::Answer answer = client.post("/v1/checks", "{}", "key-1");
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.body, R"({"id":"a b"})");
    EXPECT_EQ(answer.location, "/v1/checks/a%20b");
    EXPECT_EQ(seen, "{} key-1");
    client.post_secret("/v1/checks", SecretBytes{as_bytes("{ }")});
    EXPECT_EQ(seen, "{ } ");
    EXPECT_EQ(client.remove("/v1/checks/" + client::encode("a b")).status, 204);
}

TEST_F(ClientTest, TurnsProblemsIntoErrorsWithTheExitStatusOfTheCommandLine) {
    operations_.set("create_check", [](const api::Call&) -> api::Response {
        throw daemon::Conflict("reader.ambiguous", "two readers hold cards", "Name one.", {"r1", "r2"});
    });
    operations_.set("get_reader", [](const api::Call&) -> api::Response {
        throw daemon::NotFound("reader.not_found", "no such reader", "");
    });
    operations_.set("get_check", [](const api::Call&) -> api::Response {
        throw api::BadRequest("body.bad_value", "bad", "", "/access/can");
    });
    serve();
    Client client{running().path()};
    const client::Refused two = refusal([&] { client.post("/v1/checks", "{}"); });
    EXPECT_EQ(two.status(), 409);
    EXPECT_EQ(two.code(), "reader.ambiguous");
    EXPECT_STREQ(two.what(), "two readers hold cards");
    EXPECT_EQ(two.remedy(), "Name one.");
    EXPECT_THAT(two.choices(), testing::ElementsAre("r1", "r2"));
    EXPECT_EQ(client::exit_status(two), 2);
    EXPECT_EQ(client::exit_status(refusal([&] { client.get("/v1/readers/x"); })), 4);
    EXPECT_EQ(client::exit_status(refusal([&] { client.get("/v1/checks/x"); })), 2);
    // This process calls as an operator, who may not import.
    EXPECT_EQ(client::exit_status(refusal([&] { client.post_file("/v1/trust/hot-lists", as_bytes("x")); })), 6);
}

TEST_F(ClientTest, SaysThatTheDaemonCanNotBeReached) {
    Client client{"/nonexistent/tahvild.sock"};
    try {
        client.get("/v1/health");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), "daemon.unreachable");
        EXPECT_EQ(client::exit_status(error), 5);
    }
}

TEST_F(ClientTest, ConnectsAgainAfterTheDaemonClosedAnIdleConnection) {
    api::Limits limits;
    limits.idle_time = milliseconds{20};
    serve(limits);
    Client client{running().path()};
    client.get("/v1/health");
    std::this_thread::sleep_for(milliseconds{100});
    EXPECT_EQ(client.get("/v1/health").status, 200);
}

TEST_F(ClientTest, ReadsWhyAFileThatIsTooLargeIsRefusedWhileItStillSends) {
    serve();
    Client client{running().path()};
    EXPECT_EQ(refusal([&] { client.post("/v1/checks", std::string(4'000'000, ' ')); }).status(), 413);
}

TEST_F(ClientTest, FollowsEventsUntilItHasSeenEnough) {
    api::EventLog events{"run1", 16, [] { return std::chrono::sys_seconds{}; }};
    operations_.set("stream_events", [&](const api::Call& call) {
        api::Response response;
        response.media = "text/event-stream";
        response.stream = std::make_shared<api::EventStream>(events, call.last_event_id, *call.caller);
        return response;
    });
    serve();
    events.publish("card.inserted", {{"reader", "r1"}});
    events.publish("card.removed", {{"reader", "r1"}});
    Client client{running().path()};
    std::vector<std::string> seen;
    client.events(
        [&](const client::Event& event) {
            seen.push_back(event.id + " " + event.type);
            return event.type != "card.removed";
        },
        "run1-0");
    EXPECT_THAT(seen, testing::ElementsAre("run1-1 card.inserted", "run1-2 card.removed"));
    EXPECT_THROW(client.events([](const client::Event&) { return true; }, {}, milliseconds{50}), client::Unreachable);
}

}  // namespace
}  // namespace tahvil::test
