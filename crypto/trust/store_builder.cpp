#include "crypto/trust/store_builder.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/master_list.h"
#include "crypto/trust/name.h"
#include "crypto/trust/path.h"
#include "crypto/trust/text_formats.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Oid;
using asn1::Rules;
using asn1::Tag;

constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kMaxSources = 65'535;        // their indices are written in two bytes
constexpr std::chrono::hours kClockTolerance{24};  // a list may be signed by a clock that is ahead of ours

Bytes sha256(ByteView bytes) {
    return digest(DigestAlgorithm::sha256, bytes);
}

bool may_issue(const Certificate& certificate) {
    const bool signs = certificate.has_key_usage() && certificate.allows(KeyUsage::certificate_sign);
    const auto& constraints = certificate.basic_constraints();
    return constraints ? constraints->authority && (signs || !certificate.has_key_usage()) : signs;
}

void add_unique(std::vector<std::uint16_t>& sources, std::uint16_t source) {
    if (std::ranges::find(sources, source) == sources.end()) sources.push_back(source);
}

}  // namespace

std::optional<Vanished> vanished_by_name(std::string_view name) {
    if (name == "keep") return Vanished::keep;
    if (name == "ask") return Vanished::ask;
    if (name == "distrust") return Vanished::distrust;
    return std::nullopt;
}

std::string_view name(Outcome outcome) {
    switch (outcome) {
        case Outcome::added:
            return "new";
        case Outcome::known:
            return "known";
        case Outcome::changed:
            return "changed";
        case Outcome::refused:
            break;
    }
    return "refused";
}

std::size_t ImportReport::count(Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(items, outcome, &ImportItem::outcome));
}

/// One file on its way in.
class StoreBuilder::Import {
public:
    Import(StoreBuilder& builder, const ImportOptions& options) : builder_(builder), options_(options) {}

    ImportReport run(ByteView file) {
        if (file.empty())
            refuse(options_.file, "empty", "the file is empty");
        else if (file[0] == 0x30)
            take_der(file);
        else if (looks_like_pem(file))
            take_pem(file);
        else if (looks_like_ldif(file))
            take_ldif(file);
        else
            refuse(options_.file, "unknown_format", "neither DER, PEM nor LDIF");
        return std::move(report_);
    }

private:
    void refuse(std::string what, std::string reason, std::string words) {
        report_.items.push_back({Outcome::refused, std::move(what), std::move(reason), std::move(words)});
    }

    void say(Outcome outcome, const std::string& what, std::string reason = {}, std::string words = {}) {
        report_.items.push_back({outcome, what, std::move(reason), std::move(words)});
        if (outcome != Outcome::known) builder_.changed_ = true;
    }

    void take_der(ByteView file) {
        try {
            Cursor inside = Cursor(file, Rules::ber).enter(Tag::sequence);
            if (inside.next_is(Tag::object_identifier))
                take_signed_data(file);
            else if (is_revocation_list(inside))
                take_revocation_list(RevocationList::parse(file));
            else
                take_certificate(file);
        } catch (const MalformedData& error) {
            refuse(options_.file, "malformed", error.what());
        }
    }

    /// A CertificateList goes on with an algorithm and a name where a certificate has a serial number and an algorithm.
    static bool is_revocation_list(Cursor outer) {
        Cursor tbs = outer.enter(Tag::sequence);
        static_cast<void>(tbs.read_if(Tag::integer));
        if (!tbs.read_if(Tag::sequence)) return false;
        return tbs.next_is(Tag::sequence);
    }

    void take_pem(ByteView file) {
        try {
            for (const PemBlock& block : read_pem(file)) {
                if (block.label == "CERTIFICATE" || block.label == "X509 CRL" || block.label == "CMS" ||
                    block.label == "PKCS7")
                    take_der(block.content);
                else
                    refuse(options_.file, "unknown_format", "a PEM block of the kind " + block.label);
            }
        } catch (const MalformedData& error) {
            refuse(options_.file, "malformed", error.what());
        }
    }

