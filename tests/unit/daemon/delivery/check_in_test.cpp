#include "daemon/delivery/check_in.h"

#include <boost/json.hpp>

#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon {
namespace {

using test::kNow;

class CheckInTest : public test::DeskTest {
protected:
    void SetUp() override {
        test::DeskTest::SetUp();
        ids_ = add(3);
    }
    static Verdict verdict(int number) {
        const ExpectedCard known = card(number);
        Verdict verdict;
        verdict.id = "01J0000000000000000000000" + std::to_string(number);
        verdict.purpose = Purpose::handover;
        verdict.decision = Decision::accept;
        verdict.evaluated.at = kNow;
        verdict.document.number = known.card_serial;
        verdict.holder.national_code = known.national_code;
        return verdict;
    }
    CheckedIn read(const Verdict& verdict, const std::string& expected = {}) {
        return check_in(*database_, *deliveries_, *journal_, verdict, expected, {"operator-7", kNow, {}, {}});
    }
    std::vector<std::string> ids_;
};

TEST_F(CheckInTest, ATrayOfCardsFindsItsRecords) {
    for (int i : {2, 1, 3}) {
        const CheckedIn result = read(verdict(i));
        EXPECT_EQ(result.set_aside, "");
        EXPECT_EQ(result.delivery, ids_[static_cast<std::size_t>(i - 1)]);
    }
    EXPECT_EQ(deliveries_->counts().at(Stage::arrived), 3);
    EXPECT_TRUE(journal_verifies());
}

TEST_F(CheckInTest, ACardThatComesTwiceIsSetAside) {
    read(verdict(1));
    EXPECT_EQ(read(verdict(1)).set_aside, "twice");
    EXPECT_EQ(deliveries_->counts().at(Stage::arrived), 1);
}

TEST_F(CheckInTest, AForeignCardIsSetAside) {
    Verdict foreign = verdict(1);
    foreign.document.number = "ELSEWHERE-1";
    foreign.holder.national_code = "0499370899";
    const CheckedIn result = read(foreign);
    EXPECT_EQ(result.set_aside, "no_record");
    const boost::json::value entry = boost::json::parse(journal_->entries(result.journal, 1).front());
    EXPECT_EQ(entry.at("kind"), "card.set_aside");
    EXPECT_EQ(entry.at("facts").at("why"), "no_record");
    EXPECT_EQ(boost::json::serialize(entry).find("0499370899"), std::string::npos);
}

TEST_F(CheckInTest, AForgedOrUndecidedCardIsSetAsideWhateverItSays) {
    Verdict forged = verdict(1);
    forged.decision = Decision::reject;
    EXPECT_EQ(read(forged).set_aside, "not_genuine");
    forged.decision = Decision::refer;
    EXPECT_EQ(read(forged).set_aside, "undecided");
    EXPECT_EQ(deliveries_->get(ids_[0]).stage, Stage::expected);
}

TEST_F(CheckInTest, AnotherRecordsCardIsSetAside) {
    EXPECT_EQ(read(verdict(2), ids_[0]).set_aside, "another_record");
    Verdict mixed = verdict(1);
    mixed.holder.national_code = card(2).national_code;  // the serial of one, the holder of another
    EXPECT_EQ(read(mixed).set_aside, "another_record");
    Verdict younger = verdict(1);
    younger.holder.birth_date = Date{std::chrono::year{2000}, std::chrono::month{1}, std::chrono::day{1}};
    EXPECT_EQ(read(younger).set_aside, "another_record");
    EXPECT_EQ(deliveries_->counts().at(Stage::expected), 3);
}

TEST_F(CheckInTest, ACardWithoutASerialIsFoundByItsHolder) {
    Verdict verdict_without = verdict(3);
    verdict_without.document.number.clear();
    EXPECT_EQ(read(verdict_without).delivery, ids_[2]);
    Verdict nothing = verdict(3);
    nothing.document.number.clear();
    nothing.holder.national_code.clear();
    EXPECT_EQ(read(nothing).set_aside, "no_record");
}

TEST_F(CheckInTest, ARecordThatWasCalledBackTakesNoCard) {
    move(ids_[0], Stage::withdrawn, "called back");
    EXPECT_EQ(read(verdict(1)).set_aside, "not_expected");
    move(ids_[1], Stage::missing, "not in the batch");
    EXPECT_EQ(read(verdict(2)).set_aside, "");
}

TEST_F(CheckInTest, AReorderedCardGoesToTheRecordThatWaits) {
    move(ids_[0], Stage::withdrawn, "wrong name");
    Transaction transaction(*database_);
    ExpectedCard again = card(1);
    again.tracking_code = "TRACK-AGAIN";
    const std::string id = deliveries_->add(transaction, again, 1, kNow);
    transaction.commit();
    const CheckedIn result = read(verdict(1));
    EXPECT_EQ(result.set_aside, "");
    EXPECT_EQ(result.delivery, id);
}

}  // namespace
}  // namespace tahvil::daemon
