#include "apdu/applets/mrz.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/protocol/mrz_information.h"

namespace tahvil::mrz {

namespace {

constexpr std::size_t kDocumentNumber = 9;
constexpr std::size_t kDate = 6;
constexpr char kFiller = '<';

bool is_allowed(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == kFiller;
}

void require_allowed(std::string_view field) {
    if (!std::ranges::all_of(field, is_allowed))
        throw InvalidInput("input.mrz", "an MRZ field with a character that an MRZ does not have",
                           "Only A to Z, 0 to 9 and < are allowed.");
}

std::string without_fillers(std::string_view field) {
    const std::size_t end = field.find_last_not_of(kFiller);
    return std::string(field.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

/// A name with its parts separated by one space.
std::string words(std::string_view field) {
    std::string text;
    for (const char c : field) {
        if (c != kFiller)
            text += c;
        else if (!text.empty() && text.back() != ' ')
            text += ' ';
    }
    if (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

void read_names(Mrz& mrz, std::string_view field) {
    const std::size_t apart = field.find("<<");
    mrz.primary_identifier = words(field.substr(0, apart));
    if (apart != std::string_view::npos) mrz.secondary_identifier = words(field.substr(apart));
}

/// Where the fields of a format are. Offsets count from its first character.
struct Layout {
    std::size_t size;
    std::size_t names, names_size;
    std::size_t document_number;
    std::size_t nationality;
    std::size_t birth_date;
    std::size_t expiry_date;
    std::size_t optional, optional_size;
    std::size_t optional_2, optional_2_size;
    std::size_t composite;
    /// The runs that the composite check digit is taken of.
    std::array<std::array<std::size_t, 2>, 4> covered;
};

const Layout& layout(Format format) {
    static constexpr Layout td1{90, 60, 30, 5, 45, 30, 38, 15, 15, 48, 11, 59, {{{5, 25}, {30, 7}, {38, 7}, {48, 11}}}};
    static constexpr Layout td2{72, 5, 31, 36, 46, 49, 57, 64, 7, 0, 0, 71, {{{36, 10}, {49, 7}, {57, 14}, {0, 0}}}};
    static constexpr Layout td3{88, 5, 39, 44, 54, 57, 65, 72, 14, 0, 0, 87, {{{44, 10}, {57, 7}, {65, 22}, {0, 0}}}};
    switch (format) {
        case Format::td1:
            return td1;
        case Format::td2:
            return td2;
        default:
            return td3;
    }
}

std::string covered(const Layout& at, std::string_view text) {
    std::string all;
    for (const auto& [offset, size] : at.covered) all += text.substr(offset, size);
    return all;
}

void check(Mrz& mrz, const char* field, std::string_view text, char found) {
    if (mrz_check_digit(text) != found) mrz.wrong_check_digits.emplace_back(field);
}

/// Doc 9303-5, 4.2.2, note j: with a filler in place of its check digit, the number goes on in the optional data up to
/// a check digit and a filler.
void read_document_number(Mrz& mrz, const Layout& at, std::string_view text) {
    const std::string_view start = text.substr(at.document_number, kDocumentNumber);
    const char digit = text[at.document_number + kDocumentNumber];
    mrz.document_number = without_fillers(start);
    const std::string_view optional = text.substr(at.optional, at.optional_size);
    const std::size_t end = optional.find(kFiller);
    if (mrz.format == Format::td3 || digit != kFiller || end == 0) {
        mrz.optional_data = without_fillers(optional);
        check(mrz, "document_number", start, digit);
        return;
    }
    const std::string_view rest = optional.substr(0, end);
    mrz.document_number = std::string(start) + std::string(rest.substr(0, rest.size() - 1));
    mrz.optional_data = end == std::string_view::npos ? "" : without_fillers(optional.substr(end + 1));
    check(mrz, "document_number", mrz.document_number, rest.back());
}

std::optional<std::array<unsigned, 3>> numbers(std::string_view yymmdd) {
    if (yymmdd.size() != kDate || !std::ranges::all_of(yymmdd, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    std::array<unsigned, 3> read{};
    for (std::size_t i = 0; i < read.size(); ++i)
        read.at(i) = static_cast<unsigned>((yymmdd[2 * i] - '0') * 10 + (yymmdd[2 * i + 1] - '0'));
    return read;
}

std::optional<std::chrono::year_month_day> day(int year, const std::array<unsigned, 3>& parts) {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(parts[1]),
                                           std::chrono::day(parts[2])};
    if (!date.ok()) return std::nullopt;
    return date;
}

class Writer {
public:
    explicit Writer(Format format) : at_(layout(format)), text_(at_.size, kFiller) {}

    void put(std::size_t offset, std::size_t size, std::string_view field) {
        require_allowed(field);
        if (field.size() > size) throw InvalidInput("input.mrz", "a field that does not fit the MRZ");
        text_.replace(offset, field.size(), field);
    }
    void put_checked(std::size_t offset, std::size_t size, std::string_view field) {
        put(offset, size, field);
        text_[offset + size] = mrz_check_digit(std::string_view(text_).substr(offset, size));
    }
    void put_names(const Mrz& mrz) {
        std::string names = mrz.primary_identifier;
        if (!mrz.secondary_identifier.empty()) names += "<<" + mrz.secondary_identifier;
        std::ranges::replace(names, ' ', kFiller);
        names.resize(std::min(names.size(), at_.names_size));
        put(at_.names, at_.names_size, names);
    }
    std::string finish() {
        text_[at_.composite] = mrz_check_digit(covered(at_, text_));
        return text_;
    }

private:
    const Layout& at_;
    std::string text_;
};

}  // namespace

Mrz parse(std::string_view text) {
    Mrz mrz;
    switch (text.size()) {
        case 90:
            mrz.format = Format::td1;
            break;
        case 72:
            mrz.format = Format::td2;
            break;
        case 88:
            mrz.format = Format::td3;
            break;
        default:
            throw MalformedData("mrz.malformed", "an MRZ of " + std::to_string(text.size()) + " characters");
    }
    if (!std::ranges::all_of(text, is_allowed))
        throw MalformedData("mrz.malformed", "an MRZ with a character that an MRZ does not have");
    const Layout& at = layout(mrz.format);
    const auto field = [&](std::size_t offset, std::size_t size) { return text.substr(offset, size); };
    mrz.document_code = without_fillers(field(0, 2));
    mrz.issuing_state = without_fillers(field(2, 3));
    read_document_number(mrz, at, text);
    mrz.nationality = without_fillers(field(at.nationality, 3));
    read_names(mrz, field(at.names, at.names_size));
    mrz.birth_date = field(at.birth_date, kDate);
    mrz.expiry_date = field(at.expiry_date, kDate);
    mrz.sex = text[at.expiry_date - 1];
    if (at.optional_2_size != 0) mrz.optional_data_2 = without_fillers(field(at.optional_2, at.optional_2_size));
    check(mrz, "birth_date", mrz.birth_date, text[at.birth_date + kDate]);
    check(mrz, "expiry_date", mrz.expiry_date, text[at.expiry_date + kDate]);
    if (mrz.format == Format::td3) {
        const char digit = text[at.optional + at.optional_size];
        // Doc 9303-4, 4.2.2.2: an empty personal number may have a filler for its check digit.
        if (digit != kFiller || !mrz.optional_data.empty())
            check(mrz, "personal_number", field(at.optional, at.optional_size), digit);
    }
    check(mrz, "composite", covered(at, text), text[at.composite]);
    return mrz;
}

std::string format(const Mrz& mrz) {
    const Layout& at = layout(mrz.format);
    Writer writer(mrz.format);
    writer.put(0, 2, mrz.document_code);
    writer.put(2, 3, mrz.issuing_state);
    writer.put(at.nationality, 3, mrz.nationality);
    writer.put_names(mrz);
    writer.put_checked(at.birth_date, kDate, mrz.birth_date);
    writer.put(at.expiry_date - 1, 1, std::string_view(&mrz.sex, 1));
    writer.put_checked(at.expiry_date, kDate, mrz.expiry_date);
    std::string optional = mrz.optional_data;
    if (mrz.document_number.size() <= kDocumentNumber) {
        writer.put_checked(at.document_number, kDocumentNumber, mrz.document_number);
    } else {
        if (mrz.format == Format::td3) throw InvalidInput("input.mrz", "a document number that does not fit the MRZ");
        require_allowed(mrz.document_number);
        writer.put(at.document_number, kDocumentNumber,
                   std::string_view(mrz.document_number).substr(0, kDocumentNumber));
        optional = mrz.document_number.substr(kDocumentNumber) + mrz_check_digit(mrz.document_number);
        if (!mrz.optional_data.empty() || optional.size() < at.optional_size) optional += kFiller + mrz.optional_data;
    }
    if (mrz.format == Format::td3)
        writer.put_checked(at.optional, at.optional_size, optional);
    else
        writer.put(at.optional, at.optional_size, optional);
    if (at.optional_2_size != 0) writer.put(at.optional_2, at.optional_2_size, mrz.optional_data_2);
    return writer.finish();
}

std::optional<std::chrono::year_month_day> birth_date(std::string_view yymmdd, std::chrono::year_month_day today) {
    const auto parts = numbers(yymmdd);
    if (!parts) return std::nullopt;
    const int century = static_cast<int>(today.year()) / 100 * 100;
    const auto latest = day(century + static_cast<int>((*parts)[0]), *parts);
    if (latest && *latest <= today) return latest;
    return day(century - 100 + static_cast<int>((*parts)[0]), *parts);
}

std::optional<std::chrono::year_month_day> expiry_date(std::string_view yymmdd) {
    const auto parts = numbers(yymmdd);
    if (!parts) return std::nullopt;
    return day(2000 + static_cast<int>((*parts)[0]), *parts);
}

std::string date(std::chrono::year_month_day day) {
    if (!day.ok()) throw InvalidInput("input.mrz", "a day that does not exist");
    std::string text;
    const auto put = [&text](unsigned number) {
        text += static_cast<char>('0' + number / 10 % 10);
        text += static_cast<char>('0' + number % 10);
    };
    put(static_cast<unsigned>(static_cast<int>(day.year()) % 100 + 100));
    put(static_cast<unsigned>(day.month()));
    put(static_cast<unsigned>(day.day()));
    return text;
}

}  // namespace tahvil::mrz
