#include "daemon/delivery/handover.h"

#include <fstream>

#include <boost/json.hpp>

#include "crypto/digest.h"
#include "daemon/error.h"
#include "daemon/receipt/sd_jwt.h"
#include "tests/support/accepted_verdict.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon {
namespace {

using test::kNow;
using enum ChecklistItem;

class HandoverTest : public test::DeskTest {
protected:
    void SetUp() override {
        test::DeskTest::SetUp();
        id_ = add(2).front();
        for (const char* const id : {"T1-00000001", "T1-00000002"}) move(id, Stage::arrived);
        make();
    }
    void make() {
        handover_ = std::make_unique<Handover>(*database_, keys_, *journal_, *deliveries_, HandoverPolicy::standard());
    }
    void restart(const std::string& terminal = "T1") {
        handover_.reset();
        open(terminal);
        make();
    }
    void TearDown() override {
        handover_.reset();
        test::DeskTest::TearDown();
    }

    static Act by(const std::string& actor, const std::string& why = {}) { return {actor, kNow, why, {}}; }
    static Verdict verdict(int number = 1) { return test::accepted_verdict(card(number), kNow); }
    static Check& check(Verdict& verdict, std::string_view id) {
        return *std::ranges::find(verdict.checks, id, &Check::id);
    }
    void settle_all(const std::string& id) {
        handover_->settle(id, holder_verified, "pin", "", by("operator-7"));
        handover_->settle(id, fee_settled, "paid", "", by("operator-7", "reference 99"));
        handover_->settle(id, transport_pin_changed, "changed", "", by("operator-7"));
        handover_->settle(id, old_card_collected, "first_card", "", by("operator-7"));
    }
    void fill(const std::string& id, int number = 1) {
        handover_->begin(id, by("operator-7"));
        handover_->enter_verdict(id, verdict(number), by("operator-7"));
        settle_all(id);
    }
    HandedOver complete(const std::string& id, const std::string& key = "key-1") {
        return handover_->complete(id, key, {receipt_signer_.get(), {{0x30, 0x00}}, "office.example/12"},
                                   by("operator-7"));
    }
    std::vector<std::string> what_is_open(const std::string& id) {
        try {
            complete(id);
        } catch (const Conflict& conflict) {
            return conflict.choices();
        }
        return {};
    }
    std::int64_t count(const std::string& table) {
        Statement statement = database_->prepare("SELECT count(*) FROM " + table);
        return statement.step() ? statement.integer(0) : -1;
    }

