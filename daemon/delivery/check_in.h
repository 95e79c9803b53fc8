#pragma once

#include <string>

#include "daemon/check/verdict.h"
#include "daemon/delivery/deliveries.h"

namespace tahvil::daemon {

/// What became of a card that was read on arrival.
struct CheckedIn {
    /// Empty when the record is now at stage arrived; otherwise the card is set aside, and this says why: "not_genuine"
    /// (the verdict rejects it), "undecided" (it needs a person), "no_record", "another_record" (not the one that was
    /// asked for, or what it says differs), "several_records", "twice" (the record has its card already),
    /// "not_expected" (the record is withdrawn, returned or handed over), "not_opened" (it refused what the manifest,
    /// or the operator, says that opens it).
    std::string set_aside;
    std::string delivery;       ///< the record, when one was found
    std::uint64_t journal = 0;  ///< the entry that tells of it, also of a card set aside
};

/// Matches a card with its record by what the verdict read from it, and moves the record to arrived or sets the card
/// aside, in one transaction with the journal. `expected` is the record asked for, or empty in a tray of cards.
CheckedIn check_in(Database& database, Deliveries& deliveries, Journal& journal, const Verdict& verdict,
                   const std::string& expected, const Act& act);

/// Sets a card aside that could not be opened, and tells the journal. `expected` as above.
CheckedIn set_aside_unopened(Database& database, Journal& journal, const std::string& expected, const Act& act);

}  // namespace tahvil::daemon
