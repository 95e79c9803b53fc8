#pragma once

#include <cstdint>
#include <string>

namespace tahvil {

/// SW1-SW2 of a response (ISO/IEC 7816-4, 5.6).
struct StatusWord {
    std::uint16_t value = 0;

    std::uint8_t sw1() const { return static_cast<std::uint8_t>(value >> 8U); }
    std::uint8_t sw2() const { return static_cast<std::uint8_t>(value & 0xFFU); }
    bool ok() const { return value == 0x9000; }

    friend bool operator==(StatusWord, StatusWord) = default;
};

/// The status words that this program acts on.
namespace sw {
constexpr StatusWord ok{0x9000};
constexpr StatusWord end_of_file{0x6282};
constexpr StatusWord selected_file_deactivated{0x6283};
constexpr StatusWord verification_failed{0x6300};
constexpr StatusWord memory_failure{0x6581};
constexpr StatusWord wrong_length{0x6700};
constexpr StatusWord secure_messaging_not_supported{0x6882};
constexpr StatusWord last_command_of_chain_expected{0x6883};
constexpr StatusWord chaining_not_supported{0x6884};
constexpr StatusWord security_status_not_satisfied{0x6982};
constexpr StatusWord authentication_method_blocked{0x6983};
constexpr StatusWord reference_data_not_usable{0x6984};
constexpr StatusWord conditions_not_satisfied{0x6985};
constexpr StatusWord command_not_allowed{0x6986};
constexpr StatusWord secure_messaging_object_missing{0x6987};
constexpr StatusWord secure_messaging_object_incorrect{0x6988};
constexpr StatusWord wrong_data{0x6A80};
constexpr StatusWord function_not_supported{0x6A81};
constexpr StatusWord file_not_found{0x6A82};
constexpr StatusWord wrong_parameters{0x6A86};
constexpr StatusWord referenced_data_not_found{0x6A88};
constexpr StatusWord wrong_offset{0x6B00};
constexpr StatusWord instruction_not_supported{0x6D00};
constexpr StatusWord class_not_supported{0x6E00};
}  // namespace sw

/// "6A82, file or application not found": for errors and traces.
std::string describe(StatusWord status);

}  // namespace tahvil
