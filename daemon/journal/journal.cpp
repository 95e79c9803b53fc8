#include "daemon/journal/journal.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/error.h"
#include "daemon/journal/export_format.h"
#include "daemon/text/time.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

[[noreturn]] void corrupt(const std::string& what) {
    throw StoreError("store.corrupt", "the journal in the store is damaged: " + what,
                     "Stop the service, export the journal for examination and restore the last copy.");
}

std::string body_of(const JournalEntry& entry, std::uint64_t position) {
    json::object commitments;
    for (const auto& [field, hash] : entry.commitments) commitments.emplace(field, to_base64(hash, Base64::url));
    json::object body{{"at", to_iso(entry.at)}, {"kind", entry.kind},   {"subject", entry.subject},
                      {"actor", entry.actor},   {"facts", entry.facts}, {"commitments", std::move(commitments)}};
    // The position comes first, so that a verifier finds it without reading the rest.
    std::string text = entry_beginning(position) + json::serialize(body).substr(1);
    if (text.size() > kMaxJournalEntry)
        throw InvalidInput("journal.entry", "an entry that is too long for the journal");
    return text;
}

}  // namespace

Journal::Journal(Database& database, std::string origin, const Signer& signer)
    : database_(&database), origin_(std::move(origin)), signer_(&signer), key_(origin_, signer.public_key()) {}

merkle::Hash Journal::node(unsigned level, std::uint64_t index) {
    Statement statement = database_->prepare("SELECT hash FROM journal_node WHERE level = ? AND idx = ?");
    statement.with(level, index);
    merkle::Hash hash{};
    if (!statement.step()) corrupt("a node of its tree is missing");
    const Bytes bytes = statement.blob(0);
    if (bytes.size() != hash.size()) corrupt("a node of its tree is none");
    std::ranges::copy(bytes, hash.begin());
    return hash;
}

merkle::NodeSource Journal::nodes() {
    return [this](unsigned level, std::uint64_t index) { return node(level, index); };
}

std::uint64_t Journal::size() {
    Statement statement = database_->prepare("SELECT max(position) FROM journal_entry");
    if (!statement.step() || statement.is_null(0)) return 0;
    return static_cast<std::uint64_t>(statement.integer(0)) + 1;
}

std::uint64_t Journal::append(const Transaction& transaction, const JournalEntry& entry) {
    Database& database = transaction.database();
    const std::uint64_t position = size();
    const std::string body = body_of(entry, position);
    database.prepare("INSERT INTO journal_entry (position, body) VALUES (?, ?)").with(position, body).run();
    for (const merkle::Node& each : merkle::completed_by(position, merkle::leaf_hash(as_bytes(body)), nodes()))
        database.prepare("INSERT INTO journal_node (level, idx, hash) VALUES (?, ?, ?)")
            .with(each.level, each.index, ByteView(each.hash))
            .run();
    return position;
}

std::optional<std::string> Journal::last_checkpoint() {
    Statement statement = database_->prepare("SELECT note FROM journal_checkpoint ORDER BY size DESC LIMIT 1");
    if (!statement.step()) return std::nullopt;
    return statement.text(0);
}

std::string Journal::checkpoint() {
    // The transaction keeps other writers away; what it sees was committed before.
    Transaction transaction(*database_);
    std::string note = checkpoint(transaction);
    transaction.commit();
    return note;
}

std::string Journal::checkpoint(const Transaction& transaction) {
    Database& database = transaction.database();
    const std::uint64_t present = size();
    {
        Statement known = database.prepare("SELECT note FROM journal_checkpoint WHERE size = ?");
        known.with(present);
        if (known.step()) return known.text(0);
    }
    std::string note = signed_note::sign(
        signed_note::Checkpoint{origin_, present, merkle::root(present, nodes())}.text(), origin_, *signer_);
    database.prepare("INSERT INTO journal_checkpoint (size, note) VALUES (?, ?)").with(present, note).run();
    return note;
}

std::vector<std::string> Journal::entries(std::uint64_t from, std::size_t count) {
    Statement statement =
        database_->prepare("SELECT body FROM journal_entry WHERE position >= ? ORDER BY position LIMIT ?");
    statement.with(from, count);
    std::vector<std::string> bodies;
    while (statement.step()) bodies.push_back(statement.text(0));
    return bodies;
}

std::vector<merkle::Hash> Journal::inclusion_proof(std::uint64_t position, std::uint64_t tree_size) {
    if (tree_size > size()) throw InvalidInput("merkle.index", "the journal is not that long yet");
    return merkle::inclusion_proof(position, tree_size, nodes());
}

std::vector<merkle::Hash> Journal::consistency_proof(std::uint64_t older, std::uint64_t newer) {
    if (newer > size()) throw InvalidInput("merkle.index", "the journal is not that long yet");
    return merkle::consistency_proof(older, newer, nodes());
}

void Journal::export_to(std::ostream& out) {
    const std::string head = checkpoint();
    const std::uint64_t covered = signed_note::Checkpoint::parse(head.substr(0, head.rfind("\n\n") + 1)).size;
    out << kExportFormat << '\n';
    Statement statement = database_->prepare("SELECT body FROM journal_entry WHERE position < ? ORDER BY position");
    statement.with(covered);
    while (statement.step()) out << statement.text(0) << '\n';
    out << '\n' << head;
    if (!out)
        throw StoreError("store.io", "the journal could not be written to where it is exported",
                         "See that there is space left there.");
}

}  // namespace tahvil::daemon
