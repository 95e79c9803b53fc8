#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "apdu/applets/mrz.h"
#include "crypto/bytes.h"

namespace tahvil::emulator {

/// Whose card it is, and what is printed on it.
struct Person {
    std::string family_name;          ///< as in the MRZ: A to Z and spaces
    std::string given_name;           ///< likewise
    std::string persian_family_name;  ///< UTF-8
    std::string persian_given_name;   ///< UTF-8
    std::string national_code;        ///< ten digits
    std::chrono::year_month_day birth_date;
    char sex = '<';             ///< M, F or <
    std::string nationality;    ///< three letters
    std::string issuing_state;  ///< three letters
    std::string document_number;
    std::chrono::year_month_day expiry_date;
    std::string card_access_number;  ///< six digits
    std::string portrait_file;       ///< as the person file names it; empty for a drawn one
};

/// A person who does not exist, of Utopia, called "specimen" in both scripts, whose card expires five years after
/// `today`.
Person specimen_person(std::chrono::year_month_day today);

/// Reads a person file (TOML): family_name, given_name, persian_family_name, persian_given_name, national_code,
/// birth_date, sex (M, F or X), nationality, issuing_state, document_number, expiry_date, card_access_number, portrait.
/// Dates are "YYYY-MM-DD". What is left out is as in `defaults`. Throws InvalidInput, which names the place.
Person read_person(std::string_view toml, std::string_view source, const Person& defaults);

/// The MRZ of the person's card (TD1), with the national code as optional data.
mrz::Mrz mrz_of(const Person& person);

/// Last day of the month where a month is too short for the day.
std::chrono::year_month_day years_later(std::chrono::year_month_day day, int years);

}  // namespace tahvil::emulator
