#pragma once

#include <array>
#include <string_view>

#include "apdu/emulator/national_card.h"

namespace tahvil::emulator {

/// The cards of the national PKI by their names, which are those of the profiles that describe them.
inline constexpr std::array<std::string_view, 5> kNationalCards{"pkcs15", "ias-ecc", "piv", "belpic", "irn-nid"};

/// Makes the card of this name. Throws InvalidInput "input.card" for another.
NationalCard personalise_national_card(std::string_view name, const Person& person, const NationalPki& pki,
                                       const NationalCardOptions& options, trust::Time now,
                                       const RandomSource& random = system_random);

}  // namespace tahvil::emulator
