#include "apdu/emulator/national_cards.h"

#include <algorithm>

#include "apdu/emulator/belpic_card.h"
#include "apdu/emulator/irn_nid_card.h"
#include "apdu/emulator/piv_card.h"
#include "apdu/emulator/pkcs15_card.h"
#include "crypto/error.h"

namespace tahvil::emulator {

NationalCard personalise_national_card(std::string_view name, const Person& person, const NationalPki& pki,
                                       const NationalCardOptions& options, trust::Time now,
                                       const RandomSource& random) {
    constexpr std::array makers{personalise_pkcs15, personalise_ias_ecc, personalise_piv, personalise_belpic,
                                personalise_irn_nid};
    static_assert(makers.size() == kNationalCards.size());
    const auto found = std::ranges::find(kNationalCards, name);
    if (found == kNationalCards.end())
        throw InvalidInput("input.card", "an emulated card that there is none of",
                           "One of pkcs15, ias-ecc, piv, belpic, irn-nid.");
    return makers.at(static_cast<std::size_t>(found - kNationalCards.begin()))(person, pki, options, now, random);
}

}  // namespace tahvil::emulator
