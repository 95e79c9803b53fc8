#pragma once

#include <vector>

#include "daemon/check/signed_file_check.h"

namespace tahvil::daemon {

/// What a card that rests on X.509 says of document and holder: from files that signatures vouch for, and from
/// certificates whose path passed, as far as the profile names attributes of theirs. Nothing else counts.
struct CardFacts {
    DocumentFacts document;
    HolderFacts holder;
    std::string card_serial;   ///< as the issuer's hot list has it; that of the first certificate where nothing else is
    std::string expires_from;  ///< what the date of expiry stands in: "file", "certificate"
};

CardFacts facts_of(const CertificatePaths& paths, const CardData& card, const SignedFiles& signed_files);

/// document.expiry and document.revocation.
std::vector<Check> check_card_document(const CardFacts& facts, const Knowledge& knowledge);

}  // namespace tahvil::daemon
