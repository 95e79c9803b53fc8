#include "daemon/check/check_service.h"

#include <condition_variable>
#include <mutex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/error.h"
#include "daemon/error.h"
#include "daemon/reader/error.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil::daemon {
namespace {

using namespace std::chrono_literals;
using specimen_bench::Bench;
using testing::ElementsAre;

constexpr auto kPatience = 30s;

/// Stops whoever reads until it is opened.
class Gate {
public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kPatience, [&] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

class GatedCard final : public emulator::Card {
public:
    GatedCard(std::unique_ptr<emulator::Card> card, std::shared_ptr<Gate> gate)
        : card_(std::move(card)), gate_(std::move(gate)) {}

    Bytes atr() const override { return card_->atr(); }
    WireLimits limits() const override { return card_->limits(); }
    void reset() override { card_->reset(); }
    Bytes respond(ByteView command) override {
        gate_->pass();
        return card_->respond(command);
    }

private:
    std::unique_ptr<emulator::Card> card_;
    std::shared_ptr<Gate> gate_;
};

class CheckServiceTest : public testing::Test {
protected:
    ~CheckServiceTest() override {
        gate->open();
        if (service) service->stop();
        readers.stop();
    }

    void start(CheckLimits limits = {}) {
        readers.add(bench.reader);
        service = std::make_unique<CheckService>(
            readers, [this] { return bench.knowledge(); }, system_random, limits,
            [this](const CheckEvent& event) {
                const std::lock_guard lock(mutex);
                events.push_back(event);
                if (event.kind == CheckEvent::Kind::ended) ended.insert(event.check.id);
                changed.notify_all();
            });
    }

    void insert_gated() {
        bench.specimen = emulator::personalise(bench.person, bench.pki, {}, specimen_bench::kNow);
        bench.reader->insert(specimen_bench::embed(std::make_unique<GatedCard>(std::move(bench.specimen.card), gate)));
    }

    CheckRequest request() const {
        CheckRequest asked;
        asked.check = bench.with_can();
        asked.owner = 1000;
        return asked;
    }

    CheckView wait_for(const std::string& id) {
        {
            std::unique_lock lock(mutex);
            changed.wait_for(lock, kPatience, [&] { return ended.contains(id); });
        }
        return service->get(id);
    }

    void wait_until_running(const std::string& id) {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, kPatience, [&] {
            return std::ranges::any_of(events, [&](const CheckEvent& e) { return e.check.id == id; });
        });
    }

