#include "daemon/delivery/manifest.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>

#include "crypto/digest.h"
#include "crypto/trust/signed_data.h"
#include "daemon/error.h"
#include "daemon/trust/signer_judgement.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxFaults = 1000;  // told in one answer

/// Takes rows out whose tracking code stands before in the file, or is in the store.
void find_doubles(Manifest& manifest, Deliveries& deliveries) {
    std::unordered_map<std::string, std::size_t> lines;
    std::vector<ManifestRow> good;
    for (ManifestRow& row : manifest.rows) {
        const auto [first, is_new] = lines.emplace(row.card.tracking_code, row.line);
        if (!is_new)
            manifest.faults.push_back({row.line, "tracking_code", "manifest.tracking_code_twice",
                                       "the same as on line " + std::to_string(first->second)});
        else if (!deliveries.by_tracking_code(row.card.tracking_code).empty())
            manifest.faults.push_back(
                {row.line, "tracking_code", "delivery.tracking_code", "another record has that tracking code"});
        else
            good.push_back(std::move(row));
    }
    manifest.rows = std::move(good);
    std::ranges::stable_sort(manifest.faults, {}, &RowFault::line);
}

}  // namespace

bool looks_signed(ByteView file) {
    // SEQUENCE with a long or an indefinite length; no text begins so.
    return file.size() > 2 && file[0] == 0x30 && file[1] >= 0x80;
}

SignedManifest open_signed_manifest(ByteView file, const trust::TrustStore& anchors, std::chrono::sys_seconds now) {
    SignedManifest manifest;
    manifest.signature = {"manifest.signature", Result::failed, {}, {}};
    const auto stop = [&manifest](Result result, std::string reason) {
        manifest.signature.result = result;
        manifest.signature.reason = std::move(reason);
        manifest.signer.clear();
        return manifest;
    };
    try {
        const trust::SignedData data = trust::SignedData::parse(file);
        if (data.signers().empty() || data.content().empty()) return stop(Result::failed, "not_signed_data");
        for (const trust::SignerInfo& signer : data.signers()) {
            const trust::SignerCheck check = trust::verify_signer(data, signer);
            if (check.result != Result::passed || !check.certificate) return stop(check.result, check.reason);
            const Check judged =
                judge_signer("manifest.signature", anchors, *check.certificate, trust::Purpose::manifests, now);
            if (!judged.passed()) return stop(judged.result, judged.reason);
            manifest.signer += (manifest.signer.empty() ? "" : "; ") + check.certificate->description();
        }
        manifest.signature.result = Result::passed;
        manifest.content = as_text(data.content());
        return manifest;
    } catch (const MalformedData&) {
        return stop(Result::failed, "not_signed_data");
    }
}

ManifestRecord find_manifest(Database& database, std::int64_t id) {
    Statement manifest = database.prepare("SELECT signer, imported_at, cards FROM manifest WHERE id = ?");
    manifest.with(id);
    if (!manifest.step()) throw NotFound("manifest.unknown", "there is no such manifest", "Look at the journal.");
    ManifestRecord record{id,
                          manifest.text(0),
                          std::chrono::sys_seconds(std::chrono::seconds(manifest.integer(1))),
                          manifest.integer(2),
                          {}};
    Statement stages = database.prepare("SELECT stage, count(*) FROM delivery WHERE manifest = ? GROUP BY stage");
    stages.with(id);
    while (stages.step()) record.stages[static_cast<Stage>(stages.integer(0))] = stages.integer(1);
    return record;
}

ManifestImported import_manifest(Database& database, Deliveries& deliveries, Journal& journal, ByteView file,
                                 const trust::TrustStore& anchors, const ManifestRules& rules, const Act& act) {
    std::string signer;
    std::string content;
    if (looks_signed(file)) {
        SignedManifest opened = open_signed_manifest(file, anchors, act.at);
        if (!opened.signature.passed())
            throw ManifestRejected("manifest.signature",
                                   "the manifest's signature does not hold: " + opened.signature.reason,
                                   "Ask the sender, or import the sender's certificate as an anchor for manifests.");
        signer = std::move(opened.signer);
        content = std::move(opened.content);
    } else {
        if (!rules.accept_unsigned)
            throw ManifestRejected("manifest.unsigned", "the manifest is not signed",
                                   "Ask the sender for the signed file.");
        content = as_text(file);
    }
    Manifest manifest = read_manifest(content);
    const Bytes digest_of_content = digest(DigestAlgorithm::sha256, as_bytes(content));

    Transaction transaction(database);
    {
        Statement known = database.prepare("SELECT id FROM manifest WHERE digest = ?");
        known.with(digest_of_content);
        if (known.step())
            throw Conflict("manifest.twice", "that manifest was imported before",
                           "Look at the records of manifest " + std::to_string(known.integer(0)) + ".");
    }
    find_doubles(manifest, deliveries);
    if (!manifest.faults.empty() && !rules.good_rows_only) {
        const std::size_t all = manifest.faults.size();
        if (all > kMaxFaults) manifest.faults.resize(kMaxFaults);
        throw ManifestRejected("manifest.rows", std::to_string(all) + " faults in the manifest's rows",
                               "Ask the sender for a corrected file, or take the good rows alone.",
                               std::move(manifest.faults), manifest.rows.size());
    }
    if (manifest.rows.empty())
        throw ManifestRejected("manifest.empty", "the manifest has no good row", "Ask its sender.",
                               std::move(manifest.faults));
    ManifestImported imported;
    imported.cards = manifest.rows.size();
    imported.left_out = std::move(manifest.faults);
    Statement insert =
        database.prepare("INSERT INTO manifest (digest, signer, imported_at, cards) VALUES (?, ?, ?, ?) RETURNING id");
    insert.with(digest_of_content, signer, act.at.time_since_epoch().count(), imported.cards);
    insert.step();
    imported.id = insert.integer(0);
    insert.run();
    std::string first;
    for (const ManifestRow& row : manifest.rows) {
        std::string id = deliveries.add(transaction, row.card, imported.id, act.at);
        if (first.empty()) first = std::move(id);
    }
    json::object facts = act.facts;
    facts.emplace("digest", to_hex(digest_of_content));
    facts.emplace("signer", signer);
    facts.emplace("cards", imported.cards);
    facts.emplace("left_out", imported.left_out.size());
    facts.emplace("first_record", first);
    imported.journal = journal.append(
        transaction,
        {"manifest.import", act.at, "manifest-" + std::to_string(imported.id), act.actor, std::move(facts), {}});
    transaction.commit();
    return imported;
}

}  // namespace tahvil::daemon