    /// What the ICAO PKD publishes. Its certificates are no anchors: nobody has vouched for the file.
    void take_ldif(ByteView file) {
        try {
            for (const LdifValue& value : read_ldif(file)) {
                if (value.attribute == "usercertificate" || value.attribute == "cacertificate") {
                    take_plain_certificate(value.content);
                } else if (value.attribute == "certificaterevocationlist" || value.attribute == "cscamasterlistdata" ||
                           value.attribute == "pkdmasterlistcontent") {
                    take_der(value.content);
                }
            }
        } catch (const MalformedData& error) {
            refuse(options_.file, "malformed", error.what());
        }
    }

    void take_signed_data(ByteView file) {
        static const Oid data_type("1.2.840.113549.1.7.1");
        const SignedData data = SignedData::parse(file);
        if (data.content_type() == master_list_content_type()) {
            take_master_list(file);
        } else if (data.content_type() == data_type && data.content().empty() && data.signers().empty()) {
            for (const Certificate& certificate : data.certificates()) take_certificate(certificate.raw());
            for (const ByteView list : data.revocation_lists()) take_revocation_list(RevocationList::parse(list));
        } else {
            refuse(options_.file, "unknown_format", "signed content of the type " + data.content_type().dotted());
        }
    }

    // ---- certificates
    // -------------------------------------------------------------------------------------------------

    /// A certificate that the operator hands in: an anchor when it signs itself, else one that must chain to an anchor.
    void take_certificate(ByteView raw) {
        const Certificate certificate = Certificate::parse(raw);
        if (!certificate.self_issued()) {
            if (options_.pin)
                refuse(certificate.description(), "not_a_root", "only a certificate that signs itself can be pinned");
            else
                take_plain_certificate(raw);
            return;
        }
        if (!usable(certificate)) return;
        if (!may_issue(certificate)) {
            refuse(certificate.description(), "not_an_issuer",
                   "it signs itself and is not allowed to issue certificates");
            return;
        }
        if (!signed_by(certificate, certificate.public_key())) {
            refuse(certificate.description(), "self_signature_invalid", "it is not signed by its own key");
            return;
        }
        const Purposes purposes = options_.pin ? Purposes{Purpose::master_lists} : options_.purposes;
        Source source = new_source(options_.pin ? SourceKind::pinned_root : SourceKind::operator_file, raw);
        source.country = certificate.country();
        vouch(certificate, purposes, source);
    }

    void take_plain_certificate(ByteView raw) {
        try {
            const Certificate certificate = Certificate::parse(raw);
            if (!usable(certificate)) return;
            if (builder_.find(raw) != kNowhere) {
                say(Outcome::known, certificate.description());
                return;
            }
            builder_.add(raw, Status::certificate);
            say(Outcome::added, certificate.description());
        } catch (const MalformedData& error) {
            refuse("a certificate of " + options_.file, "malformed", error.what());
        }
    }

    bool usable(const Certificate& certificate) {
        if (builder_.find(certificate.raw()) != kNowhere) return true;  // was looked at when it came in
        try {
            static_cast<void>(certificate.public_key());
            return true;
        } catch (const Error& error) {
            refuse(certificate.description(), std::string(error.code()), error.what());
            return false;
        }
    }

    void vouch(const Certificate& certificate, Purposes purposes, const Source& source) {
        const std::size_t at = builder_.find(certificate.raw());
        if (at == kNowhere) {
            StoreContent::Item& item = item_at(builder_.add(certificate.raw(), Status::trusted));
            item.purposes = purposes;
            item.sources.push_back(index_of(source));
            say(Outcome::added, certificate.description());
            return;
        }
        StoreContent::Item& item = item_at(at);
        Purposes all = item.purposes;
        all.add(purposes);
        const bool promoted = item.status == Status::certificate || item.status == Status::questioned;
        if (all == item.purposes && !promoted) {
            say(Outcome::known, certificate.description());
            return;
        }
        add_unique(item.sources, index_of(source));
        item.purposes = all;
        if (promoted) item.status = Status::trusted;
        say(Outcome::changed, certificate.description(), promoted ? "trusted" : "purposes");
    }

