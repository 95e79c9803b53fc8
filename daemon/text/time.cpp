#include "daemon/text/time.h"

#include <charconv>
#include <optional>

#include "crypto/error.h"
#include "daemon/text/date.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kDateLength = 10;
constexpr std::size_t kTimeLength = 20;

std::string two_digits(std::int64_t number) {
    return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
}

/// Two digits below `limit` and the separator after them.
std::optional<unsigned> read_part(std::string_view text, unsigned limit, char separator) {
    unsigned number = 0;  // unsigned: from_chars() would take "-0" as digits of a signed number
    const auto [end, error] = std::from_chars(text.data(), text.data() + 2, number);
    if (error != std::errc{} || end != text.data() + 2 || number >= limit) return std::nullopt;
    if (text[2] != separator) return std::nullopt;
    return number;
}

}  // namespace

std::string to_iso(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::hh_mm_ss clock{time - day};
    return to_iso(Date{day}) + 'T' + two_digits(clock.hours().count()) + ':' + two_digits(clock.minutes().count()) +
           ':' + two_digits(clock.seconds().count()) + 'Z';
}

std::chrono::sys_seconds parse_iso_time(std::string_view text) {
    const auto refused = [&] {
        return InvalidInput{"time.syntax", "a time is not of the form YYYY-MM-DDThh:mm:ssZ",
                            "Write it in UTC as in 2026-11-22T10:14:20Z."};
    };
    if (text.size() != kTimeLength || text[kDateLength] != 'T') throw refused();
    const auto hours = read_part(text.substr(11, 3), 24, ':');
    const auto minutes = read_part(text.substr(14, 3), 60, ':');
    const auto seconds = read_part(text.substr(17, 3), 60, 'Z');
    if (!hours || !minutes || !seconds) throw refused();
    return std::chrono::sys_days{parse_iso_date(text.substr(0, kDateLength))} + std::chrono::hours{*hours} +
           std::chrono::minutes{*minutes} + std::chrono::seconds{*seconds};
}

}  // namespace tahvil::daemon
