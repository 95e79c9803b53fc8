#include "apdu/emulator/person.h"

#include <algorithm>
#include <optional>

#include "apdu/profiles/toml.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

bool consists_of(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto number = [&](std::size_t offset, std::size_t count) {
        int value = 0;
        for (const char c : text.substr(offset, count)) {
            if (c < '0' || c > '9') return -1;
            value = value * 10 + (c - '0');
        }
        return value;
    };
    const int year = number(0, 4);
    const int month = number(5, 2);
    const int day = number(8, 2);
    if (year < 0 || month < 0 || day < 0) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return date;
}

class PersonFile {
public:
    explicit PersonFile(const toml::Table& table) : table_(table) {}

    void text(std::string_view key, std::string& into) const { into = table_.text(key, into); }

    void text(std::string_view key, std::string& into, std::string_view allowed, std::size_t least, std::size_t most,
              std::string_view what) const {
        text(key, into);
        if (!consists_of(into, allowed) || into.size() < least || into.size() > most)
            throw table_.refuse(key, "not a value that the card can hold", what);
    }

    void date(std::string_view key, std::chrono::year_month_day& into) const {
        const std::optional<std::string> text = table_.text_if(key);
        if (!text) return;
        const auto read = parse_date(*text);
        if (!read) throw table_.refuse(key, "not a day", "a date as YYYY-MM-DD");
        into = *read;
    }

private:
    const toml::Table& table_;
};

}  // namespace

std::chrono::year_month_day years_later(std::chrono::year_month_day day, int years) {
    const auto later = day + std::chrono::years(years);
    return later.ok() ? later : later.year() / later.month() / std::chrono::last;
}

Person specimen_person(std::chrono::year_month_day today) {
    using namespace std::chrono_literals;
    return {.family_name = "NEMUNEH",
            .given_name = "SPECIMEN",
            .persian_family_name = "نمونه",
            .persian_given_name = "نمونه‌کارت",
            .national_code = "1234567891",
            .birth_date = 1990y / 3 / 21,
            .sex = 'F',
            .nationality = "UTO",
            .issuing_state = "UTO",
            .document_number = "SPECIMEN1",
            .expiry_date = years_later(today, 5),
            .card_access_number = "123456",
            .portrait_file = {}};
}

Person read_person(std::string_view toml, std::string_view source, const Person& defaults) {
    const toml::Table table = toml::parse(toml, source);
    const PersonFile file(table);
    Person person = defaults;
    const std::string name_characters = std::string(kLetters) + " ";
    const std::string number_characters = std::string(kLetters) + std::string(kDigits);
    file.text("family_name", person.family_name, name_characters, 1, 39, "A to Z and spaces, 1 to 39 of them");
    file.text("given_name", person.given_name, name_characters, 0, 39, "A to Z and spaces, up to 39 of them");
    file.text("persian_family_name", person.persian_family_name);
    file.text("persian_given_name", person.persian_given_name);
    file.text("national_code", person.national_code, kDigits, 10, 10, "ten digits");
    file.date("birth_date", person.birth_date);
    const std::string sex = table.choice("sex", {"M", "F", "X"}, person.sex == '<' ? "X" : std::string(1, person.sex));
    person.sex = sex == "X" ? '<' : sex.front();
    file.text("nationality", person.nationality, kLetters, 1, 3, "up to three letters, A to Z");
    file.text("issuing_state", person.issuing_state, kLetters, 1, 3, "up to three letters, A to Z");
    file.text("document_number", person.document_number, number_characters, 1, 9, "up to nine of A to Z and 0 to 9");
    file.date("expiry_date", person.expiry_date);
    file.text("card_access_number", person.card_access_number, kDigits, 6, 6, "six digits");
    file.text("portrait", person.portrait_file);
    table.finish();
    return person;
}

mrz::Mrz mrz_of(const Person& person) {
    return {.format = mrz::Format::td1,
            .document_code = "I",
            .issuing_state = person.issuing_state,
            .document_number = person.document_number,
            .nationality = person.nationality,
            .primary_identifier = person.family_name,
            .secondary_identifier = person.given_name,
            .birth_date = mrz::date(person.birth_date),
            .expiry_date = mrz::date(person.expiry_date),
            .sex = person.sex,
            .optional_data = person.national_code,
            .optional_data_2 = {},
            .wrong_check_digits = {}};
}

}  // namespace tahvil::emulator
