#include <algorithm>
#include <iterator>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/path.h"
#include "crypto/trust/store_import.h"
namespace tahvil::trust {

namespace {

Bytes sha256(ByteView bytes) {
    return digest(DigestAlgorithm::sha256, bytes);
}

}  // namespace

void StoreBuilder::Import::take_master_list(ByteView file) {
    const MasterList list = MasterList::parse(file);
    Source source = new_source(SourceKind::master_list, file);
    if (!options_.pin_fingerprint.empty() && !pin_root_of(list)) return;
    if (!judge_signers(list.signed_data, source) || !in_order(source)) return;

    const std::uint16_t place = supersede(source);
    std::vector<bool> listed(builder_.content_.items.size(), false);
    for (const ByteView raw : list.certificates) {
        const std::size_t index = take_listed(raw, place);
        if (index == kNowhere) continue;
        if (index >= listed.size()) listed.resize(index + 1, false);
        listed[index] = true;
    }
    listed.resize(builder_.content_.items.size(), false);
    settle_vanished(source, place, listed);
}

bool StoreBuilder::Import::pin_root_of(const MasterList& list) {
    std::vector<ByteView> candidates = list.certificates;
    for (const Certificate& certificate : list.signed_data.certificates()) candidates.push_back(certificate.raw());
    for (const StoreContent::Item& item : builder_.content_.items) candidates.emplace_back(item.certificate);
    for (const ByteView candidate : candidates) {
        if (!equal(sha256(candidate), options_.pin_fingerprint)) continue;
        ImportOptions options = options_;
        options.pin = true;
        const Bytes root = to_bytes(candidate);
        Import pinned(builder_, options);
        pinned.take_certificate(root);
        const bool accepted = pinned.report_.count(Outcome::refused) == 0;
        std::ranges::move(pinned.report_.items, std::back_inserter(report_.items));
        return accepted;
    }
    refuse(options_.file, "pin_not_found", "no certificate with the pinned fingerprint is in the list or the store");
    return false;
}

bool StoreBuilder::Import::judge_signers(const SignedData& data, Source& source) {
    if (data.signers().empty()) {
        refuse(options_.file, "no_signer", "the list is not signed");
        return false;
    }
    const auto roots = roots_with(data.certificates());
    for (const SignerInfo& signer : data.signers()) {
        const SignerCheck check = verify_signer(data, signer);
        if (check.result != Result::passed) {
            refuse(options_.file, check.reason, "the signature of the list does not verify");
            return false;
        }
        const DocumentPath path = find_document_path(*roots, *check.certificate, SignerRules::master_list_signer());
        if (path.result != Result::passed) {
            std::string words = "its signer does not chain to a pinned root";
            for (const PathStep& step : path.steps) words += "; " + step.candidate + ": " + step.words;
            refuse(options_.file, path.reason, words);
            return false;
        }
        if (!signer.signing_time) {
            refuse(options_.file, "undated", "the list does not say when it was signed");
            return false;
        }
        Deviations ignored;
        const Check validity = judge_validity("validity", path.chain, {}, *signer.signing_time, ignored);
        if (validity.result != Result::passed || contains(ignored, DeviationCode::signer_expired_undated)) {
            refuse(options_.file, "signer_not_valid", "its signer was not valid when it signed");
            return false;
        }
        if (*signer.signing_time > options_.at + kClockTolerance) {
            refuse(options_.file, "signed_in_future", "it was signed at " + to_text(*signer.signing_time));
            return false;
        }
        source.signed_at = source.signed_at ? std::min(*source.signed_at, *signer.signing_time) : *signer.signing_time;
        source.signer = check.certificate->description();
        source.country = path.chain.back().country();
        source.root = sha256(path.chain.back().spki());
    }
    return true;
}

std::shared_ptr<const TrustStore> StoreBuilder::Import::roots_with(const std::vector<Certificate>& brought) const {
    StoreContent roots;
    for (const StoreContent::Item& item : builder_.content_.items)
        if (item.purposes.contain(Purpose::master_lists)) roots.items.push_back(item);
    for (const Certificate& certificate : brought)
        if (std::ranges::none_of(roots.items,
                                 [&](const auto& root) { return equal(root.certificate, certificate.raw()); }))
            roots.items.push_back({to_bytes(certificate.raw()), {}, Status::certificate, {}});
    return TrustStore::from_bytes(encode(roots));
}

bool StoreBuilder::Import::same_series(const Source& a, const Source& b) {
    return a.kind == b.kind && a.root == b.root && a.country == b.country;
}

bool StoreBuilder::Import::in_order(Source& source) {
    for (const Source& before : builder_.content_.sources) {
        if (!same_series(before, source)) continue;
        if (before.digest == source.digest && !before.superseded) {
            say(Outcome::known, options_.file);
            return false;
        }
        if (*before.signed_at < *source.signed_at) continue;
        if (!options_.allow_rollback) {
            refuse(options_.file, "rollback",
                   "it was signed at " + to_text(*source.signed_at) + ", and " + before.file +
                       " of the same source at " + to_text(*before.signed_at));
            return false;
        }
        source.rollback = true;
    }
    return true;
}

std::uint16_t StoreBuilder::Import::supersede(const Source& source) {
    std::vector<Source>& sources = builder_.content_.sources;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (!same_series(sources[i], source) || sources[i].superseded) continue;
        sources[i].superseded = true;
        superseded_ = static_cast<std::uint16_t>(i);
    }
    if (sources.size() == kMaxSources) throw LimitExceeded("trust.sources", "the trust store has too many sources");
    sources.push_back(source);
    say(Outcome::added, options_.file, source.rollback ? "rollback" : "",
        "signed by " + source.signer + " at " + to_text(*source.signed_at));
    return static_cast<std::uint16_t>(sources.size() - 1);
}

