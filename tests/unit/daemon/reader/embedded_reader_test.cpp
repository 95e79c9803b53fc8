#include "daemon/reader/embedded_reader.h"

#include <thread>

#include <gtest/gtest.h>

#include "apdu/error.h"
#include "daemon/reader/error.h"
#include "tests/unit/daemon/reader/simple_card.h"

namespace tahvil::daemon {
namespace {

class EmbeddedReaderTest : public testing::Test {
protected:
    EmbeddedReader reader{"embedded", "Embedded reader"};
    std::shared_ptr<SimpleCard> card = std::make_shared<SimpleCard>();
};

TEST_F(EmbeddedReaderTest, SaysThatThereIsNoCard) {
    EXPECT_EQ(reader.state().card, CardPresence::absent);
    EXPECT_THROW(reader.open_session(), NoCard);
}

TEST_F(EmbeddedReaderTest, ShowsTheCardAndItsAnswerToReset) {
    reader.insert(in_process(card));
    EXPECT_EQ(reader.state().card, CardPresence::present);
    EXPECT_EQ(reader.state().atr, from_hex("3B 80 80 01 01"));
    const auto session = reader.open_session();
    say_something(*session);
    EXPECT_EQ(card->commands, 1);
}

TEST_F(EmbeddedReaderTest, PowersTheCardUpForEverySession) {
    reader.insert(in_process(card));
    reader.open_session();
    reader.open_session();
    EXPECT_EQ(card->resets, 2);
}

TEST_F(EmbeddedReaderTest, EndsTheSessionOfACardThatIsTakenOut) {
    reader.insert(in_process(card));
    const auto session = reader.open_session();
    reader.remove();
    EXPECT_THROW(say_something(*session), CardGone);
    EXPECT_EQ(card->commands, 0);
}

TEST_F(EmbeddedReaderTest, DoesNotTakeASwappedCardForTheSame) {
    reader.insert(in_process(card));
    const auto before = reader.state();
    const auto session = reader.open_session();
    reader.insert(in_process(card));
    EXPECT_NE(reader.state().insertions, before.insertions);
    EXPECT_THROW(say_something(*session), CardGone);
}

TEST_F(EmbeddedReaderTest, LosesTheAnswerOfACardThatIsTakenOutInTheMiddle) {
    reader.insert(in_process(card));
    const auto session = reader.open_session();
    card->fall_silent();
    std::thread hand([&] {
        card->wait_until_hanging();
        reader.remove();
        card->speak_again();
    });
    EXPECT_THROW(say_something(*session), CardGone);
    hand.join();
}

TEST_F(EmbeddedReaderTest, TellsOfAResetOnceAndCountsAnEpoch) {
    reader.insert(in_process(card));
    const auto session = reader.open_session();
    const auto epoch = session->epoch();
    reader.reset();
    EXPECT_THROW(say_something(*session), CardReset);
    EXPECT_NE(session->epoch(), epoch);
    EXPECT_EQ(card->resets, 2);
    say_something(*session);
}

TEST_F(EmbeddedReaderTest, ReportsComingAndGoing) {
    int changes = 0;
    reader.on_change([&] { ++changes; });
    reader.insert(in_process(card));
    reader.remove();
    EXPECT_EQ(changes, 2);
}

}  // namespace
}  // namespace tahvil::daemon
