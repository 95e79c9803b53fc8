#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tahvil::daemon {

/// When a check has to be there for a verdict to be whole.
enum class Applies : std::uint8_t {
    always,
    lds,               ///< to data signed by EF.SOD
    secured,           ///< to cards that are opened with PACE or BAC: those with EF.SOD or EF.CardSecurity
    card_security,     ///< where trust rests on EF.CardSecurity
    certificate_path,  ///< to cards that rest on X.509
    document,          ///< to every card, but not to a certificate that is judged alone
    on_request,        ///< only where the caller asked for it, or a policy requires it
};

/// Every check that there is, in the order in which they run. `signed_file.*` stands for one check a file.
struct CheckInfo {
    std::string_view id;
    Applies applies = Applies::always;
    std::string_view text;  ///< what it finds out, in a line
};

std::span<const CheckInfo> check_table();

/// The line of a check; null when there is none of that name.
const CheckInfo* check_info(std::string_view id);

/// The position of a check in the order of running; those that are no checks come last.
std::size_t check_order(std::string_view id);

}  // namespace tahvil::daemon
