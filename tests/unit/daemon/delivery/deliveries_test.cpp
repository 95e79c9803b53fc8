#include "daemon/delivery/deliveries.h"

#include <fstream>
#include <functional>
#include <set>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "daemon/error.h"
#include "daemon/journal/commitment.h"
#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon {
namespace {

using test::kNow;

std::string code_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return std::string(error.code());
    }
    return "nothing was thrown";
}

class DeliveriesTest : public test::DeskTest {};

TEST(Stage, HasANameEachAndNoWayOutOfTheEnd) {
    for (int i = 1; i <= 8; ++i) {
        const auto stage = static_cast<Stage>(i);
        EXPECT_EQ(stage_by_name(name(stage)), stage);
    }
    EXPECT_FALSE(stage_by_name("delivered"));
    EXPECT_TRUE(next_stages(Stage::handed_over).empty());
    EXPECT_TRUE(next_stages(Stage::returned).empty());
}

TEST(Stage, OnlyTheDeskHandsOver) {
    for (const StageMove& move : stage_moves())
        EXPECT_TRUE(move.to != Stage::handed_over || move.from == Stage::presented) << name(move.from);
}

TEST_F(DeliveriesTest, ARecordComesBackAsItWas) {
    const std::vector<std::string> ids = add(2);
    EXPECT_EQ(ids, (std::vector<std::string>{"T1-00000001", "T1-00000002"}));
    open();
    const Delivery delivery = deliveries_->get("T1-00000002");
    const ExpectedCard expected = card(2);
    EXPECT_EQ(delivery.custodian, "T1");
    EXPECT_EQ(delivery.stage, Stage::expected);
    EXPECT_EQ(delivery.since, kNow);
    EXPECT_EQ(delivery.card.national_code, expected.national_code);
    EXPECT_EQ(delivery.card.family_name, expected.family_name);
    EXPECT_EQ(delivery.card.birth_date, expected.birth_date);
    EXPECT_EQ(delivery.card.birth_certificate_series, expected.birth_certificate_series);
    EXPECT_EQ(delivery.card.phone, expected.phone);
    EXPECT_EQ(as_text(delivery.card.access.can.view()), "123456");
    EXPECT_EQ(delivery.card.access.document_number, "X1234567");
    EXPECT_FALSE(delivery.card.access.expires);
    EXPECT_EQ(delivery.card.fee, 200'000);
    EXPECT_EQ(code_of([&] { deliveries_->get("T1-00000003"); }), "delivery.unknown");
}

TEST_F(DeliveriesTest, NothingPersonalLiesOpenOnTheDisk) {
    const std::string id = add(1).front();
    move(id, Stage::arrived);
    move(id, Stage::missing, "Mrs Karimi has it");
    close();
    const ExpectedCard known = card(1);
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(stream), {}};
        for (const std::string& value : {known.national_code, known.family_name, known.tracking_code, known.card_serial,
                                         known.phone, known.birth_certificate_serial, std::string("1990-03-21"),
                                         std::string("X1234567"), std::string("Mrs Karimi")})
            EXPECT_EQ(content.find(value), std::string::npos) << file.path() << ' ' << value;
    }
}

TEST_F(DeliveriesTest, IsFoundByWhatPeopleKnow) {
    const std::vector<std::string> ids = add(3);
    const std::vector<std::string> second{ids[1]};
    EXPECT_EQ(deliveries_->by_tracking_code("TRACK-2"), second);
    EXPECT_EQ(deliveries_->by_national_code("0012345672"), second);
    EXPECT_EQ(deliveries_->by_card_serial("SERIAL-2"), second);
    const Date born = *card(2).birth_date;
    EXPECT_EQ(deliveries_->by_identity("0012345672", "123452", born), second);
    EXPECT_TRUE(deliveries_->by_identity("0012345672", "123453", born).empty());
    EXPECT_TRUE(deliveries_->by_tracking_code("TRACK-9").empty());
    EXPECT_TRUE(deliveries_->by_card_serial("TRACK-2").empty());
}

