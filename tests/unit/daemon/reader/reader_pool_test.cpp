#include "daemon/reader/reader_pool.h"

#include <gtest/gtest.h>

#include "daemon/reader/error.h"
#include "tests/unit/daemon/reader/simple_card.h"

namespace tahvil::daemon {
namespace {

class ReaderPoolTest : public testing::Test {
protected:
    std::string next_event() {
        const ReaderEvent event = events.take();
        return std::string(name(event.kind)) + " " + event.reader.id;
    }

    Mailbox<ReaderEvent> events;
    ReaderPool pool{{}, [this](const ReaderEvent& event) { events.put(event); }};
    std::shared_ptr<EmbeddedReader> reader = std::make_shared<EmbeddedReader>("embedded", "Embedded reader");
    std::shared_ptr<SimpleCard> card = std::make_shared<SimpleCard>();
};

TEST_F(ReaderPoolTest, ShowsWhatIsThere) {
    EXPECT_TRUE(pool.readers().empty());
    reader->insert(in_process(card));
    pool.add(reader);
    const auto views = pool.readers();
    ASSERT_EQ(views.size(), 1U);
    EXPECT_EQ(views[0].id, "embedded");
    EXPECT_EQ(views[0].name, "Embedded reader");
    EXPECT_EQ(views[0].kind, ReaderKind::embedded);
    EXPECT_EQ(views[0].state.card, CardPresence::present);
    EXPECT_FALSE(views[0].usb);
    EXPECT_FALSE(views[0].busy);
    EXPECT_EQ(pool.reader("embedded").name, "Embedded reader");
    EXPECT_FALSE(pool.service().watched);
}

TEST_F(ReaderPoolTest, TellsOfReadersAndCardsInOrder) {
    reader->insert(in_process(card));
    pool.add(reader);
    EXPECT_EQ(next_event(), "reader.added embedded");
    EXPECT_EQ(next_event(), "card.inserted embedded");
    reader->remove();
    EXPECT_EQ(next_event(), "card.removed embedded");
    reader->insert(in_process(card));
    EXPECT_EQ(next_event(), "card.inserted embedded");
    reader->insert(in_process(card));
    EXPECT_EQ(next_event(), "card.removed embedded");
    EXPECT_EQ(next_event(), "card.inserted embedded");
    pool.remove("embedded");
    EXPECT_EQ(next_event(), "reader.removed embedded");
    EXPECT_TRUE(pool.readers().empty());
    reader->remove();
    EXPECT_TRUE(events.empty());
}

TEST_F(ReaderPoolTest, RunsAJobOnTheReaderThatWasNamed) {
    reader->insert(in_process(card));
    pool.add(reader);
    Mailbox<std::exception_ptr> ends;
    pool.submit("embedded", {say_something, [&](std::exception_ptr end) { ends.put(std::move(end)); }});
    EXPECT_EQ(code_of(ends.take()), "");
    EXPECT_EQ(card->commands, 1);
    EXPECT_THROW(pool.submit("nowhere", {say_something, nullptr}), ReaderNotFound);
    EXPECT_THROW(pool.reader("nowhere"), ReaderNotFound);
}

TEST_F(ReaderPoolTest, RefusesASecondReaderOfOneId) {
    pool.add(reader);
    EXPECT_THROW(pool.add(std::make_shared<EmbeddedReader>("embedded", "Another")), InvalidInput);
    EXPECT_EQ(pool.readers().size(), 1U);
}

TEST_F(ReaderPoolTest, EndsTheJobsOfAReaderThatIsTakenAway) {
    reader->insert(in_process(card));
    pool.add(reader);
    card->fall_silent();
    Mailbox<std::exception_ptr> ends;
    pool.submit("embedded", {say_something, [&](std::exception_ptr end) { ends.put(std::move(end)); }});
    card->wait_until_hanging();
    EXPECT_TRUE(pool.reader("embedded").busy);
    std::thread hand([&] {
        EXPECT_EQ(code_of(ends.take()), "reader.removed");
        card->speak_again();
    });
    pool.remove("embedded");
    hand.join();
}

TEST_F(ReaderPoolTest, ReportsAStuckReaderAndItsRecovery) {
    Mailbox<ReaderEvent> told;
    WorkerLimits limits;
    limits.call = std::chrono::milliseconds(20);
    ReaderPool watched(limits, [&](const ReaderEvent& event) { told.put(event); });
    reader->insert(in_process(card));
    watched.add(reader);
    told.take();
    told.take();
    card->fall_silent();
    watched.submit("embedded", {say_something, nullptr});
    const ReaderEvent fault = told.take();
    EXPECT_EQ(fault.kind, ReaderEvent::Kind::fault);
    ASSERT_TRUE(fault.reader.fault);
    EXPECT_EQ(fault.reader.fault->code, "reader.stuck");
    card->speak_again();
    EXPECT_EQ(told.take().kind, ReaderEvent::Kind::fault_cleared);
}

TEST_F(ReaderPoolTest, MayBeAskedByItsListener) {
    std::size_t seen = 0;
    ReaderPool* asked = nullptr;
    ReaderPool asking({}, [&](const ReaderEvent&) { seen = asked->readers().size(); });
    asked = &asking;
    asking.add(reader);
    EXPECT_EQ(seen, 1U);
}

TEST_F(ReaderPoolTest, StopsWithJobsUnderWay) {
    reader->insert(in_process(card));
    pool.add(reader);
    Mailbox<std::exception_ptr> ends;
    for (int i = 0; i < 3; ++i) {
        pool.submit("embedded", {[](CardSession& session) {
                                     for (;;) say_something(session);
                                 },
                                 [&](std::exception_ptr end) { ends.put(std::move(end)); }});
    }
    pool.stop();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(code_of(ends.take()), "reader.removed");
}

}  // namespace
}  // namespace tahvil::daemon
