#pragma once

#include "daemon/check/verdict.h"
#include "daemon/delivery/record.h"

namespace tahvil::daemon {

/// Whether a card is the one of a record.
enum class CardMatch : std::uint8_t {
    same,    ///< what both say is the same: the serial, or the national code, and nothing that both say differs
    other,   ///< something that both say differs
    untold,  ///< nothing that would tell is in both
};

CardMatch match(const ExpectedCard& expected, const Verdict& verdict);

}  // namespace tahvil::daemon
