#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "crypto/bytes.h"
#include "crypto/merkle_tree.h"
#include "crypto/signed_note.h"
#include "crypto/signer.h"
#include "daemon/store/database.h"

namespace tahvil::daemon {

constexpr std::size_t kMaxJournalEntry = std::size_t{64} * 1024;  ///< bytes

/// One act, check, move or decision. Nothing in it is personal: what a person would be known by is a commitment.
struct JournalEntry {
    std::string kind;  ///< "delivery.handed_over"
    std::chrono::sys_seconds at;
    std::string subject;                       ///< the id of the record, check or manifest that it is about
    std::string actor;                         ///< whose act it is: an operator's id, or "service"
    boost::json::object facts;                 ///< stage, reason, digests, methods
    std::map<std::string, Bytes> commitments;  ///< by field; see commitment.h
};

/// The append-only log of an office: its entries in order, hashed into a Merkle tree, with signed heads. It lies in the
/// store, so that an entry and what it tells of become true together.
class Journal {
public:
    /// `origin` names the log, and its key, in checkpoints: "office.example/12". The signer is an Ed25519 key; both
    /// must outlive this. Throws as signed_note::VerifierKey.
    Journal(Database& database, std::string origin, const Signer& signer);

    const signed_note::VerifierKey& key() const { return key_; }

    /// Answers with the entry's position, counted from 0. Throws InvalidInput "journal.entry" when it is too long.
    std::uint64_t append(const Transaction& transaction, const JournalEntry& entry);

    /// How many entries are committed.
    std::uint64_t size();

    /// The head over all that is committed, signed; the last one again when nothing was added since. A head is signed
    /// only after what it covers is on the disk, and never another one of the same size.
    std::string checkpoint();

    /// The same within a transaction in which nothing was appended yet, so that the head covers only what is on the
    /// disk; it is kept when the transaction commits.
    std::string checkpoint(const Transaction& transaction);

    /// The largest head that was signed.
    std::optional<std::string> last_checkpoint();

    /// The bytes of up to `count` entries from a position on. Each is one JSON object in one line.
    std::vector<std::string> entries(std::uint64_t from, std::size_t count);

    /// \name Proofs (RFC 6962, 2.1). Throw InvalidInput "merkle.index" beyond the size.
    /// @{
    std::vector<merkle::Hash> inclusion_proof(std::uint64_t position, std::uint64_t size);
    std::vector<merkle::Hash> consistency_proof(std::uint64_t older, std::uint64_t newer);
    /// @}

    /// Writes everything that verify_journal() needs: a line with the format, a line for each entry, an empty line, and
    /// the head.
    void export_to(std::ostream& out);

private:
    merkle::Hash node(unsigned level, std::uint64_t index);
    merkle::NodeSource nodes();

    Database* database_;
    std::string origin_;
    const Signer* signer_;
    signed_note::VerifierKey key_;
};

}  // namespace tahvil::daemon