TEST_F(DeliveriesTest, IsFoundByANameInAnySpellingThatFoldsAlike) {
    const std::vector<std::string> ids = add(2);
    // Arabic yeh and kaf, and a half-space, in place of the Persian letters
    EXPECT_EQ(deliveries_->by_name("\u0643\u0631\u064a\u0645\u064a"), ids);
    EXPECT_EQ(deliveries_->by_name("\u0639\u0644\u064a  \u06a9\u0631\u06cc\u200c\u0645\u06cc"), ids);
    EXPECT_EQ(deliveries_->by_name("\u06a9\u0631\u06cc \u0645\u06cc"), ids);  // a space in place of the half-space
    EXPECT_TRUE(deliveries_->by_name("\u0631\u0636\u0627").empty());
}

TEST_F(DeliveriesTest, TwoRecordsCanNotShareATrackingCode) {
    add(1);
    EXPECT_EQ(code_of([&] { add(1); }), "delivery.tracking_code");
    EXPECT_EQ(deliveries_->counts().at(Stage::expected), 1);
}

TEST_F(DeliveriesTest, WithoutItsKeyTheStoreTellsNothing) {
    const std::string id = add(1).front();
    keys_.forget();
    EXPECT_EQ(code_of([&] { deliveries_->get(id); }), "sealed.locked");
    EXPECT_EQ(code_of([&] { deliveries_->by_tracking_code("TRACK-1"); }), "sealed.locked");
}

TEST_F(DeliveriesTest, OldRecordsAreFoundWhileKeysAreRotated) {
    const std::string id = add(1).front();
    keys_.add(2, SecretBytes(Bytes(StoreKeys::kKeySize, 0x22)));
    EXPECT_EQ(deliveries_->by_tracking_code("TRACK-1"), std::vector<std::string>{id});
    EXPECT_EQ(code_of([&] { add(1); }), "delivery.tracking_code");
    EXPECT_EQ(deliveries_->get(id).card.tracking_code, "TRACK-1");
}

TEST_F(DeliveriesTest, EveryMoveThatTheTableHasIsDoneAndNoOther) {
    for (int from = 1; from <= 8; ++from)
        for (int to = 1; to <= 8; ++to) {
            const std::string id = [&] {
                Transaction transaction(*database_);
                database_->prepare("INSERT OR IGNORE INTO manifest VALUES (1, x'00', 'S', 0, 0)").run();
                ExpectedCard each = card(10 * from + to);
                std::string made = deliveries_->add(transaction, each, 1, kNow);
                database_->prepare("UPDATE delivery SET stage = ? WHERE id = ?").with(from, made).run();
                transaction.commit();
                return made;
            }();
            const bool allowed = find_move(static_cast<Stage>(from), static_cast<Stage>(to)) != nullptr;
            EXPECT_EQ(code_of([&] { move(id, static_cast<Stage>(to), "a reason"); }),
                      allowed ? "nothing was thrown" : "delivery.stage");
            EXPECT_EQ(deliveries_->get(id).stage, static_cast<Stage>(allowed ? to : from));
        }
    EXPECT_EQ(journal_->size(), stage_moves().size());
    EXPECT_TRUE(journal_verifies());
}

TEST_F(DeliveriesTest, AMoveTellsWhoWhenAndWhyInRecordAndJournal) {
    const std::string id = add(1).front();
    move(id, Stage::arrived);
    const std::uint64_t position = move(id, Stage::missing, "not in its tray", kNow + std::chrono::seconds(60));
    const std::vector<MoveRecord> history = deliveries_->history(id);
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history[1].from, Stage::arrived);
    EXPECT_EQ(history[1].to, Stage::missing);
    EXPECT_EQ(history[1].act, "miss");
    EXPECT_EQ(history[1].actor, "operator-7");
    EXPECT_EQ(history[1].why, "not in its tray");
    EXPECT_EQ(history[1].at, kNow + std::chrono::seconds(60));
    EXPECT_EQ(history[1].journal, position);
    const boost::json::value entry = boost::json::parse(journal_->entries(position, 1).front());
    EXPECT_EQ(entry.at("kind"), "delivery.miss");
    EXPECT_FALSE(entry.at("facts").as_object().contains("why"));
    EXPECT_TRUE(opens(from_base64(std::string_view(entry.at("commitments").at("why").as_string()), Base64::url),
                      *deliveries_->salt(position, "why"), "why", "not in its tray"));

    const Bytes hash =
        from_base64(std::string_view(entry.at("commitments").at("national_code").as_string()), Base64::url);
    EXPECT_TRUE(opens(hash, *deliveries_->salt(position, "national_code"), "national_code", card(1).national_code));
    Transaction transaction(*database_);
    deliveries_->erase_salts(transaction, id);
    transaction.commit();
    EXPECT_FALSE(deliveries_->salt(position, "national_code"));
    EXPECT_TRUE(journal_verifies());
}

