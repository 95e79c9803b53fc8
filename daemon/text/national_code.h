#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tahvil::daemon {

/// Why a text is no national code (کد ملی).
enum class NationalCodeFault : std::uint8_t {
    not_digits,
    length,    ///< not 8 to 10 digits
    all_same,  ///< satisfies the arithmetic and is never issued
    check_digit,
};

/// "national_code.check_digit"
std::string_view name(NationalCodeFault fault);

/// Judges ten ASCII digits, as they stand on a card. The first three name the registering office; which of them exist
/// is not judged.
std::optional<NationalCodeFault> fault_of_national_code(std::string_view digits);

/// What a person typed, as ten ASCII digits: other digits are taken, and 8 or 9 digits are filled up with zeros on the
/// left. Throws InvalidInput with the name of the fault as its code.
std::string parse_national_code(std::string_view typed);

}  // namespace tahvil::daemon
