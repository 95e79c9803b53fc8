#include "crypto/protocol/mrz_information.h"

#include <algorithm>
#include <array>
#include <string>

#include "crypto/error.h"

namespace tahvil {

namespace {

[[noreturn]] void refuse(const char* what) {
    throw InvalidInput("input.mrz", what, "Type the field as it is printed in the machine readable zone.");
}

unsigned value_of(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A') + 10;
    if (c == '<') return 0;
    refuse("a character that a machine readable zone does not have");
}

void check_date(std::string_view date, const char* what) {
    const bool good =
        date.size() == 6 && std::ranges::all_of(date, [](char c) { return (c >= '0' && c <= '9') || c == '<'; });
    if (!good) refuse(what);
}

}  // namespace

char mrz_check_digit(std::string_view field) {
    static constexpr std::array<unsigned, 3> weights{7, 3, 1};
    unsigned sum = 0;
    for (std::size_t i = 0; i < field.size(); ++i) sum += value_of(field[i]) * weights.at(i % weights.size());
    return static_cast<char>('0' + sum % 10);
}

SecretBytes mrz_information(std::string_view document_number, std::string_view birth_date,
                            std::string_view expiry_date) {
    static constexpr std::size_t kNumberField = 9;
    static constexpr std::size_t kMaxNumber = 22;  // a TD1 document number that goes on into the optional data
    if (document_number.empty() || document_number.size() > kMaxNumber) refuse("a document number of a wrong length");
    check_date(birth_date, "a date of birth that is not YYMMDD");
    check_date(expiry_date, "a date of expiry that is not YYMMDD");
    std::string number(document_number);
    if (number.size() < kNumberField) number.resize(kNumberField, '<');
    std::string information;
    information.reserve(2 * kMaxNumber);
    for (const std::string_view field : {std::string_view(number), birth_date, expiry_date}) {
        information += field;
        information += mrz_check_digit(field);
    }
    SecretBytes secret(as_bytes(information));
    wipe({reinterpret_cast<std::uint8_t*>(information.data()), information.size()});
    wipe({reinterpret_cast<std::uint8_t*>(number.data()), number.size()});
    return secret;
}

}  // namespace tahvil
