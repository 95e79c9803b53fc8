#include "pcsc/transaction.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "apdu/error.h"
#include "pcsc/card_connection.h"
#include "pcsc/context.h"
#include "pcsc/error.h"
#include "tests/pcscd/lab.h"

namespace tahvil::lab {
namespace {

using pcsc::CardConnection;
using pcsc::Context;
using pcsc::Disposition;
using pcsc::ShareMode;
using pcsc::Transaction;

const Bytes kSelect = from_hex("00 A4 04 0C 02 3F 00");

Bytes answer_to(Wire& wire, ByteView command) {
    Bytes response(wire.limits().response);
    response.resize(wire.exchange(command, response));
    return response;
}

class TransactionTest : public PcscdTest {
protected:
    void SetUp() override {
        PcscdTest::SetUp();
        if (!IsSkipped()) pcscd.start();
    }
};

TEST_F(TransactionTest, CarriesCommandsToTheCard) {
    std::vector<Bytes> seen;
    const auto card = insert([&](ByteView command) {
        seen.push_back(to_bytes(command));
        return from_hex("6F 00 90 00");
    });
    ASSERT_TRUE(card_arrives());
    const Context context;
    EXPECT_EQ(context.readers().size(), 2U);
    CardConnection connection(context, kReader, ShareMode::shared);
    EXPECT_EQ(to_bytes(connection.atr()), plain_atr());
    EXPECT_EQ(connection.transmission(), Transmission::t1);
    Transaction transaction(connection, pcsc::wire_limits(connection.max_apdu_data(), std::nullopt));
    EXPECT_EQ(answer_to(transaction, kSelect), from_hex("6F 00 90 00"));
    EXPECT_EQ(seen, std::vector<Bytes>{kSelect});
}

TEST_F(TransactionTest, CarriesTheLongestResponse) {
    const auto card = insert([](ByteView) {
        // vpcd's own length has two bytes.
        Bytes response(65533, 0x5A);
        append(response, from_hex("90 00"));
        return response;
    });
    ASSERT_TRUE(card_arrives());
    const Context context;
    CardConnection connection(context, kReader, ShareMode::shared);
    Transaction transaction(connection, pcsc::wire_limits(std::nullopt, std::nullopt));
    EXPECT_EQ(answer_to(transaction, from_hex("00 B0 00 00 00 00 00")).size(), 65535U);
}

TEST_F(TransactionTest, RefusesAResponseThatIsLongerThanAsked) {
    const auto card = insert([](ByteView) { return Bytes(300, 0x5A); });
    ASSERT_TRUE(card_arrives());
    const Context context;
    CardConnection connection(context, kReader, ShareMode::shared);
    Transaction transaction(connection, WireLimits{});
    EXPECT_THROW(answer_to(transaction, kSelect), LimitExceeded);
    EXPECT_THROW(answer_to(transaction, kSelect), LimitExceeded);
}

TEST_F(TransactionTest, SaysThatThereIsNoCard) {
    const Context context;
    EXPECT_THROW(CardConnection(context, kReader, ShareMode::shared), pcsc::NoCardInReader);
    EXPECT_THROW(CardConnection(context, "Nobody 00 00", ShareMode::shared), pcsc::ReaderUnavailable);
}

TEST_F(TransactionTest, SaysThatTheCardWasTakenOut) {
    auto card = insert();
    ASSERT_TRUE(card_arrives());
    const Context context;
    CardConnection connection(context, kReader, ShareMode::shared);
    Transaction transaction(connection, WireLimits{});
    answer_to(transaction, kSelect);
    card.reset();
    const auto until_noticed = [&] {
        for (;;) answer_to(transaction, kSelect);
    };
    // Before pcscd has looked, the exchange itself fails.
    try {
        until_noticed();
    } catch (const CardGone&) {
    } catch (const pcsc::PcscError& error) {
        EXPECT_EQ(error.code(), "card.no_answer");
    }
}

TEST_F(TransactionTest, ConnectsAnewToACardThatAnotherProgramHasReset) {
    const auto card = insert();
    ASSERT_TRUE(card_arrives());
    const Context context;
    const Context other_context;
    CardConnection connection(context, kReader, ShareMode::shared);
    CardConnection other(other_context, kReader, ShareMode::shared);
    other.begin_transaction();
    other.end_transaction(Disposition::reset);
    EXPECT_THROW(connection.begin_transaction(), CardReset);
    Transaction transaction(connection, WireLimits{});
    EXPECT_EQ(answer_to(transaction, kSelect), from_hex("90 00"));
    EXPECT_EQ(transaction.epoch(), 0U);
}

TEST_F(TransactionTest, TellsOfAResetBeneathItOnceAndGoesOnInTheNextEpoch) {
    int commands = 0;
    const auto card = insert([&](ByteView command) {
        ++commands;
        return agree(command);
    });
    ASSERT_TRUE(card_arrives());
    const Context context;
    CardConnection connection(context, kReader, ShareMode::shared);
    Transaction transaction(connection, WireLimits{});
    answer_to(transaction, kSelect);
    // The service lets nobody reset a card within a transaction; so this one is pulled away first.
    connection.end_transaction(Disposition::leave);
    {
        const Context other_context;
        CardConnection other(other_context, kReader, ShareMode::shared);
        other.begin_transaction();
        other.end_transaction(Disposition::reset);
    }
    EXPECT_THROW(answer_to(transaction, kSelect), CardReset);
    EXPECT_EQ(transaction.epoch(), 1U);
    EXPECT_EQ(commands, 1) << "the command that met the reset must not have been sent again";
    EXPECT_EQ(answer_to(transaction, kSelect), from_hex("90 00"));
    EXPECT_EQ(transaction.epoch(), 1U);
}

TEST_F(TransactionTest, KeepsOtherProgramsOutUntilItEnds) {
    const auto card = insert();
    ASSERT_TRUE(card_arrives());
    const Context context;
    CardConnection connection(context, kReader, ShareMode::shared);
    std::atomic<bool> over = false;
    std::atomic<bool> was_over = false;
    std::thread other;
    {
        Transaction transaction(connection, WireLimits{});
        other = std::thread([&] {
            const Context other_context;
            CardConnection other_connection(other_context, kReader, ShareMode::shared);
            Transaction waits(other_connection, WireLimits{});
            was_over = over.load();
        });
        answer_to(transaction, kSelect);
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        over = true;
    }
    other.join();
    EXPECT_TRUE(was_over);
}

TEST_F(TransactionTest, ResetsTheCardAtItsEnd) {
    const auto card = insert();
    ASSERT_TRUE(card_arrives());
    const Context context;
    CardConnection connection(context, kReader, ShareMode::shared);
    const int before = card->resets();
    { Transaction transaction(connection, WireLimits{}); }
    EXPECT_EQ(card->resets(), before + 1);
}

TEST_F(TransactionTest, SaysThatAnotherProgramKeepsTheCard) {
    const auto card = insert();
    ASSERT_TRUE(card_arrives());
    const Context other_context;
    const CardConnection other(other_context, kReader, ShareMode::exclusive);
    const Context context;
    try {
        const CardConnection connection(context, kReader, ShareMode::shared);
        FAIL();
    } catch (const pcsc::SharingViolation& error) {
        EXPECT_EQ(error.code(), "reader.in_use");
        EXPECT_TRUE(error.try_again());
    }
}

TEST_F(TransactionTest, SaysThatTheServiceHasGone) {
    const auto card = insert();
    ASSERT_TRUE(card_arrives());
    const Context context;
    CardConnection connection(context, kReader, ShareMode::shared);
    Transaction transaction(connection, WireLimits{});
    pcscd.crash();
    EXPECT_THROW(answer_to(transaction, kSelect), pcsc::ServiceUnavailable);
    EXPECT_THROW(Context(), pcsc::ServiceUnavailable);
}

TEST_F(TransactionTest, ReportsAMuteCard) {
    // An answer to reset has 33 bytes at most; the driver drops one that is longer.
    const auto card = insert(agree, Bytes(40, 0x3B));
    Latest<pcsc::MonitorReport> reports;
    const pcsc::ReaderMonitor monitor([&](const pcsc::MonitorReport& report) { reports.put(report); });
    ASSERT_TRUE(reports.becomes([](const pcsc::MonitorReport& report) {
        return has_reader(report) && report.slots[0].card_present && report.slots[0].mute;
    }));
    const Context context;
    EXPECT_THROW(CardConnection(context, kReader, ShareMode::shared), pcsc::CardUnusable);
}

}  // namespace
}  // namespace tahvil::lab
