#include "daemon/journal/journal.h"

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "daemon/api/handlers.h"
#include "daemon/api/query.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kEntries = 100;  // on a page, where nobody says how many
constexpr std::uint64_t kMostEntries = 1000;
constexpr std::uint64_t kMostOfAJournal = INT64_MAX;

}  // namespace

Response Handlers::get_journal_checkpoint(const Call& /*call*/) {
    const std::string note = services_.desk.work([](OpenDesk& desk) { return desk.journal.checkpoint(); });
    const auto head = signed_note::Checkpoint::parse(note.substr(0, note.rfind("\n\n") + 1));
    json::array keys;
    for (const signed_note::VerifierKey& key : services_.terminal.checkpoint_keys()) keys.emplace_back(key.text());
    return json_response(json::serialize(
        json::object{{"origin", head.origin}, {"size", head.size}, {"checkpoint", note}, {"keys", std::move(keys)}}));
}

Response Handlers::get_journal_entries(const Call& call) {
    const std::uint64_t from = number_if(call, "from", 0, kMostOfAJournal).value_or(0);
    const std::uint64_t count = number_if(call, "count", 1, kMostEntries).value_or(kEntries);
    const auto entries = services_.desk.work([&](OpenDesk& desk) { return desk.journal.entries(from, count); });
    return json_response(json::serialize(json::object{{"from", from}, {"entries", json::value_from(entries)}}));
}

Response Handlers::get_journal_proof(const Call& call) {
    const auto size = number_if(call, "size", 0, kMostOfAJournal);
    const auto position = number_if(call, "position", 0, kMostOfAJournal);
    const auto older = number_if(call, "older", 0, kMostOfAJournal);
    if (!size || position.has_value() == older.has_value())
        throw BadRequest("query.bad_value", "a proof is for an entry or for an older journal",
                         "Name size, and position or older.");
    json::object proof{{"size", *size}};
    if (position) proof["position"] = *position;
    if (older) proof["older"] = *older;
    const auto hashes = services_.desk.work([&](OpenDesk& desk) {
        return position ? desk.journal.inclusion_proof(*position, *size)
                        : desk.journal.consistency_proof(*older, *size);
    });
    json::array& texts = proof["hashes"].emplace_array();
    for (const merkle::Hash& hash : hashes) texts.emplace_back(to_base64(hash, Base64::standard));
    return json_response(json::serialize(proof));
}

}  // namespace tahvil::daemon::api
