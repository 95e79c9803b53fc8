// What one client, or all of one uid, may take, and that the others do not notice.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "served.h"

namespace tahvil::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class RequestLimits : public Served {
protected:
    void expect_others_served() { EXPECT_EQ(connect(kAdministrator).call("GET", "/v1/health").status, 200); }

    api::Limits limits_;
};

TEST_F(RequestLimits, AHeadThatIsTooLargeIs431) {
    limits_.header_bytes = 1000;
    serve(limits_);
    RawClient endless = connect();
    endless.try_send("GET /v1/health HTTP/1.1\r\nHost: t\r\nX: " + std::string(2000, 'x'));
    EXPECT_EQ(endless.receive()->status, 431);
    EXPECT_TRUE(endless.closed_by_server());
    RawClient whole = connect();
    EXPECT_EQ(whole.call("GET", "/v1/health", {}, {}, "X: " + std::string(1000, 'x') + "\r\n").status, 431);
    expect_others_served();
}

TEST_F(RequestLimits, ABodyThatIsTooLargeIs413HoweverItComes) {
    limits_.body_bytes = 100;
    serve(limits_);
    const RawResponse announced = connect().call("POST", "/v1/checks", std::string(101, ' '));
    EXPECT_EQ(announced.status, 413);
    EXPECT_EQ(announced.fields.at("connection"), "close");

    RawClient chunked = connect();
    chunked.send(
        "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 11; ++i) chunked.try_send("A\r\n0123456789\r\n");
    EXPECT_EQ(chunked.receive()->status, 413);

    RawClient polite = connect();
    polite.send(
        "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
        "Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(polite.receive_head().status, 413);

    EXPECT_EQ(connect().call("POST", "/v1/checks", std::string(100, ' ')).status, 202);
    EXPECT_EQ(operations_.calls("create_check"), 1U);
    expect_others_served();
}

TEST_F(RequestLimits, AClientThatStillSendsGetsToReadWhyItIsRefused) {
    serve(limits_);
    RawClient client = connect();
    client.request("POST", "/v1/checks", std::string(800'000, ' '));
    EXPECT_EQ(client.receive()->status, 413);
}

TEST_F(RequestLimits, ARequestThatTakesTooLongIs408AndOneThatNeverComesIsHungUpOn) {
    limits_.request_time = milliseconds{50};
    limits_.first_request_time = milliseconds{50};
    limits_.idle_time = milliseconds{50};
    serve(limits_);
    RawClient slow_head = connect();
    slow_head.send("GET /v1/health HTT");
    EXPECT_EQ(slow_head.receive()->status, 408);
    RawClient slow_body = connect();
    slow_body.send(
        "POST /v1/checks HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
        "Content-Length: 10\r\n\r\n{");
    EXPECT_EQ(slow_body.receive()->status, 408);
    RawClient silent = connect();
    EXPECT_FALSE(silent.receive().has_value());
    RawClient idle = connect();
    EXPECT_EQ(idle.call("GET", "/v1/health").status, 200);
    EXPECT_TRUE(idle.closed_by_server());
    EXPECT_TRUE(running().logged("audit: shed code=http.too_slow"));
    expect_others_served();
}

TEST_F(RequestLimits, AClientThatDoesNotTakeItsAnswerIsCutOff) {
    limits_.response_time = milliseconds{50};
    operations_.set("list_readers", [](const api::Call&) {
        return api::json_response("{\"readers\":[" + std::string(8'000'000, ' ') + "]}");
    });
    serve(limits_);
    RawClient client = connect();
    client.shrink_receive_buffer();
    client.request("GET", "/v1/readers");
    while (!running().logged("http.slow_reader")) std::this_thread::sleep_for(milliseconds{5});
    expect_others_served();
}

TEST_F(RequestLimits, AClientThatDripsIsCutOffThoughItIsNeverStill) {
    limits_.request_time = milliseconds{100};
    serve(limits_);
    RawClient head = connect();
    head.send("GET /v1/health HTTP/1.1\r\nHost: t\r\nX: ");
    while (head.try_send("x") && !running().logged("code=http.too_slow")) std::this_thread::sleep_for(milliseconds{2});
    EXPECT_EQ(head.receive()->status, 408);
    expect_others_served();
}

TEST_F(RequestLimits, AClientThatAsksOnAndOnAndTakesNoAnswerIsCutOff) {
    limits_.response_time = milliseconds{100};
    limits_.requests_per_second_per_uid = 1'000'000;
    limits_.requests_burst_per_uid = 1'000'000;
    serve(limits_);
    RawClient client = connect();
    std::string requests;
    for (int i = 0; i < 1000; ++i) requests += "GET /v1/openapi.json HTTP/1.1\r\nHost: t\r\n\r\n";
    while (client.try_send(requests)) {
    }
    EXPECT_TRUE(running().logged("code=http.slow_reader"));
    EXPECT_LT(operations_.calls("get_contract"), 1000U) << "nothing is answered ahead of what was taken";
    expect_others_served();
}

TEST_F(RequestLimits, ConnectionsOfOneUidAreCountedAndOthersStillGetIn) {
    limits_.connections_per_uid = 3;
    serve(limits_);
    std::vector<std::unique_ptr<RawClient>> used;
    for (int i = 0; i < 3; ++i) {
        used.push_back(std::make_unique<RawClient>(running().path(), kOperator));
        EXPECT_EQ(used.back()->call("GET", "/v1/health").status, 200);
    }
    RawClient one_too_many = connect();
    EXPECT_EQ(one_too_many.call("GET", "/v1/health").status, 429);
    EXPECT_TRUE(one_too_many.closed_by_server());
    expect_others_served();
    EXPECT_EQ(used[0]->call("GET", "/v1/health").status, 200);
    used.pop_back();
    // The server learns of the hang-up in its own time.
    while (connect().call("GET", "/v1/health").status == 429) std::this_thread::sleep_for(milliseconds{1});
}

TEST_F(RequestLimits, AThousandHalfOpenConnectionsMakeRoomForOnesThatAsk) {
    rlimit descriptors{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &descriptors), 0);
    descriptors.rlim_cur = std::min<rlim_t>(descriptors.rlim_max, 4096);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &descriptors), 0);
    limits_.connections_per_uid = 50;
    limits_.requests_burst_per_uid = 100'000;
    serve(limits_);
    RawClient working = connect();
    EXPECT_EQ(working.call("GET", "/v1/health").status, 200);
    std::vector<std::unique_ptr<RawClient>> half_open;
    for (int i = 0; i < 1000; ++i) half_open.push_back(std::make_unique<RawClient>(running().path(), kOperator));
    for (auto& client : half_open) client->try_send("GET /v1/hea");
    EXPECT_EQ(working.call("GET", "/v1/health").status, 200);
    EXPECT_EQ(connect().call("GET", "/v1/health").status, 200);
    expect_others_served();
    EXPECT_TRUE(running().logged("audit: shed code=http.idle_shed"));
}

TEST_F(RequestLimits, AFloodFromOneUidIsAnsweredWith429AndAnotherUidIsServed) {
    limits_.requests_per_second_per_uid = 1;
    limits_.requests_burst_per_uid = 6;  // one for each connection, one for each request
    serve(limits_);
    RawClient client = connect();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(client.call("GET", "/v1/health").status, 200);
    const RawResponse flood = client.call("GET", "/v1/health");
    EXPECT_EQ(flood.status, 429);
    EXPECT_EQ(flood.fields.at("retry-after"), "1");
    EXPECT_THAT(flood.body, HasSubstr("\"try_again\":true"));
    EXPECT_TRUE(running().logged("audit: shed code=http.too_many_requests uid=1001"));
    expect_others_served();
    // After a while the same connection is served again.
    while (client.call("GET", "/v1/health").status != 200) {
    }
}

TEST_F(RequestLimits, WhoConnectsTooOftenWaitsToBeTold) {
    limits_.requests_per_second_per_uid = 0;
    limits_.requests_burst_per_uid = 2;
    serve(limits_);
    const RawClient first = connect();
    const RawClient second = connect();
    const auto start = std::chrono::steady_clock::now();
    RawClient third = connect();
    EXPECT_EQ(third.receive()->status, 429);
    EXPECT_GE(std::chrono::steady_clock::now() - start, api::kPauseAfterFlood);
    EXPECT_TRUE(third.closed_by_server());
    EXPECT_TRUE(running().logged("code=http.too_many_connections uid=1001"));
    expect_others_served();
}

TEST_F(RequestLimits, EventStreamsAreCountedByUid) {
    limits_.event_streams_per_uid = 2;
    serve(limits_);
    RawClient first = connect();
    RawClient second = connect();
    RawClient third = connect();
    first.request("GET", "/v1/events");
    EXPECT_EQ(first.receive_head().status, 200);
    second.request("GET", "/v1/events");
    EXPECT_EQ(second.receive_head().status, 200);
    EXPECT_EQ(third.call("GET", "/v1/events").status, 429);
    RawClient other = connect(kAdministrator);
    other.request("GET", "/v1/events");
    EXPECT_EQ(other.receive_head().status, 200);
}

TEST_F(RequestLimits, AnImportThatTakesLongKeepsNobodyWaiting) {
    std::mutex mutex;
    std::condition_variable changed;
    bool release = false;
    operations_.set("import_master_list", [&](const api::Call& call) {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return release; });
        return api::created_response(*call.route, "01");
    });
    serve(limits_);
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (std::size_t i = 0; i < api::kWorkerQueue + 1; ++i) {
        waiting.push_back(std::make_unique<RawClient>(running().path(), kAdministrator));
        waiting.back()->request("POST", "/v1/trust/master-lists", "x", "application/octet-stream");
    }
    while (operations_.calls("import_master_list") == 0) std::this_thread::sleep_for(milliseconds{1});
    EXPECT_EQ(connect().call("GET", "/v1/health").status, 200);
    // One runs, the others fill the queue; there is room for one that came while the first was still waiting itself.
    int refused = 0;
    for (int i = 0; i < 2; ++i) {
        waiting.push_back(std::make_unique<RawClient>(running().path(), kAdministrator));
        waiting.back()->request("POST", "/v1/trust/master-lists", "x", "application/octet-stream");
    }
    EXPECT_EQ(connect(kAdministrator).call("GET", "/v1/health").status, 200);
    {
        const std::lock_guard lock{mutex};
        release = true;
    }
    changed.notify_all();
    for (auto& client : waiting) refused += client->receive()->status == 429 ? 1 : 0;
    EXPECT_GE(refused, 1);
    EXPECT_LE(refused, 3);
}

}  // namespace
}  // namespace tahvil::test
