#include "daemon/delivery/uncollected.h"

#include "daemon/delivery/inquiry.h"
#include "daemon/text/length.h"
#include "daemon/text/time.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon {
namespace {

using test::kNow;
using Outcome = SendResult::Outcome;
namespace chrono = std::chrono;

OfficeDays tehran() {
    OfficeDays days;
    days.time_zone = "Asia/Tehran";
    return days;
}

class UncollectedTest : public test::DeskTest {
protected:
    void SetUp() override {
        test::DeskTest::SetUp();
        ids_ = add(5);
        make();
    }
    void make() {
        outbox_ = std::make_unique<Outbox>(*database_, *deliveries_, OutboxRules{},
                                           [this](chrono::sys_seconds at) { return uncollected_->returns_on(at); });
        uncollected_ = std::make_unique<Uncollected>(*database_, *deliveries_, *outbox_, calendar_, UncollectedTerms{});
    }
    void TearDown() override {
        uncollected_.reset();
        outbox_.reset();
        test::DeskTest::TearDown();
    }

    static chrono::sys_seconds day(int number) { return kNow + chrono::days(number); }
    static Act service(chrono::sys_seconds at) { return {"service", at, {}, {}}; }
    std::size_t send(chrono::sys_seconds at, Outcome outcome = Outcome::sent, const std::string& problem = {}) {
        return send_due(
            with_outbox_,
            [&](const NoticeMessage& message) {
                sent_.push_back(message);
                return SendResult{outcome, problem, "R-" + std::to_string(sent_.size())};
            },
            [at] { return at; }, 100);
    }
    std::vector<std::string> listed(chrono::sys_seconds at, int days) {
        std::vector<std::string> ids;
        for (const UncollectedLine& line : uncollected_->page(at, days, 100)) ids.push_back(line.id);
        return ids;
    }
    std::vector<std::string> kinds(const std::string& id) {
        std::vector<std::string> names;
        for (const Notice& notice : outbox_->of(id))
            names.push_back(std::string(name(notice.kind)) + " " + std::string(name(notice.state)));
        return names;
    }

    const OfficeCalendar calendar_{tehran()};
    std::vector<std::string> ids_;
    std::vector<NoticeMessage> sent_;
    std::unique_ptr<Outbox> outbox_;
    std::function<void(const std::function<void(Outbox&)>&)> with_outbox_ = [this](const auto& work) {
        work(*outbox_);
    };
    std::unique_ptr<Uncollected> uncollected_;
};

TEST_F(UncollectedTest, ListsByAgeAsPages) {
    for (int i = 0; i < 4; ++i) move(ids_[static_cast<std::size_t>(i)], Stage::arrived, {}, day(3 - i));
    EXPECT_TRUE(listed(day(5), 6).empty());
    EXPECT_EQ(listed(day(5), 5), std::vector<std::string>{ids_[3]});
    EXPECT_EQ(listed(day(5), 0), (std::vector<std::string>{ids_[3], ids_[2], ids_[1], ids_[0]}));
    const std::vector<UncollectedLine> first = uncollected_->page(day(5), 0, 3);
    ASSERT_EQ(first.size(), 3U);
    EXPECT_EQ(first[0].days, 5);
    EXPECT_EQ(first[0].batch, "B1");
    EXPECT_FALSE(first[0].notice);
    EXPECT_EQ(first[0].returns_on, uncollected_->returns_on(kNow));
    const std::vector<UncollectedLine> rest = uncollected_->page(day(5), 0, 3, first.back());
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].id, ids_[0]);
}

TEST_F(UncollectedTest, ACardPutBackFromTheDeskIsNoYounger) {
    move(ids_[0], Stage::arrived, {}, day(0));
    move(ids_[0], Stage::presented, {}, day(10));
    EXPECT_TRUE(listed(day(10), 0).empty());
    move(ids_[0], Stage::arrived, "the holder went away", day(10));
    EXPECT_EQ(uncollected_->page(day(12), 0, 1).at(0).days, 12);
    move(ids_[0], Stage::missing, "not in its place", day(13));
    move(ids_[0], Stage::arrived, {}, day(14));
    EXPECT_EQ(uncollected_->page(day(15), 0, 1).at(0).days, 1);
}

TEST_F(UncollectedTest, TellsTheHolderOnArrivalAgainAndForTheLastTimeEachOnce) {
    move(ids_[0], Stage::arrived);
    for (int today = 0; today <= 100; ++today) {
        uncollected_->raise_notices(10, service(day(today)));
        send(day(today));
    }
    ASSERT_EQ(sent_.size(), 3U);
    EXPECT_EQ(sent_[0].kind, NoticeKind::arrival);
    EXPECT_EQ(sent_[1].kind, NoticeKind::reminder);
    EXPECT_EQ(sent_[2].kind, NoticeKind::final);
    EXPECT_EQ(sent_[0].id, "T1-N1");
    EXPECT_EQ(sent_[0].phone, "09120000000");
    EXPECT_EQ(deliveries_->get(ids_[0]).stage, Stage::notified);
    EXPECT_EQ(kinds(ids_[0]), (std::vector<std::string>{"arrival sent", "reminder sent", "final sent"}));
    EXPECT_EQ(uncollected_->page(day(100), 0, 1).at(0).notice, NoticeKind::final);
    EXPECT_TRUE(journal_verifies());
}

