#include "daemon/reader/reader_pool.h"

#include <gtest/gtest.h>

#include "daemon/reader/error.h"
#include "pcsc/card_connection.h"
#include "pcsc/context.h"
#include "tests/pcscd/lab.h"

namespace tahvil::lab {
namespace {

using daemon::CardPresence;
using daemon::CardSession;
using daemon::ReaderEvent;
using daemon::ReaderPool;

constexpr const char* kId = "lab-reader-1-00-00";

class PcscReaderPoolTest : public PcscdTest {
protected:
    void SetUp() override {
        PcscdTest::SetUp();
        if (IsSkipped()) return;
        pool = std::make_unique<ReaderPool>(limits, [this](const ReaderEvent& event) { events.put(event); });
        pool->watch_pcsc();
    }

    testing::AssertionResult comes(ReaderEvent::Kind kind, const std::string& id = kId) {
        return events.becomes([&](const ReaderEvent& event) { return event.kind == kind && event.reader.id == id; });
    }

    /// How a job with one command ends: "" or the code of its error.
    std::string one_command() {
        Latest<std::string> end;
        pool->submit(kId, {[](CardSession& session) {
                               Bytes response(session.wire().limits().response);
                               session.wire().exchange(from_hex("00 A4 04 0C"), response);
                           },
                           [&](const std::exception_ptr& error) {
                               try {
                                   if (error) std::rethrow_exception(error);
                                   end.put("");
                               } catch (const Error& failure) {
                                   end.put(std::string(failure.code()));
                               }
                           }});
        EXPECT_TRUE(end.becomes([](const std::string&) { return true; }));
        return end.value();
    }

    daemon::WorkerLimits limits;
    Latest<ReaderEvent> events;
    std::unique_ptr<ReaderPool> pool;
};

TEST_F(PcscReaderPoolTest, HoldsACardThatArrives) {
    pcscd.start();
    ASSERT_TRUE(comes(ReaderEvent::Kind::reader_added, "lab-reader-1-00-01"));
    EXPECT_TRUE(pool->service().available);
    EXPECT_EQ(one_command(), "reader.no_card");
    const auto card = insert();
    ASSERT_TRUE(comes(ReaderEvent::Kind::card_inserted));
    EXPECT_EQ(pool->reader(kId).state.atr, plain_atr());
    EXPECT_EQ(one_command(), "");
    EXPECT_EQ(one_command(), "");
}

TEST_F(PcscReaderPoolTest, GoesOnAfterARestartOfTheService) {
    ASSERT_FALSE(pool->service().available);
    pcscd.start();
    ASSERT_TRUE(comes(ReaderEvent::Kind::reader_added, "lab-reader-1-00-01"));
    pcscd.crash();
    ASSERT_TRUE(comes(ReaderEvent::Kind::service_lost, ""));
    EXPECT_TRUE(pool->readers().empty());
    ASSERT_TRUE(pool->service().last_error);
    EXPECT_FALSE(pool->service().last_error->words.empty());
    EXPECT_THROW(one_command(), daemon::ReaderNotFound);
    pcscd.start();
    const auto card = insert();
    ASSERT_TRUE(comes(ReaderEvent::Kind::card_inserted));
    EXPECT_EQ(one_command(), "");
}

TEST_F(PcscReaderPoolTest, ReportsACardThatAnotherProgramKeeps) {
    pcscd.start();
    const auto card = insert();
    ASSERT_TRUE(comes(ReaderEvent::Kind::card_inserted));
    {
        const pcsc::Context context;
        const pcsc::CardConnection other(context, kReader, pcsc::ShareMode::exclusive);
        EXPECT_EQ(one_command(), "reader.in_use");
        const auto view = pool->reader(kId);
        ASSERT_TRUE(view.fault);
        EXPECT_EQ(view.fault->code, "reader.in_use");
    }
    EXPECT_EQ(one_command(), "");
    EXPECT_FALSE(pool->reader(kId).fault);
}

TEST_F(PcscReaderPoolTest, TellsASessionOfAResetAndGoesOnInTheNextEpoch) {
    pcscd.start();
    const auto card = insert();
    ASSERT_TRUE(comes(ReaderEvent::Kind::card_inserted));
    EXPECT_EQ(one_command(), "");
    pcsc::Context context;
    pcsc::CardConnection other(context, kReader, pcsc::ShareMode::shared);
    other.begin_transaction();
    other.end_transaction(pcsc::Disposition::reset);
    EXPECT_EQ(one_command(), "");
}

class HangingServiceTest : public PcscReaderPoolTest {
protected:
    HangingServiceTest() { limits.call = std::chrono::milliseconds(500); }
};

TEST_F(HangingServiceTest, AnswersTheAskerAndRecoversWithTheService) {
    pcscd.start();
    const auto card = insert();
    ASSERT_TRUE(comes(ReaderEvent::Kind::card_inserted));
    EXPECT_EQ(one_command(), "");
    pcscd.freeze();
    EXPECT_EQ(one_command(), "reader.stuck");
    EXPECT_THROW(one_command(), daemon::ReaderStuck);
    const auto fault = pool->reader(kId).fault;
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, "reader.stuck");
    pcscd.thaw();
    ASSERT_TRUE(comes(ReaderEvent::Kind::fault_cleared));
    EXPECT_EQ(one_command(), "");
}

}  // namespace
}  // namespace tahvil::lab
