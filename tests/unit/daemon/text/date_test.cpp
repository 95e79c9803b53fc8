#include "daemon/text/date.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::daemon {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

std::string refusal(std::string_view typed) {
    try {
        parse_typed_date(typed);
    } catch (const InvalidInput& error) {
        return std::string(error.code());
    }
    return "taken";
}

TEST(TypedDate, AYearBelow1700IsSolarHijri) {
    EXPECT_EQ(to_iso(parse_typed_date("1403-12-30")), "2025-03-20");
    EXPECT_EQ(to_iso(parse_typed_date("1357-11-22")), "1979-02-11");
    EXPECT_EQ(to_iso(parse_typed_date("2025-03-20")), "2025-03-20");
    EXPECT_EQ(to_iso(parse_typed_date("1700-01-01")), "1700-01-01");
}

TEST(TypedDate, TakesPersianAndArabicDigits) {
    EXPECT_EQ(to_iso(parse_typed_date("۱۴۰۳-۱۲-۳۰")), "2025-03-20");
    EXPECT_EQ(to_iso(parse_typed_date("١٤٠٣-١٢-٣٠")), "2025-03-20");
}

TEST(TypedDate, RefusesDaysThatTheCalendarDoesNotHave) {
    EXPECT_EQ(refusal("1404-12-30"), "date.no_such_day");
    EXPECT_EQ(refusal("1403-07-31"), "date.no_such_day");
    EXPECT_EQ(refusal("1403-13-01"), "date.no_such_day");
    EXPECT_EQ(refusal("1403-00-01"), "date.no_such_day");
    EXPECT_EQ(refusal("1403-01-00"), "date.no_such_day");
    EXPECT_EQ(refusal("0000-01-01"), "date.no_such_day");
    EXPECT_EQ(refusal("2025-02-29"), "date.no_such_day");
    EXPECT_EQ(refusal("2025-04-31"), "date.no_such_day");
}

TEST(TypedDate, RefusesOtherForms) {
    for (const auto* typed : {"", "1403", "1403/12/30", "1403-1-2", "14031230", "1403-12-30 ", " 403-12-30",
                              "+403-12-30", "1403-12-3a", "30-12-1403"}) {
        EXPECT_EQ(refusal(typed), "date.syntax") << typed;
    }
}

TEST(IsoDate, IsAlwaysGregorianAndAscii) {
    EXPECT_EQ(to_iso(parse_iso_date("1403-12-30")), "1403-12-30");
    EXPECT_THROW(parse_iso_date("۲۰۲۵-۰۳-۲۰"), InvalidInput);
}

TEST(SolarHijri, IsShownForEveryDayAsItWasTyped) {
    const auto first = sys_days(parse_typed_date("1300-01-01"));
    const auto last = sys_days(parse_typed_date("1450-01-01"));
    for (auto day = first; day < last; day += days(1)) {
        const std::string shown = to_solar_hijri(day);
        ASSERT_EQ(sys_days(parse_typed_date(shown)), day) << shown;
    }
}

TEST(SolarHijri, AgreesWithTheOfficialLeapYears) {
    const auto path = std::filesystem::path(TAHVIL_SHARED) / "vectors" / "kabise.txt";
    std::ifstream file(path);
    if (!file) GTEST_SKIP() << "Skipped: " << path << " is not there";
    std::string line;
    int years = 0;
    while (std::getline(file, line)) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream fields(line);
        std::string year, first_day;
        fields >> year >> first_day;
        const bool leap = year.find('*') != std::string::npos;
        year = year.substr(0, 4);
        EXPECT_EQ(to_iso(parse_typed_date(year + "-01-01")), first_day);
        EXPECT_EQ(to_solar_hijri(parse_iso_date(first_day)), year + "-01-01");
        EXPECT_EQ(refusal(year + "-12-30"), leap ? "taken" : "date.no_such_day") << year;
        ++years;
    }
    EXPECT_EQ(years, 1498 - 1206 + 1);
}

}  // namespace
}  // namespace tahvil::daemon
