#include "daemon/text/office_calendar.h"

#include <gtest/gtest.h>

#include "daemon/text/time.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

OfficeDays tehran() {
    OfficeDays days;
    days.time_zone = "Asia/Tehran";
    days.holidays = {"01-01", "01-02", "01-03", "01-04", "12-29", "2026-05-27"};
    return days;
}

TEST(OfficeCalendar, CountsDaysByTheOfficesClock) {
    const OfficeCalendar calendar(tehran());
    EXPECT_EQ(to_iso(calendar.day_of(parse_iso_time("2026-11-22T20:29:59Z"))), "2026-11-22");
    EXPECT_EQ(to_iso(calendar.day_of(parse_iso_time("2026-11-22T20:30:00Z"))), "2026-11-23");
    EXPECT_EQ(to_iso(calendar.beginning_of(parse_iso_date("2026-11-23"))), "2026-11-22T20:30:00Z");

    EXPECT_EQ(calendar.clock_of(parse_iso_time("2026-11-22T20:29:59Z")), "23:59");
    EXPECT_EQ(calendar.clock_of(parse_iso_time("2026-11-22T20:31:00Z")), "00:01");

    OfficeDays berlin;
    berlin.time_zone = "Europe/Berlin";
    berlin.weekend = {"saturday", "sunday"};
    const OfficeCalendar abroad(berlin);
    EXPECT_EQ(to_iso(abroad.beginning_of(parse_iso_date("2026-07-01"))), "2026-06-30T22:00:00Z");
    EXPECT_EQ(to_iso(abroad.beginning_of(parse_iso_date("2026-12-01"))), "2026-11-30T23:00:00Z");
    EXPECT_TRUE(abroad.is_open(parse_iso_date("2026-11-26")));   // a Thursday
    EXPECT_FALSE(abroad.is_open(parse_iso_date("2026-11-28")));  // a Saturday
}

TEST(OfficeCalendar, KnowsWeekendsAndHolidaysOfAYearAndOfAll) {
    const OfficeCalendar calendar(tehran());
    EXPECT_TRUE(calendar.is_open(parse_iso_date("2026-11-25")));
    EXPECT_FALSE(calendar.is_open(parse_iso_date("2026-11-26")));  // Thursday
    EXPECT_FALSE(calendar.is_open(parse_iso_date("2026-11-27")));  // Friday
    EXPECT_TRUE(calendar.is_open(parse_iso_date("2026-11-28")));
    EXPECT_FALSE(calendar.is_open(parse_typed_date("1406-01-01")));
    EXPECT_FALSE(calendar.is_open(parse_typed_date("1409-01-01")));
    EXPECT_FALSE(calendar.is_open(parse_iso_date("2026-05-27")));
    EXPECT_TRUE(calendar.is_open(parse_iso_date("2025-05-27")));
}

TEST(OfficeCalendar, ATermEndsOnADayOnWhichSomebodyIsThere) {
    const OfficeCalendar calendar(tehran());
    EXPECT_EQ(to_iso(calendar.end_of_term(parse_iso_date("2026-11-18"), 7)), "2026-11-25");
    EXPECT_EQ(to_iso(calendar.end_of_term(parse_iso_date("2026-11-19"), 7)), "2026-11-28");  // over the weekend
    // Over 29 Esfand and Nowruz: 1405-12-29 is a Saturday, 1406-01-05 a Thursday.
    EXPECT_EQ(to_solar_hijri(calendar.end_of_term(parse_typed_date("1405-12-22"), 7)), "1406-01-07");
    const Date today = parse_iso_date("2026-11-28");
    EXPECT_EQ(to_iso(calendar.latest_start(today, 7)), "2026-11-21");
    EXPECT_EQ(to_iso(calendar.latest_start(parse_iso_date("2026-11-27"), 7)), "2026-11-18");
}

TEST(OfficeCalendar, LatestStartIsTheInverseOfEndOfTerm) {
    const OfficeCalendar calendar(tehran());
    for (int day = 0; day < 800; ++day) {
        const std::chrono::sys_days today =
            std::chrono::sys_days(parse_iso_date("2026-01-01")) + std::chrono::days(day);
        for (const int days : {0, 1, 30, 90}) {
            const std::chrono::sys_days start = calendar.latest_start(Date{today}, days);
            EXPECT_LE(std::chrono::sys_days(calendar.end_of_term(Date{start}, days)), today);
            EXPECT_GT(std::chrono::sys_days(calendar.end_of_term(Date{start + std::chrono::days(1)}, days)), today);
        }
    }
}

TEST(OfficeCalendar, NamesWhatIsWrong) {
    const auto code = [](const auto& change) {
        OfficeDays days = tehran();
        change(days);
        return thrown_code([&] { OfficeCalendar calendar(days); });
    };
    EXPECT_EQ(code([](OfficeDays& days) { days.time_zone = "Asia/Nowhere"; }), "calendar.time_zone");
    EXPECT_EQ(code([](OfficeDays& days) { days.weekend = {"someday"}; }), "calendar.weekend");
    EXPECT_EQ(code([](OfficeDays& days) {
                  days.weekend = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
              }),
              "calendar.weekend");
    for (const char* const day : {"13-01", "1404-12-30", "07-31", "x", ""})
        EXPECT_EQ(code([&](OfficeDays& days) { days.holidays = {day}; }), "calendar.holiday") << day;
}

}  // namespace
}  // namespace tahvil::daemon
