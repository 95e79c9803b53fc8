#pragma once

#include <string_view>

#include "crypto/bytes.h"

namespace tahvil {

/// The check digit of Doc 9303-3, 4.9 over letters, digits and '<', as a character. Throws InvalidInput "input.mrz" for
/// any other character.
char mrz_check_digit(std::string_view field);

/// MRZ_information (Doc 9303-11, 4.3.2): document number, date of birth and date of expiry, each with its check digit.
///
/// The document number is as printed, without its check digit; fillers are added up to nine characters, and a longer
/// number (TD1 and TD2) is taken whole. Dates are YYMMDD; '<' stands for what is not known of a birth date. Throws
/// InvalidInput "input.mrz" when a field has another form. None of the fields appears in the message.
SecretBytes mrz_information(std::string_view document_number, std::string_view birth_date,
                            std::string_view expiry_date);

}  // namespace tahvil