    std::string id_;
    std::unique_ptr<Signer> receipt_signer_ = signer_in_memory(PrivateKey::generate_ec(Curve::secp256r1));
    std::unique_ptr<Handover> handover_;
};

TEST_F(HandoverTest, HandsOverWhenAllIsSettledAndGivesAReceipt) {
    fill(id_);
    const HandedOver done = complete(id_);
    EXPECT_FALSE(done.again);
    EXPECT_EQ(deliveries_->get(id_).stage, Stage::handed_over);
    EXPECT_EQ(handover_->receipt(id_), done.receipt);

    const SdJwt receipt = SdJwt::parse(done.receipt);
    EXPECT_EQ(receipt.type(), "tahvil-receipt+sd-jwt");
    const SdJwtCheck check = receipt.check(receipt_signer_->public_key(), kNow);
    ASSERT_EQ(check.result, SdJwtCheck::Result::verified);
    EXPECT_EQ(check.claims.at("record"), "T1-00000001");
    EXPECT_EQ(check.claims.at("operator"), "operator-7");
    EXPECT_EQ(check.claims.at("card_serial"), "SERIAL-1");
    EXPECT_EQ(check.claims.at("checklist").as_array().size(), 11U);

    const boost::json::value entry = boost::json::parse(journal_->entries(done.journal, 1).front());
    EXPECT_EQ(entry.at("kind"), "delivery.hand_over");
    EXPECT_EQ(entry.at("n"), check.claims.at("journal").at("position"));
    EXPECT_EQ(entry.at("facts").at("verdict"), check.claims.at("verdict"));
    EXPECT_EQ(entry.at("facts").at("receipt").as_string(),
              to_hex(digest(DigestAlgorithm::sha256, as_bytes(done.receipt.substr(0, done.receipt.find('~'))))));
    EXPECT_TRUE(journal_verifies());
}

TEST_F(HandoverTest, TheReceiptTellsNothingPersonalThatIsWithheld) {
    fill(id_);
    const std::string bare = withhold(complete(id_).receipt, {});
    const SdJwtCheck check = SdJwt::parse(bare).check(receipt_signer_->public_key(), kNow);
    ASSERT_EQ(check.result, SdJwtCheck::Result::verified);
    const std::string text = boost::json::serialize(check.claims);
    const ExpectedCard known = card(1);
    for (const std::string& value : {known.national_code, known.family_name, known.card_serial, known.tracking_code})
        EXPECT_EQ(text.find(value), std::string::npos);
}

TEST_F(HandoverTest, ARolledBackJournalContradictsAReceiptThatIsOut) {
    fill(id_);
    const HandedOver done = complete(id_);
    const SdJwtCheck check = SdJwt::parse(done.receipt).check(receipt_signer_->public_key(), kNow);
    const std::vector<std::string> before{std::string(check.claims.at("journal").at("checkpoint").as_string())};
    const auto verify = [&] {
        std::stringstream exported;
        journal_->export_to(exported);
        return verify_journal(exported, std::vector{journal_->key()}, before);
    };
    EXPECT_TRUE(verify().passed());
    database_->execute("DELETE FROM receipt; DELETE FROM delivery_move; DELETE FROM journal_entry WHERE position > 1");
    EXPECT_FALSE(verify().passed());
}

TEST_F(HandoverTest, TheSameRequestIsAnsweredAsBeforeAlsoAfterARestart) {
    fill(id_);
    const HandedOver first = complete(id_);
    const std::uint64_t size = journal_->size();
    restart();
    const HandedOver second = complete(id_);
    EXPECT_TRUE(second.again);
    EXPECT_EQ(second.receipt, first.receipt);
    EXPECT_EQ(second.receipt_id, first.receipt_id);
    EXPECT_EQ(second.journal, first.journal);
    EXPECT_EQ(journal_->size(), size);
    EXPECT_EQ(count("receipt"), 1);
}

TEST_F(HandoverTest, NothingIsHandedOverTwice) {
    fill(id_);
    complete(id_);
    EXPECT_EQ(thrown_code([&] { complete(id_, "another key"); }), "handover.not_begun");
    EXPECT_EQ(thrown_code([&] { handover_->begin(id_, by("operator-7")); }), "delivery.stage");
    fill("T1-00000002", 2);
    EXPECT_EQ(thrown_code([&] { complete("T1-00000002", "key-1"); }), "handover.key");
    EXPECT_EQ(count("receipt"), 1);
}

TEST_F(HandoverTest, TwoDaemonsOnOneStoreHandOverOnce) {
    fill(id_);
    Database other_database(folder_ / "store.db", store_schema());
    Journal other_journal(other_database, kOrigin, *journal_signer_);
    Deliveries other_deliveries(other_database, keys_, other_journal, "T1");
    Handover other(other_database, keys_, other_journal, other_deliveries, HandoverPolicy::standard());
    const HandedOver first = complete(id_);
    const HandedOver second = other.complete(id_, "key-1", {receipt_signer_.get(), {}, "x"}, by("operator-8"));
    EXPECT_TRUE(second.again);
    EXPECT_EQ(second.receipt, first.receipt);
    EXPECT_EQ(thrown_code([&] {
                  other.complete(id_, "key-2", {receipt_signer_.get(), {}, "x"}, by("operator-8"));
              }),
              "handover.not_begun");
    EXPECT_EQ(count("receipt"), 1);
}

TEST_F(HandoverTest, OnlyTheCustodianHandsOver) {
    fill(id_);
    restart("T2");
    EXPECT_EQ(thrown_code([&] { complete(id_); }), "delivery.custodian");
    EXPECT_EQ(thrown_code([&] { handover_->settle(id_, holder_verified, "pin", "", by("o")); }), "delivery.custodian");
    EXPECT_EQ(count("receipt"), 0);
}

TEST_F(HandoverTest, WhatIsOpenIsNamedAndStopsIt) {
    handover_->begin(id_, by("operator-7"));
    EXPECT_EQ(what_is_open(id_),
              (std::vector<std::string>{"card_is_the_records", "verdict_accepted", "card_genuine", "chip_proved",
                                        "not_revoked", "not_expired", "holder_verified", "fee_settled",
                                        "transport_pin_changed", "old_card_collected"}));
    handover_->enter_verdict(id_, verdict(), by("operator-7"));
    EXPECT_EQ(what_is_open(id_), (std::vector<std::string>{"holder_verified", "fee_settled", "transport_pin_changed",
                                                           "old_card_collected"}));
    EXPECT_EQ(deliveries_->get(id_).stage, Stage::presented);
    EXPECT_EQ(count("receipt"), 0);
}

TEST_F(HandoverTest, TheWrongPersonsCardIsNotHandedOver) {
    handover_->begin(id_, by("operator-7"));
    handover_->enter_verdict(id_, verdict(2), by("operator-7"));
    settle_all(id_);
    EXPECT_EQ(what_is_open(id_), std::vector<std::string>{"card_is_the_records"});
    EXPECT_EQ(thrown_code([&] { handover_->refer(id_, card_is_the_records, by("operator-7", "looks right")); }),
              "handover.not_referable");
}

TEST_F(HandoverTest, EveryFactOfTheCardCounts) {
    const auto open_after = [this](const std::function<void(Verdict&)>& change) {
        Verdict changed = verdict();
        change(changed);
        handover_->enter_verdict(id_, changed, by("operator-7"));
        return what_is_open(id_);
    };
    fill(id_);
    using Names = std::vector<std::string>;
    EXPECT_EQ(open_after([](Verdict& v) { v.decision = Decision::reject; }), Names{"verdict_accepted"});
    EXPECT_EQ(open_after([](Verdict& v) { v.decision = Decision::refer; }), Names{"verdict_accepted"});
    EXPECT_EQ(open_after([](Verdict& v) { check(v, "chip.authentication").result = Result::not_supported; }),
              Names{"chip_proved"});
    EXPECT_EQ(open_after([](Verdict& v) { check(v, "document.expiry").result = Result::failed; }),
              Names{"not_expired"});
    EXPECT_EQ(open_after([](Verdict& v) { check(v, "document.revocation").result = Result::undetermined; }),
              Names{"not_revoked"});
    EXPECT_EQ(open_after([](Verdict& v) { check(v, "passive_authentication.chain").result = Result::undetermined; }),
              Names{"card_genuine"});
    EXPECT_EQ(open_after([](Verdict& v) {
                  v.checks.push_back({"passive_authentication.data_group_hashes", Result::failed, {}, {}});
              }),
              Names{"card_genuine"});
    EXPECT_EQ(open_after([](Verdict& v) { v.checks.clear(); }),
              (Names{"card_genuine", "chip_proved", "not_revoked", "not_expired"}));
    EXPECT_EQ(open_after([](Verdict& v) {
                  v.document.number.clear();
                  v.holder.national_code.clear();
              }),
              Names{"card_is_the_records"});
    EXPECT_TRUE(open_after([](Verdict&) {}).empty());
    EXPECT_EQ(deliveries_->get(id_).stage, Stage::handed_over);
}

TEST_F(HandoverTest, AVerdictOfAnotherTimeOrPurposeIsNotTaken) {
    handover_->begin(id_, by("operator-7"));
    Verdict old = verdict();
    old.evaluated.at = kNow - std::chrono::minutes(16);
    EXPECT_EQ(thrown_code([&] { handover_->enter_verdict(id_, old, by("operator-7")); }), "handover.verdict");
    old.evaluated.at = kNow + std::chrono::minutes(1);
    EXPECT_EQ(thrown_code([&] { handover_->enter_verdict(id_, old, by("operator-7")); }), "handover.verdict");
    Verdict reading = verdict();
    reading.purpose = Purpose::read;
    EXPECT_EQ(thrown_code([&] { handover_->enter_verdict(id_, reading, by("operator-7")); }), "handover.verdict");
}

TEST_F(HandoverTest, WithoutFingerOrPinTwoPeopleAndAReasonAreNeeded) {
    handover_->begin(id_, by("operator-7"));
    EXPECT_EQ(
        thrown_code([&] { handover_->settle(id_, holder_verified, "two_persons", "operator-8", by("operator-7")); }),
        "handover.reason");
    EXPECT_EQ(thrown_code([&] {
                  handover_->settle(id_, holder_verified, "two_persons", "operator-7", by("operator-7", "no fingers"));
              }),
              "handover.second_person");
    EXPECT_EQ(thrown_code([&] { handover_->settle(id_, holder_verified, "two_persons", "", by("operator-7", "x")); }),
              "handover.second_person");
    const Checklist checklist =
        handover_->settle(id_, holder_verified, "two_persons", "operator-8", by("operator-7", "no fingers"));
    EXPECT_EQ(checklist.at(holder_verified).state, ItemState::satisfied);
    EXPECT_EQ(checklist.at(holder_verified).reason, "no fingers");
    EXPECT_EQ(checklist.at(holder_verified).second_person, "operator-8");
    EXPECT_EQ(thrown_code([&] { handover_->settle(id_, holder_verified, "trust me", "", by("operator-7")); }),
              "handover.method");
    EXPECT_EQ(thrown_code([&] { handover_->settle(id_, card_genuine, "pin", "", by("operator-7")); }),
              "handover.method");
    EXPECT_EQ(thrown_code([&] { handover_->settle(id_, fee_settled, "waived", "", by("operator-7")); }),
              "handover.reason");
}

TEST_F(HandoverTest, AReferredItemIsDecidedByAnotherPerson) {
    handover_->begin(id_, by("operator-7"));
    Verdict doubtful = verdict();
    check(doubtful, "chip.authentication").result = Result::undetermined;
    handover_->enter_verdict(id_, doubtful, by("operator-7"));
    settle_all(id_);
    EXPECT_EQ(thrown_code([&] { handover_->decide(id_, chip_proved, true, by("supervisor-1", "x")); }),
              "handover.not_referred");
    EXPECT_EQ(thrown_code([&] { handover_->refer(id_, chip_proved, by("operator-7")); }), "handover.reason");
    handover_->refer(id_, chip_proved, by("operator-7", "the reader is old"));
    EXPECT_EQ(what_is_open(id_), std::vector<std::string>{"chip_proved"});
    restart();
    EXPECT_EQ(thrown_code([&] { handover_->decide(id_, chip_proved, true, by("operator-7", "fine")); }),
              "handover.same_person");
    handover_->decide(id_, chip_proved, true, by("supervisor-1", "checked at another reader"));
    const HandedOver done = complete(id_);
    const boost::json::value decision = boost::json::parse(journal_->entries(done.journal - 1, 1).front());
    EXPECT_EQ(decision.at("kind"), "handover.decide");
    EXPECT_EQ(decision.at("actor"), "supervisor-1");
    EXPECT_EQ(decision.at("facts").at("state"), "approved");
    EXPECT_TRUE(journal_verifies());
}

TEST_F(HandoverTest, ADeclinedItemStopsItUntilItBeginsAnew) {
    handover_->begin(id_, by("operator-7"));
    handover_->enter_verdict(id_, verdict(), by("operator-7"));
    settle_all(id_);
    EXPECT_EQ(thrown_code([&] { handover_->refer(id_, old_card_collected, by("operator-7", "x")); }),
              "handover.not_referable");
    move(id_, Stage::arrived, "the holder left");
    handover_->begin(id_, by("operator-7"));
    handover_->enter_verdict(id_, verdict(), by("operator-7"));
    EXPECT_EQ(what_is_open(id_).size(), 4U);
    handover_->refer(id_, holder_verified, by("operator-7", "the portrait is old"));
    handover_->decide(id_, holder_verified, false, by("supervisor-1", "not the same person"));
    EXPECT_EQ(what_is_open(id_).front(), "holder_verified");
    EXPECT_EQ(thrown_code([&] { handover_->refer(id_, holder_verified, by("operator-7", "again")); }),
              "handover.not_referable");
}

TEST_F(HandoverTest, NothingCountsBeforeItIsBegunOrAfterTheCardIsPutBack) {
    EXPECT_EQ(thrown_code([&] { complete(id_); }), "handover.not_begun");
    EXPECT_EQ(thrown_code([&] { handover_->settle(id_, holder_verified, "pin", "", by("o")); }), "handover.not_begun");
    fill(id_);
    move(id_, Stage::arrived, "put back");
    EXPECT_EQ(thrown_code([&] { complete(id_); }), "handover.not_begun");
    EXPECT_EQ(thrown_code([&] { handover_->begin("T1-00000009", by("o")); }), "delivery.unknown");
}

TEST_F(HandoverTest, ReceiptsAndReasonsLieSealed) {
    fill(id_);
    handover_->settle(id_, fee_settled, "waived", "", by("operator-7", "a poor widow"));
    const std::string receipt = complete(id_).receipt;
    handover_.reset();
    close();
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(stream), {}};
        EXPECT_EQ(content.find("a poor widow"), std::string::npos);
        EXPECT_EQ(content.find(receipt.substr(receipt.find('~') + 1, 40)), std::string::npos);
    }
}

TEST(Checklist, CountsAgeInSolarHijriYears) {
    using std::chrono::sys_days;
    const Date born = parse_typed_date("1389-07-01");
    EXPECT_FALSE(is_of_age(born, 15, sys_days(parse_typed_date("1404-06-31"))));
    EXPECT_TRUE(is_of_age(born, 15, sys_days(parse_typed_date("1404-07-01"))));
    // The last day of a leap year, which 1402 has not
    const Date leap = parse_typed_date("1387-12-30");
    EXPECT_FALSE(is_of_age(leap, 15, sys_days(parse_typed_date("1402-12-29"))));
    EXPECT_TRUE(is_of_age(leap, 15, sys_days(parse_typed_date("1403-01-01"))));
}

TEST(Checklist, NamesGoBothWays) {
    for (int i = 1; i <= 11; ++i) {
        const auto item = static_cast<ChecklistItem>(i);
        EXPECT_EQ(checklist_item_by_name(name(item)), item);
    }
    EXPECT_FALSE(checklist_item_by_name("anything"));
}

}  // namespace
}  // namespace tahvil::daemon