TEST_F(DeliveriesTest, AMoveIsRefusedWithoutAReasonBeforeItsTimeAndByOthers) {
    const std::string id = add(1).front();
    EXPECT_EQ(code_of([&] { move(id, Stage::missing); }), "delivery.reason");
    EXPECT_EQ(code_of([&] { move(id, Stage::arrived, {}, kNow - std::chrono::seconds(1)); }), "delivery.clock");
    EXPECT_EQ(code_of([&] { move("T1-99999999", Stage::arrived); }), "delivery.unknown");
    open("T2");
    EXPECT_EQ(code_of([&] { move(id, Stage::arrived); }), "delivery.custodian");
    EXPECT_EQ(journal_->size(), 0U);
}

TEST_F(DeliveriesTest, AMoveThatIsNotCommittedLeavesNoTrace) {
    const std::string id = add(1).front();
    {
        Transaction transaction(*database_);
        deliveries_->move(transaction, id, Stage::arrived, {"operator-7", kNow, {}, {}});
    }
    EXPECT_EQ(deliveries_->get(id).stage, Stage::expected);
    EXPECT_TRUE(deliveries_->history(id).empty());
    EXPECT_EQ(journal_->size(), 0U);
}

TEST_F(DeliveriesTest, PagesTheListsOfAStage) {
    const std::vector<std::string> ids = add(7);
    move(ids[3], Stage::arrived);
    std::vector<std::string> seen;
    std::optional<DeliveryLine> last;
    while (true) {
        const std::vector<DeliveryLine> page = deliveries_->page(Stage::expected, 4, last);
        if (page.empty()) break;
        EXPECT_LE(page.size(), 4U);
        for (const DeliveryLine& line : page) seen.push_back(line.id);
        last = page.back();
    }
    std::vector<std::string> left = ids;
    left.erase(left.begin() + 3);
    EXPECT_EQ(seen, left);
    EXPECT_EQ(deliveries_->counts(), (std::map<Stage, std::int64_t>{{Stage::expected, 6}, {Stage::arrived, 1}}));
}

TEST_F(DeliveriesTest, EverySearchAndListUsesAnIndex) {
    for (const std::string_view query :
         {"SELECT id FROM delivery WHERE tracking_index = ? ORDER BY id LIMIT ?",
          "SELECT id FROM delivery WHERE national_index = ? ORDER BY id LIMIT ?",
          "SELECT id FROM delivery WHERE identity_index = ? ORDER BY id LIMIT ?",
          "SELECT id FROM delivery WHERE serial_index = ? ORDER BY id LIMIT ?",
          "SELECT id FROM delivery WHERE name_index = ? ORDER BY id LIMIT ?",
          "SELECT id FROM delivery WHERE family_index = ? ORDER BY id LIMIT ?",
          "SELECT id, stage, since, batch, office FROM delivery WHERE stage = ? AND (since, id) > (?, ?) "
          "ORDER BY since, id LIMIT ?"}) {
        Statement plan = database_->prepare("EXPLAIN QUERY PLAN " + std::string(query));
        while (plan.step()) {
            EXPECT_TRUE(plan.text(3).starts_with("SEARCH delivery USING ")) << plan.text(3);
            EXPECT_EQ(plan.text(3).find("TEMP B-TREE"), std::string::npos) << query;
        }
    }
}

}  // namespace
}  // namespace tahvil::daemon
