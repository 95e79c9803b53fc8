#include "crypto/trust/passive_authentication.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/trust/name.h"

namespace tahvil::trust {

namespace {

/// What became of a SignedData: the four checks that EF.SOD and EF.CardSecurity have in common.
struct Judgement {
    Check signature;
    Check chain;
    Check validity;
    Check revocation;
    Deviations deviations;
    TrustFacts trust;
    std::vector<PathStep> steps;
};

Check not_performed(std::string id, std::string reason) {
    return {std::move(id), Result::not_performed, std::move(reason), {}};
}

int weight(Result result) {
    switch (result) {
        case Result::failed:
            return 3;
        case Result::undetermined:
            return 2;
        case Result::not_performed:
            return 1;
        default:
            return 0;
    }
}

/// Of several signers all must pass: the worst counts, and the details of all are kept.
void merge(Check& into, Check other) {
    if (weight(other.result) > weight(into.result)) {
        into.result = other.result;
        into.reason = std::move(other.reason);
    }
    into.detail.insert(into.detail.end(), other.detail.begin(), other.detail.end());
}

/// Certificates of the store that the signer may mean when the data does not bring its own.
std::vector<Certificate> certificates_for(const TrustStore& store, const SignerInfo& signer) {
    std::vector<Certificate> found;
    const std::vector<std::size_t> indices = signer.key_id.empty()
                                                 ? store.by_issuer_and_serial(signer.issuer, signer.serial)
                                                 : store.by_subject_key_id(signer.key_id);
    found.reserve(indices.size());
    for (const std::size_t index : indices) found.push_back(store.certificate(index));
    return found;
}

class Judge {
public:
    Judge(const SignedData& data, const TrustStore& store, const Evaluation& evaluation, std::string prefix)
        : data_(data), store_(store), evaluation_(evaluation), prefix_(std::move(prefix)) {}

    Judgement judge() {
        if (data_.signers().empty()) {
            judgement_.signature = {prefix_ + ".signature", Result::failed, "no_signer", {}};
            leave_out_the_rest("no_signer");
            return std::move(judgement_);
        }
        judgement_.signature = {prefix_ + ".signature", Result::passed, {}, {}};
        judgement_.chain = {prefix_ + ".chain", Result::passed, {}, {}};
        judgement_.validity = {prefix_ + ".validity", Result::passed, {}, {}};
        judgement_.revocation = {prefix_ + ".revocation", Result::passed, {}, {}};
        if (data_.signers().size() > 1)
            judgement_.signature.detail.emplace_back("signers", std::to_string(data_.signers().size()));
        for (const SignerInfo& signer : data_.signers()) judge(signer);
        return std::move(judgement_);
    }

private:
    void judge(const SignerInfo& signer) {
        try {
            judge_parsed(signer);
        } catch (const MalformedData& error) {  // a part that is read only when it is needed
            merge(judgement_.signature,
                  {prefix_ + ".signature", Result::failed, "malformed", {{"words", error.what()}}});
            leave_out("malformed");
        }
    }

    void judge_parsed(const SignerInfo& signer) {
        SignerCheck check = verify_signer(data_, signer, certificates_for(store_, signer));
        note(judgement_.deviations, check.deviations);
        merge(judgement_.signature, {prefix_ + ".signature", check.result, check.reason, check.detail});
        judgement_.trust.signing_time = signer.signing_time;
        if (!check.certificate) {
            leave_out("signer_certificate_missing");
            return;
        }
        const Certificate& certificate = *check.certificate;
        judgement_.trust.signer_country = certificate.country();
        SignerRules rules = SignerRules::document_signer();
        rules.explain = evaluation_.explain;
        DocumentPath path = find_document_path(store_, certificate, rules);
        note(judgement_.deviations, path.deviations);
        merge(judgement_.chain, {prefix_ + ".chain", path.result, path.reason, path.detail});
        judgement_.steps.insert(judgement_.steps.end(), path.steps.begin(), path.steps.end());

        const std::vector<Certificate> chain = path.chain.empty() ? std::vector{certificate} : path.chain;
        merge(judgement_.validity,
              judge_validity(prefix_ + ".validity", chain, signer.signing_time, evaluation_.at, judgement_.deviations));
        if (!path.anchor) {
            merge(judgement_.revocation, not_performed(prefix_ + ".revocation", "no_chain"));
            return;
        }
        RevocationJudgement revocation =
            judge_revocation(prefix_ + ".revocation", store_, chain, evaluation_.at, evaluation_.revocation_age_limit);
        merge(judgement_.revocation, std::move(revocation.check));
        judgement_.trust.revocation_as_of = revocation.as_of;
        take_trust_from(*path.anchor, chain);
    }

