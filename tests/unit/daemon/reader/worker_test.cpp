#include "daemon/reader/worker.h"

#include <thread>

#include <gtest/gtest.h>

#include "daemon/reader/error.h"
#include "tests/unit/daemon/reader/simple_card.h"

namespace tahvil::daemon {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A reader that fails to open in the way that is set.
class BrokenReader : public Reader {
public:
    BrokenReader() : Reader("broken", "Broken reader", ReaderKind::embedded) {}
    ReaderState state() const override { return {}; }
    std::unique_ptr<CardSession> open_session() override {
        if (!mended) throw Error("reader.in_use", "another program holds the card");
        throw NoCard(name());
    }
    std::atomic<bool> mended = false;
};

class WorkerTest : public testing::Test {
protected:
    WorkerTest() { reader->insert(in_process(card)); }

    std::unique_ptr<Worker> worker(WorkerLimits limits = {}) {
        return std::make_unique<Worker>(reader, alarms, limits, [this] { faults.put(1); });
    }
    Job job(std::function<void(CardSession&)> run, Clock::time_point deadline = Clock::time_point::max()) {
        return {std::move(run), [this](std::exception_ptr error) { ends.put(std::move(error)); }, deadline};
    }
    std::string next_end() { return code_of(ends.take()); }

    AlarmClock alarms;
    std::shared_ptr<EmbeddedReader> reader = std::make_shared<EmbeddedReader>("embedded", "Embedded reader");
    std::shared_ptr<SimpleCard> card = std::make_shared<SimpleCard>();
    Mailbox<std::exception_ptr> ends;
    Mailbox<int> faults;
};

TEST_F(WorkerTest, RunsJobsInTheOrderOfAsking) {
    std::vector<int> order;
    const auto one = worker();
    one->submit(job([&](CardSession& session) {
        say_something(session);
        order.push_back(1);
    }));
    one->submit(job([&](CardSession&) { order.push_back(2); }));
    EXPECT_EQ(next_end(), "");
    EXPECT_EQ(next_end(), "");
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST_F(WorkerTest, HandsTheErrorOfAJobToItsAsker) {
    const auto one = worker();
    one->submit(job([](CardSession&) { throw MalformedData("card.tlv", "the length lies"); }));
    EXPECT_EQ(next_end(), "card.tlv");
    one->submit(job([](CardSession&) {}));
    EXPECT_EQ(next_end(), "");
}

TEST_F(WorkerTest, AnswersAnEmptyReaderByName) {
    reader->remove();
    const auto one = worker();
    one->submit(job([](CardSession&) {}));
    EXPECT_EQ(next_end(), "reader.no_card");
    EXPECT_FALSE(one->fault());
}

TEST_F(WorkerTest, TakesNoMoreThanTheQueueHolds) {
    WorkerLimits limits;
    limits.queue = 2;
    const auto one = worker(limits);
    card->fall_silent();
    one->submit(job(say_something));
    card->wait_until_hanging();
    one->submit(job(say_something));
    one->submit(job(say_something));
    EXPECT_TRUE(one->busy());
    EXPECT_EQ(one->queued(), 2U);
    EXPECT_THROW(one->submit(job(say_something)), ReaderQueueFull);
    card->speak_again();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(next_end(), "");
}

TEST_F(WorkerTest, CancelsAJobThatWaitsAtOnce) {
    const auto one = worker();
    card->fall_silent();
    one->submit(job(say_something));
    card->wait_until_hanging();
    bool ran = false;
    const auto ticket = one->submit(job([&](CardSession&) { ran = true; }));
    ticket->cancel();
    EXPECT_EQ(next_end(), "job.cancelled");
    EXPECT_EQ(one->queued(), 0U);
    card->speak_again();
    EXPECT_EQ(next_end(), "");
    EXPECT_FALSE(ran);
    ticket->cancel();
    EXPECT_TRUE(ends.empty());
}

TEST_F(WorkerTest, CancelsARunningJobBeforeItsNextCommand) {
    const auto one = worker();
    card->fall_silent();
    const auto ticket = one->submit(job([](CardSession& session) {
        say_something(session);
        say_something(session);
    }));
    card->wait_until_hanging();
    ticket->cancel();
    EXPECT_EQ(next_end(), "job.cancelled");
    card->speak_again();
    one->submit(job([](CardSession&) {}));
    EXPECT_EQ(next_end(), "");
    EXPECT_EQ(card->commands, 1);
    EXPECT_TRUE(ends.empty());
}

TEST_F(WorkerTest, AnswersAtTheDeadlineThoughTheCardDoesNot) {
    const auto one = worker();
    card->fall_silent();
    one->submit(job(say_something, Clock::now() + 30ms));
    card->wait_until_hanging();
    one->submit(job(say_something, Clock::now() + 10ms));
    EXPECT_EQ(next_end(), "job.deadline_passed");
    EXPECT_EQ(next_end(), "job.deadline_passed");
    EXPECT_TRUE(one->busy());
    card->speak_again();
}

TEST_F(WorkerTest, DoesNotBeginAJobWhoseTimeIsOver) {
    const auto one = worker();
    one->submit(job(say_something, Clock::now() - 1ms));
    EXPECT_EQ(next_end(), "job.deadline_passed");
    one->submit(job([](CardSession&) {}));
    EXPECT_EQ(next_end(), "");
    EXPECT_EQ(card->commands, 0);
}

TEST_F(WorkerTest, ReportsAReaderThatDoesNotAnswerAndRecovers) {
    WorkerLimits limits;
    limits.call = 20ms;
    const auto one = worker(limits);
    card->fall_silent();
    one->submit(job(say_something));
    card->wait_until_hanging();
    one->submit(job(say_something));
    faults.take();
    ASSERT_TRUE(one->fault());
    EXPECT_EQ(one->fault()->code, "reader.stuck");
    EXPECT_FALSE(one->fault()->remedy.empty());
    EXPECT_EQ(next_end(), "reader.stuck");
    EXPECT_EQ(next_end(), "reader.stuck");
    EXPECT_THROW(one->submit(job(say_something)), ReaderStuck);

    card->speak_again();
    faults.take();
    EXPECT_FALSE(one->fault());
    one->submit(job(say_something));
    EXPECT_EQ(next_end(), "");
}

TEST_F(WorkerTest, IsNotStuckWhileTheJobItselfTakesItsTime) {
    WorkerLimits limits;
    limits.call = 100ms;
    const auto one = worker(limits);
    one->submit(job([](CardSession&) { std::this_thread::sleep_for(300ms); }));
    EXPECT_EQ(next_end(), "");
    EXPECT_TRUE(faults.empty());
}

TEST_F(WorkerTest, RemembersWhyACardCouldNotBeHeldUntilAnotherComes) {
    const auto broken = std::make_shared<BrokenReader>();
    Worker one(broken, alarms, {}, [this] { faults.put(1); });
    one.submit(job(say_something));
    EXPECT_EQ(next_end(), "reader.in_use");
    ASSERT_TRUE(one.fault());
    EXPECT_EQ(one.fault()->words, "another program holds the card");
    one.card_changed();
    EXPECT_FALSE(one.fault());
}

TEST_F(WorkerTest, EndsAllJobsWhenItStops) {
    WorkerLimits limits;
    limits.stop = 10ms;
    auto one = worker(limits);
    card->fall_silent();
    one->submit(job(say_something));
    card->wait_until_hanging();
    const auto ticket = one->submit(job(say_something));
    one->stop();
    EXPECT_EQ(next_end(), "reader.removed");
    EXPECT_EQ(next_end(), "reader.removed");
    EXPECT_THROW(one->submit(job(say_something)), ReaderGone);
    one.reset();
    ticket->cancel();
    card->speak_again();
}

}  // namespace
}  // namespace tahvil::daemon
