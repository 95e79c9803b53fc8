#include "daemon/text/date.h"

#include <memory>

#include <unicode/calendar.h>
#include <unicode/timezone.h>

#include "crypto/error.h"
#include "daemon/text/digits.h"

namespace tahvil::daemon {

namespace {

constexpr int kFirstGregorianYear = 1700;
constexpr double kMillisecondsPerDay = 86'400'000;

struct Numbers {
    int year = 0;
    int month = 0;
    int day = 0;
};

InvalidInput bad_syntax() {
    return {"date.syntax", "a date is not of the form YYYY-MM-DD",
            "Type four digits for the year, two for the month and two for the day, such as 1403-12-30 or 2025-03-20."};
}

InvalidInput no_such_day(std::string_view calendar) {
    return {"date.no_such_day", "there is no such day in the " + std::string(calendar) + " calendar",
            "Check day and month. A year below 1700 is taken as Solar Hijri."};
}

Numbers split(std::string_view text) {
    constexpr std::string_view pattern = "0000-00-00";
    if (text.size() != pattern.size()) throw bad_syntax();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool fits = pattern[i] == '-' ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
        if (!fits) throw bad_syntax();
    }
    const auto number = [&](std::size_t from, std::size_t digits) {
        int value = 0;
        for (const char digit : text.substr(from, digits)) value = value * 10 + (digit - '0');
        return value;
    };
    return {number(0, 4), number(5, 2), number(8, 2)};
}

Date gregorian(const Numbers& numbers) {
    const Date date{std::chrono::year(numbers.year), std::chrono::month(static_cast<unsigned>(numbers.month)),
                    std::chrono::day(static_cast<unsigned>(numbers.day))};
    if (!date.ok() || numbers.year == 0) throw no_such_day("Gregorian");
    return date;
}

void require(UErrorCode status) {
    if (U_FAILURE(status)) throw Error("date.calendar", std::string("the calendar fails: ") + u_errorName(status));
}

std::unique_ptr<icu::Calendar> persian_calendar() {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Calendar> calendar(
        icu::Calendar::createInstance(*icu::TimeZone::getGMT(), icu::Locale("fa@calendar=persian"), status));
    require(status);
    calendar->clear();
    calendar->setLenient(false);
    return calendar;
}

Date solar_hijri(const Numbers& numbers) {
    if (numbers.year == 0 || numbers.month == 0) throw no_such_day("Solar Hijri");
    const auto calendar = persian_calendar();
    calendar->set(UCAL_EXTENDED_YEAR, numbers.year);
    calendar->set(UCAL_MONTH, numbers.month - 1);
    calendar->set(UCAL_DATE, numbers.day);
    UErrorCode status = U_ZERO_ERROR;
    const UDate time = calendar->getTime(status);
    if (status == U_ILLEGAL_ARGUMENT_ERROR) throw no_such_day("Solar Hijri");
    require(status);
    return std::chrono::sys_days(std::chrono::days(static_cast<int>(time / kMillisecondsPerDay)));
}

std::string dashed(int year, unsigned month, unsigned day) {
    const auto two = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
    std::string digits = std::to_string(year);
    digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
    return digits + two(month) + two(day);
}

}  // namespace

Date parse_typed_date(std::string_view text) {
    const Numbers numbers = split(with_ascii_digits(text));
    return numbers.year < kFirstGregorianYear ? solar_hijri(numbers) : gregorian(numbers);
}

Date parse_iso_date(std::string_view text) {
    return gregorian(split(text));
}

std::string to_iso(Date date) {
    return dashed(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()));
}

std::string to_solar_hijri(Date date) {
    const auto calendar = persian_calendar();
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    UErrorCode status = U_ZERO_ERROR;
    calendar->setTime(static_cast<double>(days) * kMillisecondsPerDay, status);
    const int year = calendar->get(UCAL_EXTENDED_YEAR, status);
    const int month = calendar->get(UCAL_MONTH, status) + 1;
    const int day = calendar->get(UCAL_DATE, status);
    require(status);
    return dashed(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
}

}  // namespace tahvil::daemon
