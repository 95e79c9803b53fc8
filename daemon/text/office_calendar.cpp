#include "daemon/text/office_calendar.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <unicode/timezone.h>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

namespace chrono = std::chrono;
using std::chrono::sys_days;

constexpr std::array<std::string_view, 7> kWeekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};
constexpr int kLongestClosure = 60;  // days in a row, against a calendar that is never open
constexpr double kMillisecondsPerSecond = 1000;

/// Seconds that the office's clock is ahead of UTC.
chrono::seconds offset(const icu::TimeZone& zone, chrono::seconds since_epoch, bool local) {
    UErrorCode status = U_ZERO_ERROR;
    std::int32_t raw = 0;
    std::int32_t summer = 0;
    zone.getOffset(static_cast<double>(since_epoch.count()) * kMillisecondsPerSecond, static_cast<UBool>(local), raw,
                   summer, status);
    if (U_FAILURE(status))
        throw Error("calendar.time_zone", std::string("the time zone fails: ") + u_errorName(status));
    return chrono::seconds((raw + summer) / 1000);
}

std::unique_ptr<icu::TimeZone> time_zone(const std::string& name) {
    if (name.empty()) return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createDefault());
    std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
    if (*zone == icu::TimeZone::getUnknown())
        throw InvalidInput("calendar.time_zone", "a time zone that is not known", "Name it as in Asia/Tehran.");
    return zone;
}

}  // namespace

struct OfficeCalendar::Zone {
    std::unique_ptr<icu::TimeZone> icu;
};

OfficeCalendar::OfficeCalendar(const OfficeDays& days)
    : zone_(std::make_unique<Zone>(Zone{time_zone(days.time_zone)})) {
    for (const std::string& name : days.weekend) {
        const auto* const found = std::ranges::find(kWeekdays, name);
        if (found == kWeekdays.end())
            throw InvalidInput("calendar.weekend", "a day of the week that is not known",
                               "Name it in English as in thursday.");
        weekend_.insert(static_cast<unsigned>(found - kWeekdays.begin()));
    }
    if (weekend_.size() == kWeekdays.size())
        throw InvalidInput("calendar.weekend", "an office that is never open", "Leave a working day in the week.");
    for (const std::string& text : days.holidays) {
        constexpr std::size_t kMonthAndDay = 5;
        try {
            // Every year has them but for the last of a leap year, which 1403 has.
            if (text.size() == kMonthAndDay && parse_typed_date("1403-" + text).ok())
                yearly_.insert(text);
            else
                holidays_.insert(sys_days(parse_typed_date(text)));
        } catch (const InvalidInput&) {
            throw InvalidInput("calendar.holiday", "a holiday that is no day",
                               "Write it as 1405-01-01, or as 01-01 for every year of the Solar Hijri calendar.");
        }
    }
}

OfficeCalendar::OfficeCalendar(OfficeCalendar&&) noexcept = default;
OfficeCalendar& OfficeCalendar::operator=(OfficeCalendar&&) noexcept = default;
OfficeCalendar::~OfficeCalendar() = default;

Date OfficeCalendar::day_of(chrono::sys_seconds time) const {
    return Date{chrono::floor<chrono::days>(time + offset(*zone_->icu, time.time_since_epoch(), false))};
}

std::string OfficeCalendar::clock_of(chrono::sys_seconds time) const {
    const chrono::sys_seconds local = time + offset(*zone_->icu, time.time_since_epoch(), false);
    const chrono::hh_mm_ss clock{local - chrono::floor<chrono::days>(local)};
    const auto two_digits = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two_digits(clock.hours().count()) + ":" + two_digits(clock.minutes().count());
}

chrono::sys_seconds OfficeCalendar::beginning_of(Date day) const {
    const chrono::sys_seconds midnight = sys_days(day);
    return midnight - offset(*zone_->icu, midnight.time_since_epoch(), true);
}

bool OfficeCalendar::is_open(Date day) const {
    return !weekend_.contains(chrono::weekday(sys_days(day)).c_encoding()) && !holidays_.contains(sys_days(day)) &&
           !yearly_.contains(to_solar_hijri(day).substr(5));
}

Date OfficeCalendar::end_of_term(Date from, int days) const {
    sys_days end = sys_days(from) + chrono::days(days);
    for (int i = 0; i < kLongestClosure && !is_open(Date{end}); ++i) end += chrono::days(1);
    return Date{end};
}

Date OfficeCalendar::latest_start(Date today, int days) const {
    sys_days start = sys_days(today) - chrono::days(days);
    for (int i = 0; i < kLongestClosure && sys_days(end_of_term(Date{start}, days)) > sys_days(today); ++i)
        start -= chrono::days(1);
    return Date{start};
}

}  // namespace tahvil::daemon