    StoreContent::Item& item_at(std::size_t index) { return builder_.content_.items[index]; }

    Source new_source(SourceKind kind, ByteView content) const {
        Source source;
        source.kind = kind;
        source.file = options_.file;
        source.digest = sha256(content);
        source.imported_at = options_.at;
        return source;
    }

    std::uint16_t index_of(const Source& source) {
        std::vector<Source>& sources = builder_.content_.sources;
        for (std::size_t i = 0; i < sources.size(); ++i)
            if (sources[i].kind == source.kind && sources[i].digest == source.digest)
                return static_cast<std::uint16_t>(i);
        if (sources.size() == kMaxSources) throw LimitExceeded("trust.sources", "the trust store has too many sources");
        sources.push_back(source);
        return static_cast<std::uint16_t>(sources.size() - 1);
    }

    // ---- master lists
    // -------------------------------------------------------------------------------------------------

    void take_master_list(ByteView file) {
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

    /// Pins the root whose fingerprint the operator has from elsewhere: it may come in the list itself.
    bool pin_root_of(const MasterList& list) {
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
        refuse(options_.file, "pin_not_found",
               "no certificate with the pinned fingerprint is in the list or the store");
        return false;
    }

    /// Every signer must be genuine and chain to a pinned root at the time at which it signed.
    bool judge_signers(const SignedData& data, Source& source) {
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
            source.signed_at =
                source.signed_at ? std::min(*source.signed_at, *signer.signing_time) : *signer.signing_time;
            source.signer = check.certificate->description();
            source.country = path.chain.back().country();
            source.root = sha256(path.chain.back().spki());
        }
        return true;
    }

    /// A store of the pinned roots and of what the list brings along to get to them.
    std::shared_ptr<const TrustStore> roots_with(const std::vector<Certificate>& brought) const {
        StoreContent roots;
        for (const StoreContent::Item& item : builder_.content_.items)
            if (item.purposes.contain(Purpose::master_lists)) roots.items.push_back(item);
        for (const Certificate& certificate : brought)
            if (std::ranges::none_of(roots.items,
                                     [&](const auto& root) { return equal(root.certificate, certificate.raw()); }))
                roots.items.push_back({to_bytes(certificate.raw()), {}, Status::certificate, {}});
        return TrustStore::from_bytes(encode(roots));
    }

    static bool same_series(const Source& a, const Source& b) {
        return a.kind == b.kind && a.root == b.root && a.country == b.country;
    }

