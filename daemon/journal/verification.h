#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/signed_note.h"
#include "crypto/trust/check.h"

namespace tahvil::daemon {

/// What was found out about an exported journal, without a store and without a daemon:
///
/// - journal.structure: lines that are entries, each at its position. Reasons: "not_an_export", "entry", "position"
///   (an entry is missing, twice or out of order).
/// - journal.checkpoint: the head is signed by a known key. "unknown_key" (a swapped key), "bad_signature",
///   "not_a_checkpoint"; undetermined with "no_key" when none is known.
/// - journal.entries: they hash to the head. "truncated", "surplus", "changed".
/// - journal.consistency, for each earlier checkpoint: the journal begins with what that covered. "rolled_back",
///   "changed", "other_journal", and the reasons of journal.checkpoint.
struct JournalVerification {
    std::vector<Check> checks;
    std::optional<signed_note::Checkpoint> head;  ///< when its signature is good

    /// Every check passed, and the head is of a known key. (Without an earlier checkpoint a journal that was rolled
    /// back as a whole can not be told; journal.consistency is then not_performed.)
    bool passed() const;
};

/// Reads what Journal::export_to() wrote, hashing as it goes, in memory of a fixed size.
JournalVerification verify_journal(std::istream& exported, std::span<const signed_note::VerifierKey> known,
                                   std::span<const std::string> earlier_checkpoints);

}  // namespace tahvil::daemon