    static std::string problem_of(const CheckView& view) {
        try {
            if (view.problem) std::rethrow_exception(view.problem);
        } catch (const Error& error) {
            return std::string{error.code()};
        }
        return "none";
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<CheckEvent> events;
    std::set<std::string> ended;
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    Bench bench;
    ReaderPool readers{WorkerLimits{}, [](const ReaderEvent&) {}};
    std::unique_ptr<CheckService> service;
};

TEST_F(CheckServiceTest, ChecksTheCardInTheOneReaderThatHasOne) {
    start();
    readers.add(std::make_shared<EmbeddedReader>("empty", "Empty reader"));
    bench.insert();
    const std::string id = service->start(request());
    const CheckView view = wait_for(id);
    EXPECT_EQ(view.state, CheckState::finished) << problem_of(view);
    EXPECT_EQ(view.reader, "embedded");
    EXPECT_EQ(view.owner, 1000U);
    ASSERT_NE(view.result, nullptr);
    EXPECT_EQ(view.result->verdict.id, id);
    EXPECT_EQ(view.result->verdict.decision, Decision::accept);
}

TEST_F(CheckServiceTest, TellsStepsAndTheEnd) {
    start();
    bench.insert();
    wait_for(service->start(request()));
    std::vector<std::string> steps;
    for (const CheckEvent& event : events) {
        if (steps.empty() || steps.back() != event.check.step) steps.push_back(event.check.step);
    }
    EXPECT_THAT(steps, ElementsAre("recognise", "access", "read", "authenticate", "decide"));
    EXPECT_EQ(events.back().kind, CheckEvent::Kind::ended);
    EXPECT_LT(events.size(), 60U);
}

TEST_F(CheckServiceTest, KeepsOfTheHolderOnlyWhatWasAskedFor) {
    start();
    bench.insert();
    CheckView view = wait_for(service->start(request()));
    EXPECT_EQ(view.result->verdict.decision, Decision::accept);
    EXPECT_EQ(view.result->verdict.holder.name, "");
    EXPECT_EQ(view.result->verdict.holder.national_code, "");
    EXPECT_TRUE(view.result->verdict.holder.portrait.empty());
    EXPECT_EQ(view.result->verdict.document.number, "");

    CheckRequest asked = request();
    asked.check.want = {Part::holder, Part::document};
    view = wait_for(service->start(asked));
    EXPECT_NE(view.result->verdict.holder.name, "");
    EXPECT_TRUE(view.result->verdict.holder.portrait.empty());
    EXPECT_EQ(view.result->verdict.document.number, bench.person.document_number);

    asked.check.want = {Part::portrait};
    view = wait_for(service->start(asked));
    EXPECT_EQ(view.result->verdict.holder.name, "");
    EXPECT_FALSE(view.result->verdict.holder.portrait.empty());
}

TEST_F(CheckServiceTest, AReaderMustBeNamedWhenTwoHaveCards) {
    start();
    bench.insert();
    auto second = std::make_shared<EmbeddedReader>("second", "Second reader");
    second->insert(specimen_bench::embed(
        std::move(emulator::personalise(bench.person, bench.pki, {}, specimen_bench::kNow).card)));
    readers.add(second);
    try {
        service->start(request());
        FAIL() << "a reader was chosen";
    } catch (const Conflict& conflict) {
        EXPECT_EQ(conflict.code(), "reader.ambiguous");
        EXPECT_THAT(conflict.choices(), testing::UnorderedElementsAre("embedded", "second"));
    }
    CheckRequest asked = request();
    asked.reader = "second";
    EXPECT_EQ(wait_for(service->start(asked)).reader, "second");
}

TEST_F(CheckServiceTest, SaysWhatIsMissing) {
    start();
    EXPECT_THROW(service->start(request()), NotFound);  // no card
    CheckRequest asked = request();
    asked.reader = "other";
    EXPECT_THROW(service->start(asked), ReaderNotFound);
    EXPECT_THROW(service->get("01"), NotFound);
    EXPECT_THROW(service->cancel("01"), NotFound);
}

TEST_F(CheckServiceTest, AnEmptyReaderThatWasNamedFailsTheCheck) {
    start();
    CheckRequest asked = request();
    asked.reader = "embedded";
    const CheckView view = wait_for(service->start(asked));
    EXPECT_EQ(view.state, CheckState::failed);
    EXPECT_EQ(problem_of(view), "reader.no_card");
}

TEST_F(CheckServiceTest, AWrongCanFailsTheCheckWithItsName) {
    start();
    bench.insert();
    CheckRequest asked = request();
    asked.check.access.can = Bench::can("000000");
    const CheckView view = wait_for(service->start(asked));
    EXPECT_EQ(view.state, CheckState::failed);
    EXPECT_EQ(problem_of(view), "access.pace_denied");
    EXPECT_EQ(view.result, nullptr);
    EXPECT_EQ(wait_for(service->start(request())).state, CheckState::finished);
}

TEST_F(CheckServiceTest, AMisbehavingCardFailsTheCheckAndTheNextOneWorks) {
    start();
    emulator::SpecimenOptions options;
    options.fault = {emulator::Fault::garbage, 12};
    bench.insert(options);
    const CheckView view = wait_for(service->start(request()));
    EXPECT_EQ(view.state, CheckState::failed);
    EXPECT_NE(problem_of(view), "none");
    bench.insert();
    EXPECT_EQ(wait_for(service->start(request())).result->verdict.decision, Decision::accept);
}

TEST_F(CheckServiceTest, ACardTakenOutEndsInAnAbortedVerdict) {
    start();
    emulator::SpecimenOptions options;
    options.fault = {emulator::Fault::removed, 12};
    bench.insert(options);
    const CheckView view = wait_for(service->start(request()));
    EXPECT_EQ(view.state, CheckState::finished) << problem_of(view);
    EXPECT_EQ(view.result->verdict.decision, Decision::refer);
}

TEST_F(CheckServiceTest, IsCancelledWhileItRuns) {
    start();
    insert_gated();
    const std::string id = service->start(request());
    wait_until_running(id);
    EXPECT_EQ(service->get(id).state, CheckState::running);
    service->cancel(id);
    const CheckView view = wait_for(id);
    EXPECT_EQ(view.state, CheckState::cancelled);
    EXPECT_EQ(view.result, nullptr);
    service->cancel(id);  // without effect
    EXPECT_EQ(service->get(id).state, CheckState::cancelled);
}

TEST_F(CheckServiceTest, OneReaderTakesSoManyChecksAndNoMore) {
    start({.queued_per_reader = 2});
    insert_gated();
    const std::string first = service->start(request());
    wait_until_running(first);
    const std::string second = service->start(request());
    const std::string third = service->start(request());
    EXPECT_THROW(service->start(request()), ReaderQueueFull);
    EXPECT_EQ(service->get(third).state, CheckState::queued);
    service->cancel(third);
    EXPECT_EQ(wait_for(third).state, CheckState::cancelled);
    gate->open();
    EXPECT_EQ(wait_for(first).state, CheckState::finished);
    EXPECT_EQ(wait_for(second).state, CheckState::finished);
}

TEST_F(CheckServiceTest, KeepsSoManyResultsAndNoMore) {
    start({.kept = 2});
    bench.insert();
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i) {
        ids.push_back(service->start(request()));
        wait_for(ids.back());
    }
    EXPECT_THROW(service->get(ids[0]), NotFound);
    EXPECT_THROW(service->get(ids[1]), NotFound);
    EXPECT_EQ(service->get(ids[2]).state, CheckState::finished);
    EXPECT_EQ(service->get(ids[3]).state, CheckState::finished);
}

TEST_F(CheckServiceTest, ForgetsResultsWithTime) {
    start({.kept_time = 0s});
    bench.insert();
    const std::string id = service->start(request());
    EXPECT_THROW(wait_for(id), NotFound);
}

TEST_F(CheckServiceTest, TakesNoMoreAfterItWasStopped) {
    start();
    insert_gated();
    const std::string id = service->start(request());
    wait_until_running(id);
    service->stop();
    EXPECT_THROW(service->start(request()), Unavailable);
    const std::size_t told = events.size();
    gate->open();
    service.reset();
    readers.stop();
    EXPECT_EQ(events.size(), told);
}

}  // namespace
}  // namespace tahvil::daemon