    void take_trust_from(std::size_t anchor_index, const std::vector<Certificate>& chain) {
        const Entry anchor = store_.entry(anchor_index);
        TrustFacts& trust = judgement_.trust;
        trust.anchor = anchor.certificate.description();
        trust.anchor_fingerprint = anchor.certificate.fingerprint();
        trust.anchor_country = anchor.certificate.country();
        trust.specimen = trust.specimen || anchor.specimen || std::ranges::any_of(chain, [](const Certificate& link) {
                             return names_a_specimen(link.subject());
                         });
        for (const std::uint16_t index : anchor.sources)
            if (const auto source = store_.source(index)) trust.sources.push_back(source->file);
    }

    void leave_out(const std::string& reason) {
        merge(judgement_.chain, not_performed(prefix_ + ".chain", reason));
        merge(judgement_.validity, not_performed(prefix_ + ".validity", reason));
        merge(judgement_.revocation, not_performed(prefix_ + ".revocation", reason));
    }

    void leave_out_the_rest(const std::string& reason) {
        judgement_.chain = not_performed(prefix_ + ".chain", reason);
        judgement_.validity = not_performed(prefix_ + ".validity", reason);
        judgement_.revocation = not_performed(prefix_ + ".revocation", reason);
    }

    const SignedData& data_;
    const TrustStore& store_;
    const Evaluation& evaluation_;
    std::string prefix_;
    Judgement judgement_;
};

Check judge_hashes(const LdsFiles& files, const LdsSecurityObject& lds, Deviations& deviations,
                   std::set<int>& matching) {
    Check check{"passive_authentication.data_group_hashes", Result::passed, {}, {}};
    check.detail.emplace_back("digest_algorithm", std::string(name(lds.digest)));
    if (lds.digest == DigestAlgorithm::sha1) note(deviations, DeviationCode::algorithm_sha1, "data group hashes");
    for (const auto& [group, content] : files.data_groups) {
        const std::string label = "dg" + std::to_string(group);
        const auto expected = lds.hashes.find(group);
        if (expected == lds.hashes.end()) {
            check.detail.emplace_back(label, "not_covered");
            note(deviations, DeviationCode::data_group_not_covered, label);
        } else if (equal(digest(lds.digest, content), expected->second)) {
            check.detail.emplace_back(label, "match");
            matching.insert(group);
        } else {
            check.detail.emplace_back(label, "mismatch");
            check.result = Result::failed;
            check.reason = "hash_mismatch";
        }
    }
    for (const auto& [group, hash] : lds.hashes)
        if (!files.data_groups.contains(group)) check.detail.emplace_back("dg" + std::to_string(group), "not_read");
    if (check.result == Result::passed && matching.empty()) {
        check.result = Result::not_performed;
        check.reason = "no_data_group_read";
    }
    return check;
}

std::string listed(const std::set<int>& groups) {
    std::string text;
    for (const int group : groups) text += (text.empty() ? "" : ",") + std::to_string(group);
    return text;
}

/// EF.SOD wins over EF.COM, which nobody signed: a disagreement is a deviation and no failure.
Check judge_com(const LdsFiles& files, const LdsSecurityObject& lds, Deviations& deviations) {
    Check check{"passive_authentication.com_consistent", Result::passed, {}, {}};
    if (!files.com) return not_performed(check.id, "com_not_read");
    const StatedByCom& com = *files.com;
    if (!com.trouble.empty()) {
        check.result = Result::undetermined;
        check.reason = "malformed";
        check.detail.emplace_back("words", com.trouble);
        return check;
    }
    std::set<int> signed_groups;
    for (const auto& [group, hash] : lds.hashes) signed_groups.insert(group);
    check.detail.emplace_back("com", listed(com.groups));
    check.detail.emplace_back("security_object", listed(signed_groups));
    if (com.groups != signed_groups)
        note(deviations, DeviationCode::com_disagrees,
             "EF.COM lists " + listed(com.groups) + ", EF.SOD " + listed(signed_groups));
    if (lds.lds_version && *lds.lds_version != com.lds_version)
        note(deviations, DeviationCode::com_disagrees,
             "EF.COM is of version " + com.lds_version + ", EF.SOD of " + *lds.lds_version);
    return check;
}

bool all_passed(const std::vector<Check>& checks, std::initializer_list<std::string_view> ids) {
    return std::ranges::all_of(ids, [&](std::string_view id) {
        const Check* check = find(checks, id);
        return check != nullptr && check->passed();
    });
}

/// What was found out of the SignedData, into what is said of the file that holds it.
template <typename Authentication>
void take(Authentication& result, Judgement judgement, const TrustStore& store) {
    note(result.deviations, judgement.deviations);
    result.trust = std::move(judgement.trust);
    result.trust.trust_version = store.number();
    result.steps = std::move(judgement.steps);
    for (Check* check : {&judgement.signature, &judgement.chain, &judgement.validity, &judgement.revocation})
        result.checks.push_back(std::move(*check));
}

}  // namespace

bool PassiveAuthentication::authentic() const {
    return all_passed(
        checks, {"passive_authentication.structure", "passive_authentication.signature", "passive_authentication.chain",
                 "passive_authentication.validity", "passive_authentication.data_group_hashes"});
}

bool CardSecurityAuthentication::authentic() const {
    return all_passed(checks, {"card_security.signature", "card_security.chain", "card_security.validity"});
}

PassiveAuthentication authenticate(const LdsFiles& files, const TrustStore& store, const Evaluation& evaluation) {
    static const std::string prefix = "passive_authentication";
    PassiveAuthentication result;
    result.trust.trust_version = store.number();
    std::optional<SecurityObject> object;
    Check structure{prefix + ".structure", Result::passed, {}, {}};
    try {
        object = SecurityObject::parse(files.security_object);
        structure.detail.emplace_back("content_type", object->signed_data.content_type().dotted());
        structure.detail.emplace_back("version", std::to_string(object->lds.version));
    } catch (const MalformedData& error) {
        structure.result = Result::failed;
        structure.reason = "malformed";
        structure.detail.emplace_back("words", error.what());
    }
    result.checks.push_back(structure);
    if (!object) {
        for (const char* rest :
             {".signature", ".chain", ".validity", ".revocation", ".data_group_hashes", ".com_consistent"})
            result.checks.push_back(not_performed(prefix + rest, "structure_failed"));
        return result;
    }
    note(result.deviations, object->deviations);

    take(result, Judge(object->signed_data, store, evaluation, prefix).judge(), store);
    result.checks.push_back(judge_hashes(files, object->lds, result.deviations, result.matching));
    result.checks.push_back(judge_com(files, object->lds, result.deviations));
    result.lds = std::move(object->lds);
    return result;
}

CardSecurityAuthentication authenticate_card_security(ByteView file, const TrustStore& store,
                                                      const Evaluation& evaluation) {
    static const std::string prefix = "card_security";
    CardSecurityAuthentication result;
    result.trust.trust_version = store.number();
    std::optional<CardSecurity> card;
    try {
        card = CardSecurity::parse(file);
    } catch (const MalformedData& error) {
        result.checks.push_back({prefix + ".signature", Result::failed, "malformed", {{"words", error.what()}}});
        for (const char* rest : {".chain", ".validity", ".revocation"})
            result.checks.push_back(not_performed(prefix + rest, "malformed"));
        return result;
    }
    note(result.deviations, card->deviations);
    take(result, Judge(card->signed_data, store, evaluation, prefix).judge(), store);
    result.security_infos = to_bytes(card->security_infos());
    return result;
}

}  // namespace tahvil::trust
