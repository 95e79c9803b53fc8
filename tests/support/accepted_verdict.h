#pragma once

#include <chrono>

#include "daemon/check/verdict.h"
#include "daemon/delivery/record.h"

namespace tahvil::daemon::test {

/// What a check for a handover says of the card of a record when nothing is wrong with it.
inline Verdict accepted_verdict(const ExpectedCard& card, std::chrono::sys_seconds at) {
    Verdict verdict;
    verdict.id = "01J00000000000000000000000";
    verdict.purpose = Purpose::handover;
    verdict.decision = Decision::accept;
    verdict.evaluated.at = at;
    verdict.document.number = card.card_serial;
    verdict.holder.national_code = card.national_code;
    verdict.holder.birth_date = card.birth_date;
    for (const char* const id : {"passive_authentication.signature", "passive_authentication.chain",
                                 "chip.authentication", "document.revocation", "document.expiry"})
        verdict.checks.push_back({id, Result::passed, {}, {}});
    return verdict;
}

}  // namespace tahvil::daemon::test