std::size_t StoreBuilder::Import::take_listed(ByteView raw, std::uint16_t place) {
    try {
        const std::size_t known = builder_.find(raw);
        if (known != kNowhere) {
            take_known(known, place);
            return known;
        }
        const Certificate certificate = Certificate::parse(raw);
        if (!may_issue(certificate)) {
            refuse(certificate.description(), "not_an_issuer", "it is not allowed to issue certificates");
            return kNowhere;
        }
        if (!usable(certificate)) return kNowhere;
        const std::size_t index = builder_.add(raw, Status::trusted);
        item_at(index).purposes = {Purpose::documents};
        item_at(index).sources.push_back(place);
        say(Outcome::added, certificate.description());
        return index;
    } catch (const MalformedData& error) {
        refuse("a certificate of " + options_.file, "malformed", error.what());
        return kNowhere;
    }
}

void StoreBuilder::Import::take_known(std::size_t index, std::uint16_t place) {
    StoreContent::Item& item = item_at(index);
    const std::string what = Certificate::parse(item.certificate).description();
    Purposes all = item.purposes;
    all.add(Purpose::documents);
    const bool promoted = item.status == Status::certificate || item.status == Status::questioned;
    std::erase_if(item.sources, [&](std::uint16_t before) { return replaces(place, before); });
    add_unique(item.sources, place);
    const bool changed = promoted || all != item.purposes;
    item.purposes = all;
    if (promoted) item.status = Status::trusted;
    say(changed ? Outcome::changed : Outcome::known, what, promoted ? "trusted" : changed ? "purposes" : "");
}

bool StoreBuilder::Import::replaces(std::uint16_t next, std::uint16_t before) const {
    const std::vector<Source>& sources = builder_.content_.sources;
    return next != before && same_series(sources.at(next), sources.at(before));
}

void StoreBuilder::Import::settle_vanished(const Source& source, std::uint16_t place, const std::vector<bool>& listed) {
    for (std::size_t index = 0; index < builder_.content_.items.size(); ++index) {
        StoreContent::Item& item = item_at(index);
        const bool was_listed = superseded_ && std::ranges::find(item.sources, *superseded_) != item.sources.end();
        const bool by_others =
            std::ranges::any_of(item.sources, [&](std::uint16_t other) { return !replaces(place, other); });
        if (listed[index] || !was_listed || by_others || item.status != Status::trusted) continue;
        if (options_.vanished == Vanished::distrust) item.status = Status::distrusted;
        if (options_.vanished == Vanished::ask) item.status = Status::questioned;
        say(Outcome::changed, Certificate::parse(item.certificate).description(), "vanished",
            "the list of " + source.country + " does not have it any more; it is " + std::string(name(item.status)));
    }
}

}  // namespace tahvil::trust
