// Server-sent events: who sees what, and what a client gets that comes back.

#include "daemon/api/events.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/text/time.h"
#include "served.h"

namespace tahvil::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

class Events : public Served {
protected:
    Events() {
        operations_.set("stream_events", [this](const api::Call& call) {
            api::Response response;
            response.media = "text/event-stream";
            response.stream = std::make_shared<api::EventStream>(events_, call.last_event_id, *call.caller);
            return response;
        });
    }
    ~Events() override { events_.on_publish({}); }

    void serve_events(const api::Limits& limits = {}) {
        serve(limits);
        events_.on_publish([this] { running().server().wake_streams(); });
    }

    /// A stream whose head has come, so that what is published from now on is in it.
    std::unique_ptr<RawClient> open(uid_t as, std::string_view last_event_id = {}) {
        auto client = std::make_unique<RawClient>(running().path(), as);
        std::string fields = "Accept: text/event-stream\r\n";
        if (!last_event_id.empty()) fields += "Last-Event-ID: " + std::string{last_event_id} + "\r\n";
        client->request("GET", "/v1/events", {}, {}, fields);
        const RawResponse head = client->receive_head();
        EXPECT_EQ(head.status, 200);
        EXPECT_EQ(head.fields.at("content-type"), "text/event-stream");
        return client;
    }

    void publish(std::string_view type, std::string_view reader, std::optional<uid_t> owner = std::nullopt) {
        events_.publish(type, {{"reader", reader}}, owner);
    }

    api::EventLog events_{"run1", 4, [] { return daemon::parse_iso_time("2026-01-02T03:04:05Z"); }};
};

TEST_F(Events, ComeAsTheyHappenWithIdTypeAndOneLineOfJson) {
    serve_events();
    const auto client = open(kOperator);
    publish("card.inserted", "r1");
    EXPECT_THAT(client->receive_until("\n\n"),
                HasSubstr("id: run1-1\nevent: card.inserted\n"
                          "data: {\"type\":\"card.inserted\",\"at\":\"2026-01-02T03:04:05Z\",\"reader\":\"r1\"}\n\n"));
    publish("card.removed", "r1");
    EXPECT_THAT(client->receive_until("\n\n"), HasSubstr("id: run1-2\nevent: card.removed\n"));
}

TEST_F(Events, OfWhatACallerCreatedReachItAloneAndThoseWhoMaySeeAll) {
    serve_events();
    const auto own = open(kOperator);
    const auto other = open(kOtherOperator);
    const auto supervisor = open(kSupervisor);
    publish("check.progress", "r1", kOperator);
    publish("card.removed", "r1");
    EXPECT_THAT(own->receive_until("card.removed"), HasSubstr("check.progress"));
    EXPECT_THAT(other->receive_until("card.removed"), Not(HasSubstr("check.progress")));
    EXPECT_THAT(supervisor->receive_until("card.removed"), HasSubstr("check.progress"));
}

TEST_F(Events, ThatWereMissedAreSentToAClientThatComesBack) {
    serve_events();
    for (const char* reader : {"r1", "r2", "r3"}) publish("card.inserted", reader);
    const std::string missed = open(kOperator, "run1-1")->receive_until("\"r3\"");
    EXPECT_THAT(missed, Not(HasSubstr("r1\"")));
    EXPECT_THAT(missed, HasSubstr("r2"));
    EXPECT_THAT(missed, Not(HasSubstr("reset")));
}

TEST_F(Events, ThatAreNoLongerKeptAreReplacedByOneReset) {
    serve_events();
    for (int i = 0; i < 9; ++i) publish("card.inserted", "r" + std::to_string(i));
    const std::string text = open(kOperator, "run1-1")->receive_until("\"r8\"");
    EXPECT_THAT(text, HasSubstr("event: reset\ndata: {\"type\":\"reset\""));
    EXPECT_THAT(text, Not(HasSubstr("\"r4\"")));
    EXPECT_THAT(text, HasSubstr("\"r5\""));
}

TEST_F(Events, OfAnotherRunOfTheDaemonAreReplacedByOneReset) {
    serve_events();
    publish("card.inserted", "r1");
    const auto client = open(kOperator, "run0-1");
    EXPECT_THAT(client->receive_until("\n\n"), HasSubstr("id: run1-1\nevent: reset\n"));
    publish("card.inserted", "r2");
    EXPECT_THAT(client->receive_until("\n\n"), HasSubstr("\"r2\""));
    EXPECT_THAT(open(kOperator, "run1-999")->receive_until("\n\n"), HasSubstr("event: reset\n"));
}

TEST_F(Events, AreInterspersedWithCommentsWhileNothingHappens) {
    api::Limits limits;
    limits.heartbeat_time = milliseconds{20};
    serve_events(limits);
    const auto client = open(kOperator);
    for (int i = 0; i < 3; ++i) client->receive_until(":\n\n");
    publish("card.inserted", "r1");
    client->receive_until("\"r1\"");
}

TEST_F(Events, AreCutOffForAClientThatDoesNotTakeThem) {
    api::Limits limits;
    limits.response_time = milliseconds{50};
    serve_events(limits);
    const auto slow = open(kOperator);
    const auto quick = open(kOperator);
    const std::string name(60'000, 'x');
    while (!running().logged("http.slow_reader")) {
        publish("reader.fault", name);
        quick->receive_until("\n\n");
    }
    publish("card.inserted", "r1");
    quick->receive_until("\"r1\"");
}

TEST_F(Events, EndWhenTheClientGoesAndThePlaceIsFreeAgain) {
    api::Limits limits;
    limits.event_streams_per_uid = 1;
    serve_events(limits);
    open(kOperator).reset();
    for (;;) {
        RawClient client = connect();
        client.request("GET", "/v1/events");
        if (client.receive_head().status == 200) break;
    }
}

}  // namespace
}  // namespace tahvil::test