TEST_F(UncollectedTest, AnOfficeThatWasClosedLongSendsOnlyTheLastOfWhatIsDue) {
    move(ids_[0], Stage::arrived);
    EXPECT_EQ(uncollected_->raise_notices(10, service(day(0))), 1U);
    EXPECT_EQ(uncollected_->raise_notices(10, service(day(80))), 1U);
    EXPECT_EQ(kinds(ids_[0]), (std::vector<std::string>{"arrival cancelled", "final waiting"}));
    EXPECT_EQ(uncollected_->raise_notices(10, service(day(80))), 0U);
}

TEST_F(UncollectedTest, RaisesNoMoreThanTheLimitAtOnce) {
    for (const std::string& id : ids_) move(id, Stage::arrived);
    EXPECT_EQ(uncollected_->raise_notices(3, service(day(0))), 3U);
    EXPECT_EQ(uncollected_->raise_notices(3, service(day(0))), 2U);
    EXPECT_EQ(uncollected_->raise_notices(3, service(day(0))), 0U);
}

TEST_F(UncollectedTest, MayGoBackWhenItsTermHasEndedOnAnOpenDay) {
    move(ids_[0], Stage::arrived);
    const Date last = uncollected_->returns_on(kNow);
    EXPECT_TRUE(calendar_.is_open(last));
    const chrono::sys_seconds begins = calendar_.beginning_of(last);
    EXPECT_TRUE(uncollected_->overdue(begins - chrono::seconds(1), 10).empty());
    EXPECT_EQ(uncollected_->overdue(begins, 10), std::vector<std::string>{ids_[0]});
}

TEST_F(UncollectedTest, TriesAgainLaterAndLaterAndGivesUp) {
    move(ids_[0], Stage::arrived);
    uncollected_->raise_notices(10, service(kNow));
    chrono::sys_seconds now = kNow;
    std::vector<chrono::seconds> waits;
    for (int i = 0; i < 7; ++i) {
        EXPECT_EQ(send(now, Outcome::try_again, "http_503"), 1U);
        const Notice notice = outbox_->of(ids_[0]).front();
        EXPECT_EQ(notice.state, NoticeState::waiting);
        EXPECT_EQ(notice.problem, "http_503");
        ASSERT_TRUE(notice.next_try);
        waits.push_back(*notice.next_try - now);
        EXPECT_EQ(send(*notice.next_try - chrono::seconds(1)), 0U);
        now = *notice.next_try;
    }
    EXPECT_EQ(waits.front(), chrono::minutes(1));
    EXPECT_EQ(waits.back(), chrono::minutes(64));
    EXPECT_EQ(send(now, Outcome::try_again, "http_503"), 1U);
    EXPECT_EQ(kinds(ids_[0]), std::vector<std::string>{"arrival failed"});
    EXPECT_EQ(deliveries_->get(ids_[0]).stage, Stage::arrived);
    EXPECT_EQ(outbox_->page(NoticeState::failed, 10).size(), 1U);
    EXPECT_EQ(sent_.back().attempt, 8U);
    EXPECT_EQ(send(day(300)), 0U);
}

TEST_F(UncollectedTest, ARefusedNoticeIsNotTriedAgain) {
    move(ids_[0], Stage::arrived);
    uncollected_->raise_notices(10, service(kNow));
    send(kNow, Outcome::refused, "exit_status_1");
    EXPECT_EQ(kinds(ids_[0]), std::vector<std::string>{"arrival failed"});
    EXPECT_EQ(send(day(300)), 0U);
}

TEST_F(UncollectedTest, WithoutAPhoneThereIsSomethingToSeeForTheOffice) {
    ExpectedCard unreachable = card(9);
    unreachable.phone.clear();
    std::string id;
    {
        Transaction transaction(*database_);
        id = deliveries_->add(transaction, unreachable, 1, kNow);
        transaction.commit();
    }
    move(id, Stage::arrived);
    EXPECT_EQ(uncollected_->raise_notices(10, service(kNow)), 1U);
    const std::vector<Notice> failed = outbox_->page(NoticeState::failed, 10);
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].problem, "no_phone");
    EXPECT_EQ(send(day(1)), 0U);
}

TEST_F(UncollectedTest, NobodyIsToldOfACardThatIsGone) {
    move(ids_[0], Stage::arrived);
    uncollected_->raise_notices(10, service(kNow));
    move(ids_[0], Stage::withdrawn, "called back");
    EXPECT_EQ(send(day(1)), 0U);
    EXPECT_EQ(kinds(ids_[0]), std::vector<std::string>{"arrival cancelled"});
    EXPECT_TRUE(sent_.empty());
}

