#pragma once

#include <vector>

#include "daemon/check/document_check.h"

namespace tahvil::daemon {

/// expected.national_code, .birth_date and .card_serial, those that the caller knows, against what the card says in
/// signed data. Neither value is told: both are personal.
std::vector<Check> check_expected(const Expected& expected, const HolderFacts& holder, const std::string& card_serial);

/// expected.name against a name in the holder's own script. `other_order` is the same name in another order, or empty.
Check check_expected_name(const std::string& wanted, const std::string& name, const std::string& other_order);

}  // namespace tahvil::daemon
