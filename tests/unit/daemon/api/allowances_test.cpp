#include "daemon/api/allowances.h"

#include <gtest/gtest.h>

namespace tahvil::daemon::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uid_t kOne = 1001;
constexpr uid_t kOther = 1002;

class AllowancesTest : public testing::Test {
protected:
    AllowancesTest() {
        limits_.requests_burst_per_uid = 3;
        limits_.requests_per_second_per_uid = 2;
        limits_.connections = 3;
        limits_.connections_per_uid = 2;
        limits_.event_streams = 3;
        limits_.event_streams_per_uid = 2;
    }

    void connect(uid_t uid) {
        EXPECT_TRUE(allowances_.take_token(uid, now_));
        allowances_.connected(uid);
    }

    Limits limits_;
    Allowances allowances_{limits_};
    Allowances::Time now_{seconds{1000}};
};

TEST_F(AllowancesTest, ABurstIsLetThroughAndThenTheRate) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowances_.take_token(kOne, now_));
    EXPECT_FALSE(allowances_.take_token(kOne, now_));
    EXPECT_TRUE(allowances_.take_token(kOther, now_)) << "another uid has its own";
    EXPECT_FALSE(allowances_.take_token(kOne, now_ + milliseconds{499}));
    EXPECT_TRUE(allowances_.take_token(kOne, now_ + milliseconds{500}));
    EXPECT_FALSE(allowances_.take_token(kOne, now_ + milliseconds{999}));
    now_ += std::chrono::hours{1};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowances_.take_token(kOne, now_)) << "no more than a burst is saved up";
    EXPECT_FALSE(allowances_.take_token(kOne, now_));
}

TEST_F(AllowancesTest, ConnectionsAreCountedForEachAndForAll) {
    connect(kOne);
    EXPECT_FALSE(allowances_.own_connections_full(kOne));
    connect(kOne);
    EXPECT_TRUE(allowances_.own_connections_full(kOne));
    EXPECT_FALSE(allowances_.has_room(kOne));
    EXPECT_TRUE(allowances_.has_room(kOther));
    connect(kOther);
    EXPECT_FALSE(allowances_.has_room(kOther)) << "all together have three";
    EXPECT_FALSE(allowances_.own_connections_full(kOther));
    allowances_.disconnected(kOne);
    EXPECT_FALSE(allowances_.own_connections_full(kOne));
    EXPECT_TRUE(allowances_.has_room(kOther));
}

TEST_F(AllowancesTest, StreamsAreCountedForEachAndForAll) {
    connect(kOne);
    connect(kOther);
    EXPECT_TRUE(allowances_.open_stream(kOne));
    EXPECT_TRUE(allowances_.open_stream(kOne));
    EXPECT_FALSE(allowances_.open_stream(kOne));
    EXPECT_TRUE(allowances_.open_stream(kOther));
    EXPECT_FALSE(allowances_.open_stream(kOther)) << "all together have three";
    allowances_.close_stream(kOne);
    EXPECT_TRUE(allowances_.open_stream(kOther));
}

TEST_F(AllowancesTest, NoMoreUidsAreRememberedThanThereIsReasonTo) {
    connect(kOne);
    const auto strangers = static_cast<uid_t>(10 * kUidsRemembered);
    for (uid_t uid = 10'000; uid < 10'000 + strangers; ++uid) {
        allowances_.take_token(uid, now_);
        now_ += milliseconds{500};  // in which the token before comes back
    }
    EXPECT_LE(allowances_.remembered(), kUidsRemembered + 1);
    connect(kOne);
    EXPECT_TRUE(allowances_.own_connections_full(kOne)) << "who is connected is not forgotten";
}

}  // namespace
}  // namespace tahvil::daemon::api