TEST_F(UncollectedTest, ACrashWhileSendingSendsTheSameNoticeAgain) {
    move(ids_[0], Stage::arrived);
    uncollected_->raise_notices(10, service(kNow));
    struct PowerCut {};
    std::string first;
    const auto cut = [&](const NoticeMessage& message) -> SendResult {
        first = message.id;
        throw PowerCut{};
    };
    EXPECT_THROW(send_due(
                     with_outbox_, cut, [] { return kNow; }, 10),
                 PowerCut);
    open();
    make();
    EXPECT_EQ(send(kNow), 0U);  // another daemon may be at it
    EXPECT_EQ(send(kNow + chrono::minutes(1)), 1U);
    EXPECT_EQ(sent_.back().id, first);
    EXPECT_EQ(sent_.back().attempt, 2U);
    EXPECT_EQ(kinds(ids_[0]), std::vector<std::string>{"arrival sent"});
}

TEST_F(UncollectedTest, TakesWhatBecameOfANotice) {
    move(ids_[0], Stage::arrived);
    move(ids_[1], Stage::arrived);
    uncollected_->raise_notices(10, service(kNow));
    EXPECT_EQ(thrown_code([&] { outbox_->feedback("T1-N1", true, {}, service(kNow)); }), "notice.state");
    send(kNow);
    outbox_->feedback("T1-N1", true, {}, service(kNow));
    outbox_->feedback("T1-N1", true, {}, service(kNow));
    outbox_->feedback("T1-N2", false, "no_such_number", service(kNow));
    EXPECT_EQ(kinds(ids_[0]), std::vector<std::string>{"arrival delivered"});
    EXPECT_EQ(kinds(ids_[1]), std::vector<std::string>{"arrival failed"});
    EXPECT_EQ(outbox_->of(ids_[1]).front().problem, "no_such_number");
    for (const char* const id : {"T1-N9", "T2-N1", "T1-N01", "T1-N1x", "N1", ""})
        EXPECT_EQ(thrown_code([&] { outbox_->feedback(id, true, {}, service(kNow)); }), "notice.unknown") << id;
    EXPECT_TRUE(journal_verifies());
}

TEST_F(UncollectedTest, EveryListUsesAnIndex) {
    for (const std::string_view query :
         {"SELECT id, stage, arrived_at, noticed, batch, office FROM delivery INDEXED BY delivery_by_arrival WHERE "
          "stage IN (2, 3) "
          "AND (arrived_at, id) > (?, ?) AND arrived_at < ? ORDER BY arrived_at, id LIMIT ?",
          "SELECT id FROM delivery INDEXED BY delivery_by_notice WHERE stage IN (2, 3) AND noticed = ? AND arrived_at "
          "< ? ORDER BY arrived_at, id "
          "LIMIT ?",
          "SELECT id FROM delivery INDEXED BY delivery_by_arrival WHERE stage IN (2, 3) AND arrived_at < ? ORDER BY "
          "arrived_at, id LIMIT ?",
          "SELECT id FROM notice WHERE next_try IS NOT NULL AND next_try <= ? ORDER BY next_try, id LIMIT 1",
          "SELECT id FROM notice WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
          "SELECT id FROM notice WHERE delivery = ? ORDER BY id"}) {
        Statement plan = database_->prepare("EXPLAIN QUERY PLAN " + std::string(query));
        while (plan.step()) {
            EXPECT_TRUE(plan.text(3).starts_with("SEARCH ")) << query << ": " << plan.text(3);
            EXPECT_EQ(plan.text(3).find("TEMP B-TREE"), std::string::npos) << query;
        }
    }
}

TEST(NoticeText, FitsOneSegmentAndOneScreenWhateverTheOfficeIsCalled) {
    const std::string longest = "پیشخوان دولت شهید بهشتی شعبه خیابان ولیعصر کد ۷۲-۱۴-۱۲۳۴";
    const Date last = parse_typed_date("1405-09-20");
    for (const NoticeKind kind : {NoticeKind::arrival, NoticeKind::reminder, NoticeKind::final})
        for (const std::string& office : {std::string(), std::string("۱۲"), longest})
            for (const std::int64_t fee : {std::int64_t{0}, std::int64_t{200'000}, std::int64_t{9'999'999'999}})
                for (const std::optional<Date>& day : {std::optional<Date>(), std::optional(last)}) {
                    const std::string text = notice_text(kind, office, fee, day);
                    EXPECT_LE(utf16_units(text), kShortText) << text;
                    EXPECT_NE(text.find("کارت شما"), std::string::npos);
                }
    EXPECT_EQ(notice_text(NoticeKind::final, "۱۲", 0, last), "آخرین اعلام: کارت شما در دفتر ۱۲ است. مهلت: ۱۴۰۵/۰۹/۲۰");
}

}  // namespace
}  // namespace tahvil::daemon
