#include "apdu/applets/certificate_card/fields.h"

#include <algorithm>
#include <array>
#include <vector>

#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::certificate_card {

namespace {

using std::chrono::year_month_day;

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("file.malformed", std::string("a file of data objects: ") + what);
}

/// A byte of tag, then lengths of which each FF goes on in the next byte.
std::optional<ByteView> find_simple(ByteView file, std::uint32_t tag) {
    constexpr std::uint8_t kGoesOn = 0xFF;
    while (!file.empty()) {
        const std::uint8_t found = file[0];
        file = file.subspan(1);
        std::size_t length = 0;
        for (bool more = true; more; file = file.subspan(1)) {
            if (file.empty()) malformed("a length is missing");
            length += file[0];
            more = file[0] == kGoesOn;
        }
        if (length > file.size()) malformed("a value breaks off");
        if (found == tag) return file.first(length);
        file = file.subspan(length);
    }
    return std::nullopt;
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
    int value = 0;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    return value;
}

std::optional<year_month_day> date(std::string_view year, std::string_view month, std::string_view day) {
    if (year.size() != 4 || !all_digits(year) || month.size() > 2 || !all_digits(month) || day.size() > 2 ||
        !all_digits(day))
        return std::nullopt;
    const year_month_day parsed{std::chrono::year(number(year)),
                                std::chrono::month(static_cast<unsigned>(number(month))),
                                std::chrono::day(static_cast<unsigned>(number(day)))};
    return parsed.ok() ? std::optional(parsed) : std::nullopt;
}

/// Words of a month as Belgian cards have them in Dutch, French and German.
std::optional<std::string> month_by_name(std::string_view name) {
    static constexpr auto kMonths =
        std::to_array<std::array<std::string_view, 4>>({{"JAN", "JANV"},
                                                        {"FEB", "FEV", "F\xC3\x89V"},
                                                        {"MAAR", "MARS", "M\xC3\x84R", "MRZ"},
                                                        {"APR", "AVR"},
                                                        {"MEI", "MAI"},
                                                        {"JUN", "JUIN"},
                                                        {"JUL", "JUIL"},
                                                        {"AUG", "AOUT", "AO\xC3\x9BT"},
                                                        {"SEP", "SEPT"},
                                                        {"OKT", "OCT"},
                                                        {"NOV"},
                                                        {"DEC", "DEZ",
                                                         "D\xC3\x89"
                                                         "C"}});
    for (std::size_t month = 0; month < kMonths.size(); ++month) {
        const auto& words = kMonths[month];
        if (!name.empty() && std::ranges::find(words, name) != words.end()) return std::to_string(month + 1);
    }
    return std::nullopt;
}

std::vector<std::string_view> parts_of(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(" ./-"), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

}  // namespace

std::optional<ByteView> field(profiles::Encoding encoding, ByteView file, std::uint32_t tag) {
    if (encoding == profiles::Encoding::simple_tlv) return find_simple(file, tag);
    if (encoding == profiles::Encoding::ber_tlv) return tlv::find(file, tag);
    malformed("it is none");
}

std::optional<year_month_day> parse_date(std::string_view text, profiles::DateForm form) {
    const std::vector<std::string_view> parts = parts_of(text);
    if (form == profiles::DateForm::iso) {
        if (parts.size() == 3) return date(parts[0], parts[1], parts[2]);
        if (text.size() == 8) return date(text.substr(0, 4), text.substr(4, 2), text.substr(6, 2));
        return std::nullopt;
    }
    if (parts.size() != 3) return std::nullopt;
    const auto month = month_by_name(parts[1]);
    return date(parts[2], month ? std::string_view(*month) : parts[1], parts[0]);
}

}  // namespace tahvil::certificate_card
