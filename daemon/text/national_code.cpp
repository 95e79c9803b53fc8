#include "daemon/text/national_code.h"

#include <algorithm>

#include "crypto/error.h"
#include "daemon/text/digits.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kLength = 10;
constexpr std::size_t kShortestTyped = 8;

bool only_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The sum of the first nine digits, weighted 10 down to 2, modulo 11; the last digit follows from it.
int check_digit(std::string_view digits) {
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (digits[static_cast<std::size_t>(i)] - '0') * (10 - i);
    const int rest = sum % 11;
    return rest < 2 ? rest : 11 - rest;
}

InvalidInput refusal(NationalCodeFault fault) {
    const std::string code(name(fault));
    switch (fault) {
        case NationalCodeFault::not_digits:
            return {code, "a national code holds something else than digits", "Type its ten digits only."};
        case NationalCodeFault::length:
            return {code, "a national code has not ten digits",
                    "Type all ten digits; only leading zeros may be left out, two at most."};
        case NationalCodeFault::all_same:
            return {code, "a national code of ten same digits is never issued", "Read the code from the card again."};
        case NationalCodeFault::check_digit:
            break;
    }
    return {code, "the check digit of a national code is wrong", "A digit is mistyped: compare it with the card."};
}

}  // namespace

std::string_view name(NationalCodeFault fault) {
    switch (fault) {
        case NationalCodeFault::not_digits:
            return "national_code.not_digits";
        case NationalCodeFault::length:
            return "national_code.length";
        case NationalCodeFault::all_same:
            return "national_code.all_same";
        case NationalCodeFault::check_digit:
            break;
    }
    return "national_code.check_digit";
}

std::optional<NationalCodeFault> fault_of_national_code(std::string_view digits) {
    if (!only_digits(digits)) return NationalCodeFault::not_digits;
    if (digits.size() != kLength) return NationalCodeFault::length;
    if (digits.find_first_not_of(digits.front()) == std::string_view::npos) return NationalCodeFault::all_same;
    if (digits.back() - '0' != check_digit(digits)) return NationalCodeFault::check_digit;
    return std::nullopt;
}

std::string parse_national_code(std::string_view typed) {
    std::string digits = with_ascii_digits(typed);
    if (only_digits(digits) && digits.size() >= kShortestTyped && digits.size() < kLength) {
        digits.insert(0, kLength - digits.size(), '0');
    }
    if (const auto fault = fault_of_national_code(digits)) throw refusal(*fault);
    return digits;
}

}  // namespace tahvil::daemon
