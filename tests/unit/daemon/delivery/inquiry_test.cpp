#include "daemon/delivery/inquiry.h"

#include "daemon/error.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon {
namespace {

using test::kNow;
using Clock = Inquiry::Clock;

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char each) { return (static_cast<unsigned char>(each) & 0xC0U) != 0x80U; }));
}

class InquiryTest : public test::DeskTest {
protected:
    void SetUp() override {
        test::DeskTest::SetUp();
        Transaction transaction(*database_);
        database_->prepare("INSERT INTO manifest VALUES (1, x'00', 'S', 0, 1)").run();
        ExpectedCard known = card(1);
        known.national_code = "0012345679";
        known.tracking_code = "1234567890";
        id_ = deliveries_->add(transaction, known, 1, kNow);
        transaction.commit();
    }
    InquiryAnswer ask(std::string_view code) { return inquiry_.by_tracking_code(*deliveries_, "uid 1000", code, now_); }
    InquiryAnswer ask(std::string_view code, std::string_view serial, std::string_view born) {
        return inquiry_.by_identity(*deliveries_, "uid 1000", code, serial, born, now_);
    }

    Clock::time_point now_{std::chrono::hours(100)};
    Inquiry inquiry_{keys_, {}};
    std::string id_;
};

TEST_F(InquiryTest, AnswersByEitherKeyInAnyDigitsAndEitherCalendar) {
    EXPECT_EQ(ask("1234567890").stage, Stage::expected);
    EXPECT_EQ(ask(" \u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9\u06f0 ").stage, Stage::expected);
    EXPECT_EQ(ask("0012345679", "123451", "1990-03-21").stage, Stage::expected);
    EXPECT_EQ(ask("12345679", "\u0661\u0662\u0663\u0664\u0665\u0661", "1369-01-01").stage, Stage::expected);
}

TEST_F(InquiryTest, TellsStagePlaceFeeAndWhatToBring) {
    move(id_, Stage::arrived);
    const InquiryAnswer answer = ask("1234567890");
    EXPECT_EQ(answer.stage, Stage::arrived);
    EXPECT_EQ(answer.office, "O12");
    EXPECT_EQ(answer.fee, 200'000);
    EXPECT_EQ(answer.bring, (std::vector<std::string>{"birth_certificate", "old_card"}));
    EXPECT_NE(answer.text.find("O12"), std::string::npos);
    EXPECT_NE(answer.text.find("\u06f2\u06f0\u06f0\u06f0\u06f0\u06f0"), std::string::npos);
}

TEST_F(InquiryTest, UnknownAndWrongAreAnsweredAlike) {
    const InquiryAnswer unknown = ask("no such code");
    for (const InquiryAnswer& other :
         {ask("0012345679", "123452", "1990-03-21"), ask("0012345679", "123451", "1990-03-22"),
          ask("0084575948", "123451", "1990-03-21")}) {
        EXPECT_FALSE(other.stage);
        EXPECT_EQ(other.text, unknown.text);
        EXPECT_EQ(other.office, unknown.office);
        EXPECT_EQ(other.fee, unknown.fee);
        EXPECT_EQ(other.bring, unknown.bring);
        EXPECT_EQ(other.not_before, unknown.not_before);
    }
    EXPECT_EQ(ask("1234567890").not_before, unknown.not_before);
    EXPECT_EQ(unknown.not_before, now_ + std::chrono::milliseconds(250));
}

TEST_F(InquiryTest, ASubjectIsAskedForSoOftenAnHourKnownOrNot) {
    for (const std::string_view code : {"1234567890", "unknown"}) {
        for (int i = 0; i < 10; ++i) ask(code);
        EXPECT_EQ(thrown_code([&] { ask(code); }), "inquiry.too_many");
    }
    // Another serial for the same person does not help.
    for (int i = 0; i < 10; ++i) ask("0012345679", std::to_string(i), "1990-03-21");
    EXPECT_EQ(thrown_code([&] { ask("0012345679", "123451", "1990-03-21"); }), "inquiry.too_many");
    now_ += std::chrono::hours(1);
    EXPECT_EQ(ask("0012345679", "123451", "1990-03-21").stage, Stage::expected);
}

TEST_F(InquiryTest, ACallerAsksSoOftenAnHour) {
    for (int i = 0; i < 600; ++i) ask("code " + std::to_string(i));
    EXPECT_EQ(thrown_code([&] { ask("one more"); }), "inquiry.too_many");
    EXPECT_EQ(inquiry_.by_tracking_code(*deliveries_, "uid 1001", "1234567890", now_).stage, Stage::expected);
}

TEST_F(InquiryTest, WhatIsNoCodeOrDateIsRefusedBeforeAnythingIsLookedUp) {
    EXPECT_EQ(thrown_code([&] { ask("  "); }), "inquiry.empty");
    EXPECT_EQ(thrown_code([&] { ask(std::string(1000, '1')); }), "inquiry.empty");
    EXPECT_EQ(thrown_code([&] { ask("0012345678", "1", "1990-03-21"); }), "national_code.check_digit");
    EXPECT_EQ(thrown_code([&] { ask("0012345679", "1", "1404-12-30"); }), "date.no_such_day");
}

TEST_F(InquiryTest, OfACardThatWasOrderedAgainTheLastIsMeant) {
    move(id_, Stage::withdrawn, "wrong name");
    Transaction transaction(*database_);
    ExpectedCard again = card(1);
    again.national_code = "0012345679";
    deliveries_->add(transaction, again, 1, kNow + std::chrono::hours(1));
    transaction.commit();
    EXPECT_EQ(ask("0012345679", "123451", "1990-03-21").stage, Stage::expected);
}

TEST(ShortText, FitsOneSegmentAtEveryStage) {
    const std::string long_name(200, 'x');
    for (int i = 0; i <= 8; ++i)
        for (const std::string_view office : {std::string_view(), std::string_view("O12"), std::string_view(long_name)})
            for (const std::int64_t fee : {std::int64_t{0}, std::int64_t{999'999'999'999}}) {
                const std::string text =
                    short_text(i == 0 ? std::optional<Stage>() : static_cast<Stage>(i), office, fee);
                EXPECT_LE(characters(text), kShortText) << text;
                EXPECT_FALSE(text.empty());
            }
}

}  // namespace
}  // namespace tahvil::daemon
