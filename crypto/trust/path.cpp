#include "crypto/trust/path.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/trust/name.h"
#include "crypto/trust/openssl_opinion.h"
#include "crypto/trust/signed_data.h"

namespace tahvil::trust {

namespace {

using asn1::Oid;

constexpr std::size_t kMaxLinks = 4;        // link certificates between a signer and an anchor
constexpr std::size_t kMaxCandidates = 64;  // tried for one path

const Oid kMasterListSigner("2.23.136.1.1.3");
const Oid kDeviationListSigner("2.23.136.1.1.8");

struct Refusal {
    std::string reason;
    std::string words;
    std::vector<std::string> values = {};  ///< that the words name
};

Refusal issuer_unknown(const Certificate& issued) {
    const std::string issuer = to_text(issued.issuer());
    return {"issuer_unknown", "no certificate of " + issuer + " is in the trust store", {issuer}};
}

std::string shown(std::string_view text) {
    return text.empty() ? "none" : std::string(text);
}

class Search {
public:
    Search(const TrustStore& store, const SignerRules& rules, DocumentPath& path)
        : store_(store), rules_(rules), path_(path) {}

    /// Extends the chain from its last certificate to an anchor: by key identifier, and by name when that leads
    /// nowhere.
    bool climb() {
        const Certificate last = path_.chain.back();
        std::vector<std::size_t> by_key;
        if (!last.authority_key_id().empty()) by_key = store_.by_subject_key_id(last.authority_key_id());
        if (climb_to(last, by_key)) return true;
        std::vector<std::size_t> by_name = store_.by_subject(last.issuer());
        std::erase_if(by_name, [&](std::size_t index) { return std::ranges::find(by_key, index) != by_key.end(); });
        return climb_to(last, by_name);
    }

    /// The reason for failure that weighs most: what is certain before what is merely not known.
    Refusal weightiest(const Certificate& signer) const {
        if (failed_) return *failed_;
        if (undetermined_) return *undetermined_;
        return issuer_unknown(signer);
    }
    bool certain() const { return failed_.has_value(); }

private:
    struct Candidate {
        int rank;
        std::size_t index;
        Entry entry;
    };

    /// Anchors before what must itself be climbed from, those that sign themselves before links.
    std::vector<Candidate> ranked(const std::vector<std::size_t>& indices) const {
        std::vector<Candidate> candidates;
        for (const std::size_t index : indices) {
            Entry entry = store_.entry(index);
            const bool anchor = entry.status == Status::trusted && entry.purposes.contain(rules_.purpose);
            const int rank = (anchor ? 0 : 2) + (entry.certificate.self_issued() ? 0 : 1);
            candidates.push_back({rank, index, std::move(entry)});
        }
        std::ranges::stable_sort(candidates, {}, &Candidate::rank);
        return candidates;
    }

    bool climb_to(const Certificate& last, const std::vector<std::size_t>& indices) {
        for (const auto& [rank, index, candidate] : ranked(indices)) {
            if (++tried_ > kMaxCandidates) return false;
            if (in_chain(candidate.certificate)) continue;
            const Deviations before = path_.deviations;
            if (const auto refusal = refuse(last, candidate)) {
                step(last, candidate, *refusal);
            } else {
                path_.chain.push_back(candidate.certificate);
                if (is_anchor(last, candidate, index) || may_climb_from(candidate)) return true;
                path_.chain.pop_back();
            }
            path_.deviations = before;
        }
        return false;
    }

    bool in_chain(const Certificate& candidate) const {
        return std::ranges::any_of(path_.chain,
                                   [&](const Certificate& link) { return equal(link.raw(), candidate.raw()); });
    }

