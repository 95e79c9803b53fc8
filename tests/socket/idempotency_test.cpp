// The same Idempotency-Key twice has one effect and one answer.

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/error.h"
#include "served.h"

namespace tahvil::test {
namespace {

using testing::HasSubstr;

constexpr const char* kKey = "Idempotency-Key: k1\r\n";
constexpr const char* kJson = "application/json";

class IdempotencyKey : public Served {
protected:
    void SetUp() override {
        operations_.set("create_check", [this](const api::Call& call) {
            return api::created_response(*call.route, "id" + std::to_string(++made_));
        });
        serve();
    }

    int made_ = 0;
};

TEST_F(IdempotencyKey, GivesTheSameAnswerAgainWithoutDoingTheWorkAgain) {
    const std::string body = R"({"purpose":"read","access":{"can":"123456"}})";
    const RawResponse first = connect().call("POST", "/v1/checks", body, kJson, kKey);
    const RawResponse second = connect().call("POST", "/v1/checks", body, kJson, kKey);
    EXPECT_EQ(first.status, 202);
    EXPECT_EQ(second.status, 202);
    EXPECT_EQ(first.body, R"({"id":"id1"})");
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.fields.at("location"), "/v1/checks/id1");
    EXPECT_EQ(made_, 1);
}

TEST_F(IdempotencyKey, WithAnotherBodyIsRefusedButSecretsAreNotCompared) {
    const auto post = [&](const char* body) { return connect().call("POST", "/v1/checks", body, kJson, kKey); };
    EXPECT_EQ(post(R"({"purpose":"read","access":{"can":"123456"}})").status, 202);
    EXPECT_EQ(post(R"({"purpose":"read","access":{"can":"654321"}})").body, R"({"id":"id1"})");
    EXPECT_EQ(post(R"({"purpose":"handover","access":{"can":"123456"}})").status, 422);
    EXPECT_EQ(post("nonsense").status, 400);
    EXPECT_EQ(made_, 1);
}

TEST_F(IdempotencyKey, BelongsToItsCaller) {
    connect(kOperator).call("POST", "/v1/checks", "{}", kJson, kKey);
    EXPECT_EQ(connect(kOtherOperator).call("POST", "/v1/checks", "{}", kJson, kKey).body, R"({"id":"id2"})");
}

TEST_F(IdempotencyKey, OfARequestThatFailedCanBeUsedAgain) {
    int tries = 0;
    operations_.set("create_check", [&](const api::Call& call) -> api::Response {
        if (++tries == 1) throw daemon::Busy("reader.queue_full", "full", "");
        return api::created_response(*call.route, "id1");
    });
    EXPECT_EQ(connect().call("POST", "/v1/checks", "{}", kJson, kKey).status, 429);
    EXPECT_EQ(connect().call("POST", "/v1/checks", "{}", kJson, kKey).status, 202);
    EXPECT_EQ(connect().call("POST", "/v1/checks", "{}", kJson, kKey).status, 202);
    EXPECT_EQ(tries, 2);
}

TEST_F(IdempotencyKey, OfARequestThatIsUnderWayIsNotDoneTwice) {
    std::atomic<bool> release = false;
    operations_.set("import_hot_list", [&](const api::Call& call) {
        while (!release) std::this_thread::yield();
        return api::created_response(*call.route, "h1");
    });
    const auto post = [&](RawClient& client) {
        client.request("POST", "/v1/trust/hot-lists", "list", "application/octet-stream", kKey);
    };
    RawClient first = connect(kAdministrator);
    post(first);
    while (operations_.calls("import_hot_list") == 0) std::this_thread::yield();
    RawClient second = connect(kAdministrator);
    post(second);
    EXPECT_EQ(connect().call("GET", "/v1/health").status, 200);
    release = true;
    EXPECT_EQ(first.receive()->status, 201);
    // The second waited for the worker, and by then the first had been made.
    EXPECT_EQ(second.receive()->body, R"({"id":"h1"})");
    EXPECT_EQ(operations_.calls("import_hot_list"), 1U);
}

TEST_F(IdempotencyKey, ThatIsNoneIsRefused) {
    EXPECT_EQ(connect().call("POST", "/v1/checks", "{}", kJson, "Idempotency-Key: a b\r\n").status, 400);
    EXPECT_EQ(
        connect().call("POST", "/v1/checks", "{}", kJson, "Idempotency-Key: " + std::string(129, 'k') + "\r\n").status,
        400);
}

}  // namespace
}  // namespace tahvil::test
