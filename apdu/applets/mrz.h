#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The machine readable zone (Doc 9303-3, 4.9, and parts 4 to 6 for the three sizes).
namespace tahvil::mrz {

enum class Format : std::uint8_t {
    td1,  ///< card, three lines of 30
    td2,  ///< two lines of 36
    td3,  ///< passport, two lines of 44
};

/// Its fields, without fillers at their ends. Dates are as printed, YYMMDD.
struct Mrz {
    Format format = Format::td1;
    std::string document_code;    ///< "I", "P"
    std::string issuing_state;    ///< three letters, or "D"
    std::string document_number;  ///< put together where TD1 or TD2 continue it in the optional data
    std::string nationality;
    std::string primary_identifier;    ///< family name, parts separated by one space
    std::string secondary_identifier;  ///< given names, likewise
    std::string birth_date;
    std::string expiry_date;
    char sex = '<';               ///< M, F or <
    std::string optional_data;    ///< of TD1 the one in line 1; of TD3 the personal number
    std::string optional_data_2;  ///< of TD1 the one in line 2
    std::vector<std::string>
        wrong_check_digits;  ///< "document_number", "birth_date", "expiry_date", "personal_number", "composite"
};

/// Reads 72, 88 or 90 characters, line breaks already taken out. Throws MalformedData "mrz.malformed" for another
/// length or a character that an MRZ does not have. A wrong check digit is a finding, no error.
Mrz parse(std::string_view text);

/// Writes it with right check digits, without line breaks; names that are too long are cut off. Throws InvalidInput
/// "input.mrz" for a field that has characters an MRZ does not have, or that does not fit.
std::string format(const Mrz& mrz);

/// A birth date, taken as the last such day up to `today`; nothing when parts are unknown or the day does not exist.
std::optional<std::chrono::year_month_day> birth_date(std::string_view yymmdd, std::chrono::year_month_day today);

/// An expiry date, of the year 2000 to 2099; nothing when the day does not exist.
std::optional<std::chrono::year_month_day> expiry_date(std::string_view yymmdd);

/// YYMMDD. Throws InvalidInput "input.mrz" for a day that does not exist.
std::string date(std::chrono::year_month_day day);

}  // namespace tahvil::mrz