    /// Whether the candidate can not be the issuer. Notes deviations; the caller takes them back.
    std::optional<Refusal> refuse(const Certificate& issued, const Entry& entry) {
        const Certificate& candidate = entry.certificate;
        std::optional<PublicKey> key;
        try {
            key = store_.public_key(candidate);
        } catch (const Error& error) {
            return Refusal{"issuer_key_refused", "its key can not be used: " + describe(error), {describe(error)}};
        }
        SignatureAttempt used;
        if (!signed_by(issued, *key, &used)) {
            const bool named = issued.authority_key_id().empty() || candidate.subject_key_id().empty() ||
                               equal(issued.authority_key_id(), candidate.subject_key_id());
            if (!named) return Refusal{"another_key", "it has the issuer's name and another key, which did not sign"};
            return Refusal{"signature_invalid",
                           "the signature is not by its key (" + key->description() + ")",
                           {key->description()}};
        }
        if (entry.status == Status::distrusted) return Refusal{"issuer_distrusted", "the trust store distrusts it"};
        if (auto refusal = refuse_as_issuer(candidate)) return refusal;
        if (auto refusal = compare_identities(issued, candidate)) return refusal;
        note(path_.deviations, candidate.deviations());
        note_explicit_parameters(path_.deviations, *key, "issuer");
        note_weakness(path_.deviations, used.algorithm, *key, "certificate");
        if (used.odd_parameters) note(path_.deviations, DeviationCode::signed_data_pss_parameters, "certificate");
        return std::nullopt;
    }

    std::optional<Refusal> refuse_as_issuer(const Certificate& candidate) {
        if (const auto extension = candidate.unknown_critical_extension())
            return Refusal{"unknown_critical_extension", "it has the critical extension " + *extension, {*extension}};
        const auto& constraints = candidate.basic_constraints();
        const bool signs = candidate.has_key_usage() && candidate.allows(KeyUsage::certificate_sign);
        if ((constraints && !constraints->authority) || (candidate.has_key_usage() && !signs) ||
            (!constraints && !signs))
            return Refusal{"not_an_issuer", "it is not allowed to issue certificates"};
        if (!constraints)
            note(path_.deviations, DeviationCode::certificate_basic_constraints_missing, to_text(candidate.subject()));
        return std::nullopt;
    }

    std::optional<Refusal> compare_identities(const Certificate& issued, const Certificate& candidate) {
        const std::string country = issued.country();
        const std::string issuer_country = candidate.country();
        const std::string stated = country_of(issued.issuer());
        // Two and three letters are compared where there is a table of countries, with the MRZ.
        const auto differ = [](const std::string& a, const std::string& b) {
            return !a.empty() && a.size() == b.size() && a != b;
        };
        if (differ(country, issuer_country) || differ(stated, issuer_country) || differ(country, stated))
            return Refusal{"country_differs",
                           "it is of " + shown(issuer_country) + ", the certificate of " + shown(country) +
                               ", whose issuer is of " + shown(stated),
                           {shown(issuer_country), shown(country), shown(stated)}};
        if (country.empty() || issuer_country.empty())
            note(path_.deviations, DeviationCode::certificate_country_missing,
                 to_text(country.empty() ? issued.subject() : candidate.subject()));
        else if (country.size() != issuer_country.size())
            note(path_.deviations, DeviationCode::certificate_country_spelling, country + " and " + issuer_country);

        const bool key_ids = !issued.authority_key_id().empty() && !candidate.subject_key_id().empty();
        if (!key_ids)
            note(path_.deviations, DeviationCode::certificate_key_id_missing,
                 issued.authority_key_id().empty() ? "authority key identifier" : "subject key identifier");
        else if (!equal(issued.authority_key_id(), candidate.subject_key_id()))
            note(path_.deviations, DeviationCode::certificate_authority_key_id_mismatch,
                 to_hex(issued.authority_key_id()) + " and " + to_hex(candidate.subject_key_id()));
        switch (compare_names(issued.issuer(), candidate.subject())) {
            case NameMatch::exact:
                break;
            case NameMatch::folded:
                note(path_.deviations, DeviationCode::certificate_issuer_name_spelling, to_text(issued.issuer()));
                break;
            case NameMatch::different:
                note(path_.deviations, DeviationCode::certificate_issuer_name_differs,
                     to_text(issued.issuer()) + " and " + to_text(candidate.subject()));
                break;
        }
        return std::nullopt;
    }

