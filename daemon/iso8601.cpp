#include "daemon/iso8601.h"

#include <charconv>

namespace tahvil::daemon {

namespace {

void append_number(std::string& to, unsigned number, std::size_t width) {
    const std::string digits = std::to_string(number);
    if (digits.size() < width) to.append(width - digits.size(), '0');
    to += digits;
}

/// Takes `width` digits and then the separator off the front; nothing when they are not there.
std::optional<unsigned> take(std::string_view& text, std::size_t width, std::string_view separator) {
    if (text.size() < width + separator.size() || text.substr(width, separator.size()) != separator)
        return std::nullopt;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + width, number);
    if (error != std::errc{} || end != text.data() + width) return std::nullopt;
    text.remove_prefix(width + separator.size());
    return number;
}

std::optional<std::chrono::year_month_day> take_date(std::string_view& text, std::string_view separator) {
    const auto year = take(text, 4, "-");
    if (!year) return std::nullopt;
    const auto month = take(text, 2, "-");
    if (!month) return std::nullopt;
    const auto day = take(text, 2, separator);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok()) return std::nullopt;
    return date;
}

}  // namespace

std::string to_iso8601(std::chrono::year_month_day date) {
    std::string text;
    append_number(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    text += '-';
    append_number(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_number(text, static_cast<unsigned>(date.day()), 2);
    return text;
}

std::string to_iso8601(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::hh_mm_ss clock{time - day};
    std::string text = to_iso8601(std::chrono::year_month_day{day});
    text += 'T';
    append_number(text, static_cast<unsigned>(clock.hours().count()), 2);
    text += ':';
    append_number(text, static_cast<unsigned>(clock.minutes().count()), 2);
    text += ':';
    append_number(text, static_cast<unsigned>(clock.seconds().count()), 2);
    text += 'Z';
    return text;
}

std::optional<std::chrono::year_month_day> date_from_iso8601(std::string_view text) {
    const auto date = take_date(text, "");
    if (!text.empty()) return std::nullopt;
    return date;
}

std::optional<std::chrono::sys_seconds> time_from_iso8601(std::string_view text) {
    const auto date = take_date(text, "T");
    if (!date) return std::nullopt;
    const auto hours = take(text, 2, ":");
    if (!hours || *hours > 23) return std::nullopt;
    const auto minutes = take(text, 2, ":");
    if (!minutes || *minutes > 59) return std::nullopt;
    const auto seconds = take(text, 2, "Z");
    if (!seconds || *seconds > 59 || !text.empty()) return std::nullopt;
    return std::chrono::sys_days{*date} + std::chrono::hours{*hours} + std::chrono::minutes{*minutes} +
           std::chrono::seconds{*seconds};
}

}  // namespace tahvil::daemon
