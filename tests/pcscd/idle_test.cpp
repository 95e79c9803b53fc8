#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "daemon/reader/embedded_reader.h"
#include "daemon/reader/reader_pool.h"
#include "tests/pcscd/lab.h"
#include "tests/support/sanitizers.h"

namespace tahvil::lab {
namespace {

/// How often each thread of this process, but for the one that asks, has gone to sleep by itself: once for each
/// wake-up.
std::map<std::string, std::string> sleeps() {
    std::map<std::string, std::string> counts;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        if (std::filesystem::equivalent(thread.path(), "/proc/thread-self")) continue;
        std::ifstream status(thread.path() / "status");
        for (std::string line; std::getline(status, line);) {
            if (line.starts_with("voluntary_ctxt_switches")) counts[thread.path().filename().string()] = line;
        }
    }
    return counts;
}

class IdleTest : public PcscdTest {
protected:
    void SetUp() override {
        PcscdTest::SetUp();
        if (test::kThreadSanitizer) GTEST_SKIP() << "ThreadSanitizer has a thread of its own that wakes up";
    }

    // After the last settling look at the list of readers; long enough for any timer of seconds to show itself.
    static constexpr auto kSettled = std::chrono::seconds(4);
    static constexpr auto kWatched = std::chrono::seconds(6);

    void expect_no_wake_ups() {
        std::this_thread::sleep_for(kSettled);
        const auto before = sleeps();
        EXPECT_GE(before.size(), 3U);
        std::this_thread::sleep_for(kWatched);
        EXPECT_EQ(sleeps(), before);
    }
};

TEST_F(IdleTest, ReadersWakeNothingWhileNothingHappens) {
    pcscd.start();
    Latest<daemon::ReaderEvent> events;
    daemon::ReaderPool pool({}, [&](const daemon::ReaderEvent& event) { events.put(event); });
    pool.add(std::make_shared<daemon::EmbeddedReader>("embedded", "Embedded reader"));
    pool.watch_pcsc();
    ASSERT_TRUE(events.becomes([](const auto& event) {
        return event.kind == daemon::ReaderEvent::Kind::reader_added && !event.reader.id.empty();
    }));
    expect_no_wake_ups();
}

TEST_F(IdleTest, AnAbsentServiceIsNotAskedForAgainAndAgain) {
    daemon::ReaderPool pool({}, nullptr);
    pool.watch_pcsc();
    pool.add(std::make_shared<daemon::EmbeddedReader>("embedded", "Embedded reader"));
    expect_no_wake_ups();
}

}  // namespace
}  // namespace tahvil::lab