    bool is_anchor(const Certificate& issued, const Entry& entry, std::size_t index) {
        if (entry.status != Status::trusted || !entry.purposes.contain(rules_.purpose)) return false;
        path_.anchor = index;
        const std::string purpose(name(rules_.purpose));
        accept(issued, entry, "its key made the signature, and it is an anchor for " + purpose, {purpose});
        return true;
    }

    bool may_climb_from(const Entry& entry) {
        const Certificate& certificate = entry.certificate;
        const Certificate& issued = path_.chain[path_.chain.size() - 2];
        if (entry.status == Status::questioned) {
            step(issued, entry, {"issuer_questioned", "it vanished from a newer list, and nobody has decided yet"});
            return false;
        }
        if (entry.status == Status::trusted && !entry.purposes.contain(rules_.purpose)) {
            step(issued, entry,
                 {"anchor_of_another_purpose",
                  "it is an anchor, but not for " + std::string(name(rules_.purpose)),
                  {std::string(name(rules_.purpose))}});
            if (certificate.self_issued()) return false;
        }
        if (path_.chain.size() > kMaxLinks + 1) {
            step(issued, entry, {"path_too_long", "too many link certificates"});
            return false;
        }
        accept(issued, entry, "its key made the signature; it is no anchor, so its own issuer is looked for");
        const std::size_t steps = path_.steps.size();
        if (climb()) return true;
        if (path_.steps.size() == steps) {
            const Refusal refusal = issuer_unknown(certificate);
            path_.steps.push_back(
                {certificate.description(), {}, false, refusal.reason, refusal.words, {}, refusal.values});
            weigh(refusal);
        }
        return false;
    }

    void accept(const Certificate& issued, const Entry& entry, std::string words,
                std::vector<std::string> values = {}) {
        path_.steps.push_back({issued.description(),
                               entry.certificate.description(),
                               true,
                               {},
                               std::move(words),
                               asked(issued, entry.certificate),
                               std::move(values)});
    }

    void step(const Certificate& issued, const Entry& candidate, const Refusal& refusal) {
        path_.steps.push_back({issued.description(), candidate.certificate.description(), false, refusal.reason,
                               refusal.words, asked(issued, candidate.certificate), refusal.values});
        weigh(refusal);
    }

    std::string asked(const Certificate& issued, const Certificate& issuer) const {
        return rules_.explain ? openssl_says(issued.raw(), issuer.raw()) : std::string();
    }

    void weigh(const Refusal& refusal) {
        static constexpr auto kOpen =
            std::to_array<std::string_view>({"another_key", "issuer_key_refused", "issuer_unknown", "issuer_questioned",
                                             "anchor_of_another_purpose", "path_too_long"});
        const bool open = std::ranges::find(kOpen, refusal.reason) != kOpen.end();
        if (!open && !failed_) failed_ = refusal;
        if (open && refusal.reason != "another_key" && !undetermined_) undetermined_ = refusal;
    }