    bool in_order(Source& source) {
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

    std::uint16_t supersede(const Source& source) {
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

    std::size_t take_listed(ByteView raw, std::uint16_t place) {
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

    void take_known(std::size_t index, std::uint16_t place) {
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

    bool replaces(std::uint16_t next, std::uint16_t before) const {
        const std::vector<Source>& sources = builder_.content_.sources;
        return next != before && same_series(sources.at(next), sources.at(before));
    }

    void settle_vanished(const Source& source, std::uint16_t place, const std::vector<bool>& listed) {
        for (std::size_t index = 0; index < builder_.content_.items.size(); ++index) {
            StoreContent::Item& item = item_at(index);
            const bool was_listed = superseded_ && std::ranges::find(item.sources, *superseded_) != item.sources.end();
            const bool by_others =
                std::ranges::any_of(item.sources, [&](std::uint16_t other) { return !replaces(place, other); });
            if (listed[index] || !was_listed || by_others || item.status != Status::trusted) continue;
            if (options_.vanished == Vanished::distrust) item.status = Status::distrusted;
            if (options_.vanished == Vanished::ask) item.status = Status::questioned;
            say(Outcome::changed, Certificate::parse(item.certificate).description(), "vanished",
                "the list of " + source.country + " does not have it any more; it is " +
                    std::string(name(item.status)));
        }
    }

    // ---- revocation lists
    // ---------------------------------------------------------------------------------------------

    void take_revocation_list(const RevocationList& list) {
        list.require_entries();
        const std::string what = list.description();
        if (list.this_update() > options_.at + kClockTolerance) {
            refuse(what, "signed_in_future", "it is of a time to come");
            return;
        }
        if (!has_issuer(list)) {
            refuse(what, "issuer_unknown", "no certificate in the store has signed it");
            return;
        }
        std::vector<Bytes>& lists = builder_.content_.revocation_lists;
        for (Bytes& raw : lists) {
            const RevocationList before = RevocationList::parse(raw);
            if (compare_names(before.issuer(), list.issuer()) == NameMatch::different ||
                !equal(before.authority_key_id(), list.authority_key_id()))
                continue;
            if (equal(before.raw(), list.raw())) {
                say(Outcome::known, what);
            } else if (goes_back(list, before) && !options_.allow_rollback) {
                refuse(what, "rollback", "the store has " + before.description());
            } else {
                const bool back = goes_back(list, before);
                raw = to_bytes(list.raw());
                say(Outcome::changed, what, back ? "rollback" : "newer");
            }
            return;
        }
        lists.push_back(to_bytes(list.raw()));
        say(Outcome::added, what);
    }

    bool has_issuer(const RevocationList& list) const {
        return std::ranges::any_of(builder_.content_.items, [&](const StoreContent::Item& item) {
            const Certificate issuer = Certificate::parse(item.certificate);
            if (item.status == Status::distrusted || !may_issue(issuer)) return false;
            const bool named = compare_names(issuer.subject(), list.issuer()) != NameMatch::different;
            const bool keyed =
                !list.authority_key_id().empty() && equal(issuer.subject_key_id(), list.authority_key_id());
            if (!named && !keyed) return false;
            if (issuer.has_key_usage() && !issuer.allows(KeyUsage::crl_sign)) return false;
            return list.signed_by(issuer.public_key());  // which could be used when the certificate came in
        });
    }

    StoreBuilder& builder_;
    const ImportOptions& options_;
    ImportReport report_;
    std::optional<std::uint16_t> superseded_;  // the list that the one on its way in follows
};

StoreBuilder::StoreBuilder(const TrustStore& previous) : content_(content_of(previous)) {
    for (std::size_t i = 0; i < content_.items.size(); ++i) index_.emplace(as_text(content_.items[i].certificate), i);
}

std::size_t StoreBuilder::find(ByteView certificate) const {
    const auto found = index_.find(as_text(certificate));
    return found == index_.end() ? kNowhere : found->second;
}

std::size_t StoreBuilder::add(ByteView certificate, Status status) {
    content_.items.push_back({to_bytes(certificate), {}, status, {}});
    // The key is a view of the item's own bytes, which stay where they are when the vector grows.
    index_.emplace(as_text(content_.items.back().certificate), content_.items.size() - 1);
    return content_.items.size() - 1;
}

ImportReport StoreBuilder::import(ByteView file, const ImportOptions& options) {
    return Import(*this, options).run(file);
}

bool StoreBuilder::decide(ByteView fingerprint, Status status) {
    for (StoreContent::Item& item : content_.items) {
        if (!equal(sha256(item.certificate), fingerprint)) continue;
        changed_ = changed_ || item.status != status;
        item.status = status;
        return true;
    }
    return false;
}

bool StoreBuilder::record_hot_list(const HotListRecord& record, bool allow_rollback) {
    for (HotListRecord& before : content_.hot_lists) {
        if (before.issuer != record.issuer) continue;
        const bool forward = record.sequence > before.sequence && record.issued_at >= before.issued_at;
        if (!forward && !allow_rollback) return false;
        before = record;
        changed_ = true;
        return true;
    }
    content_.hot_lists.push_back(record);
    changed_ = true;
    return true;
}

Bytes StoreBuilder::next(Time at, std::uint64_t least) const {
    StoreContent next = content_;
    next.number = std::max(next.number + 1, least);
    next.created_at = at;
    return encode(next);
}

}  // namespace tahvil::trust