    const TrustStore& store_;
    const SignerRules& rules_;
    DocumentPath& path_;
    std::size_t tried_ = 0;
    std::optional<Refusal> failed_;
    std::optional<Refusal> undetermined_;
};

std::optional<Refusal> refuse_signer(const Certificate& signer, const SignerRules& rules, Deviations& deviations) {
    if (const auto extension = signer.unknown_critical_extension())
        return Refusal{
            "unknown_critical_extension", "the signer has the critical extension " + *extension, {*extension}};
    if (!signer.has_key_usage())
        note(deviations, DeviationCode::certificate_key_usage_missing, to_text(signer.subject()));
    else if (!signer.allows(KeyUsage::digital_signature))
        return Refusal{"key_usage", "the signer's key is not for signatures"};
    if (rules.extended_key_usage && !signer.has_extended_key_usage(*rules.extended_key_usage))
        return Refusal{"extended_key_usage",
                       "the signer's key is not for " + rules.extended_key_usage->dotted(),
                       {rules.extended_key_usage->dotted()}};
    const auto is_for = [&signer](const Oid& usage) { return signer.has_extended_key_usage(usage); };
    if (!rules.extended_key_usage &&
        (is_for(kMasterListSigner) || is_for(kDeviationListSigner) || is_for(hot_list_signer_usage())))
        return Refusal{"extended_key_usage", "the signer's key is for signing lists"};
    return std::nullopt;
}

}  // namespace

SignerRules SignerRules::document_signer() {
    return {Purpose::documents, std::nullopt, false};
}

SignerRules SignerRules::master_list_signer() {
    return {Purpose::master_lists, kMasterListSigner, false};
}

SignerRules SignerRules::hot_list_signer() {
    return {Purpose::documents, hot_list_signer_usage(), false};
}

const Oid& hot_list_signer_usage() {
    static const Oid usage("2.25.480938204715026813.2");
    return usage;
}

DocumentPath find_document_path(const TrustStore& store, const Certificate& signer, const SignerRules& rules) {
    DocumentPath path;
    path.detail.emplace_back("signer", signer.description());
    note(path.deviations, signer.deviations());
    if (const auto refusal = refuse_signer(signer, rules, path.deviations)) {
        path.result = Result::failed;
        path.reason = refusal->reason;
        path.detail.emplace_back("words", refusal->words);
        return path;
    }
    path.chain.push_back(signer);
    Search search(store, rules, path);
    if (search.climb()) {
        const Entry anchor = store.entry(*path.anchor);
        path.result = Result::passed;
        path.detail.emplace_back("anchor", anchor.certificate.description());
        path.detail.emplace_back("anchor_country", anchor.certificate.country());
        path.detail.emplace_back("links", std::to_string(path.chain.size() - 2));
        return path;
    }
    const Refusal refusal = search.weightiest(signer);
    if (path.steps.empty())
        path.steps.push_back({signer.description(), {}, false, refusal.reason, refusal.words, {}, refusal.values});
    path.chain.clear();
    path.result = search.certain() ? Result::failed : Result::undetermined;
    path.reason = refusal.reason;
    path.detail.emplace_back("issuer", to_text(signer.issuer()));
    path.detail.emplace_back("words", refusal.words);
    return path;
}

Check judge_validity(std::string id, const std::vector<Certificate>& chain, std::optional<Time> signing_time, Time at,
                     Deviations& deviations) {
    Check check{std::move(id), Result::passed, {}, {}};
    const auto fail = [&check](std::string reason) {
        if (check.result != Result::passed) return;
        check.result = Result::failed;
        check.reason = std::move(reason);
    };
    const Certificate& signer = chain.front();
    const Validity& validity = signer.validity();
    check.detail.emplace_back("at", to_text(at));
    check.detail.emplace_back("signer_not_before", to_text(validity.not_before));
    check.detail.emplace_back("signer_not_after", to_text(validity.not_after));
    if (signing_time) check.detail.emplace_back("signing_time", to_text(*signing_time));
    if (at < validity.not_before) {
        fail("not_yet_valid");
    } else if (at > validity.not_after) {
        if (!signing_time)
            note(deviations, DeviationCode::signer_expired_undated, to_text(validity.not_after));
        else if (validity.contains(*signing_time))
            note(deviations, DeviationCode::signer_expired, to_text(validity.not_after));
        else
            fail("expired");
    }
    for (std::size_t i = 1; i < chain.size(); ++i) {
        const Validity& issuer = chain[i].validity();
        check.detail.emplace_back("issuer_not_after", to_text(issuer.not_after));
        if (at < issuer.not_before) fail("issuer_not_yet_valid");
        if (at <= issuer.not_after) continue;
        // An issuer certifies before it expires; what it certified lives on.
        if (chain[i - 1].validity().not_before <= issuer.not_after)
            note(deviations, DeviationCode::anchor_expired, to_text(issuer.not_after));
        else
            fail("issuer_expired");
    }
    return check;
}

namespace {

struct ListVerdict {
    std::optional<RevocationList> list;  // the newest that is genuine and of the issuer
    bool unusable = false;               // one is there that can not be judged by
};

/// A list by the issuer's own key, or by another key of the same issuer that is an anchor: after a rollover the new key
/// signs the one list of the country (Doc 9303-12, 7.1.4).
bool is_genuine(const TrustStore& store, const RevocationList& list, const Certificate& issuer) {
    std::vector<Certificate> signers{issuer};
    for (const std::size_t index : store.by_subject(list.issuer())) {
        const Entry entry = store.entry(index);
        if (entry.status == Status::trusted && entry.certificate.country() == issuer.country())
            signers.push_back(entry.certificate);
    }
    return std::ranges::any_of(signers, [&](const Certificate& signer) {
        if (signer.has_key_usage() && !signer.allows(KeyUsage::crl_sign)) return false;
        if (!list.authority_key_id().empty() && !signer.subject_key_id().empty() &&
            !equal(list.authority_key_id(), signer.subject_key_id()))
            return false;
        try {
            return store.signs(signer, list);
        } catch (const Error&) {
            return false;  // a key that can not be used has signed nothing
        }
    });
}

ListVerdict list_for(const TrustStore& store, const Certificate& issued, const Certificate& issuer, Time at) {
    ListVerdict verdict;
    std::vector<std::size_t> indices = store.revocation_lists_of(issued.issuer());
    for (const std::size_t index : store.revocation_lists_of(issuer.subject()))
        if (std::ranges::find(indices, index) == indices.end()) indices.push_back(index);
    for (const std::size_t index : indices) {
        const RevocationList list = store.revocation_list(index);
        if (list.this_update() > at || !is_genuine(store, list, issuer)) continue;
        if (list.unknown_critical_extension()) {
            verdict.unusable = true;
            continue;
        }
        if (!verdict.list || goes_back(*verdict.list, list)) verdict.list = list;
    }
    return verdict;
}

}  // namespace

RevocationJudgement judge_revocation(std::string id, const TrustStore& store, const std::vector<Certificate>& chain,
                                     Time at, std::optional<std::chrono::hours> age_limit) {
    RevocationJudgement judgement{{std::move(id), Result::passed, {}, {}}, std::nullopt};
    Check& check = judgement.check;
    const auto settle = [&check](Result result, std::string reason) {
        if (check.result == Result::failed || (check.result == Result::undetermined && result != Result::failed))
            return;
        check.result = result;
        check.reason = std::move(reason);
    };
    for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
        const Certificate& issued = chain[i];
        const auto [list, unusable] = list_for(store, issued, chain[i + 1], at);
        if (!list) {
            settle(Result::undetermined, unusable ? "list_unusable" : "no_list");
            check.detail.emplace_back("no_list_of", to_text(issued.issuer()));
            continue;
        }
        check.detail.emplace_back("list", list->description());
        check.detail.emplace_back("revocation_as_of", to_text(list->this_update()));
        judgement.as_of = std::min(judgement.as_of.value_or(list->this_update()), list->this_update());
        if (const auto since = list->revoked_since(issued.serial())) {
            settle(Result::failed, "revoked");
            check.detail.emplace_back("revoked", issued.description());
            check.detail.emplace_back("revoked_since", to_text(*since));
            continue;
        }
        const auto age = std::chrono::floor<std::chrono::hours>(at - list->this_update());
        if (age_limit && age > *age_limit) {
            settle(Result::undetermined, "list_too_old");
            check.detail.emplace_back("age_hours", std::to_string(age.count()));
            check.detail.emplace_back("age_limit_hours", std::to_string(age_limit->count()));
        } else if (!age_limit && list->next_update() && at > *list->next_update()) {
            settle(Result::undetermined, "list_too_old");
            check.detail.emplace_back("next_update", to_text(*list->next_update()));
        }
    }
    return judgement;
}

}  // namespace tahvil::trust
