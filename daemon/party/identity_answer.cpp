#include "daemon/party/identity_answer.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "daemon/party/pseudonym.h"
#include "daemon/receipt/sd_jwt.h"

namespace tahvil::daemon {

namespace json = boost::json;

namespace {

/// The decision without the checks whose names begin so. That somebody is not who they were asked to be is an answer,
/// and no fault of the card.
Decision decide_without(const Verdict& verdict, const Knowledge& knowledge,
                        std::initializer_list<std::string_view> left_out) {
    Facts facts{verdict.purpose, {}, verdict.deviations, verdict.profile, verdict.trust.specimen, knowledge.demo};
    std::ranges::copy_if(verdict.checks, std::back_inserter(facts.checks), [&](const Check& check) {
        return std::ranges::none_of(left_out, [&](std::string_view start) { return check.id.starts_with(start); });
    });
    return decide(*knowledge.policy, facts).decision;
}

Result result_of(const Verdict& verdict, std::string_view id) {
    const Check* const check = find(verdict.checks, id);
    return check == nullptr ? Result::not_performed : check->result;
}

std::string_view word(Result result) {
    if (result == Result::passed) return "true";
    return result == Result::failed ? "false" : "undetermined";
}

std::string_view word(bool yes) {
    return yes ? "true" : "false";
}

/// Born on 29 February one is a year older on 1 March.
bool is_older(Date birth, unsigned years, Date today) {
    return Date{birth.year() + std::chrono::years{static_cast<int>(years)}, birth.month(), birth.day()} <= today;
}

class Answering {
public:
    Answering(const Verdict& verdict, const IdentityQuestion& question, Time at)
        : verdict_(verdict),
          question_(question),
          wanted_(consented(question.wanted, question.consent)),
          today_(std::chrono::floor<std::chrono::days>(at)) {}

    json::object claims(bool accepted) {
        accepted_ = accepted;
        const HolderFacts& holder = verdict_.holder;
        if (wanted_.age_over) {
            const auto& born = holder.birth_date;
            predicate(Predicate::age_over, born ? word(is_older(*born, *wanted_.age_over, today_)) : "undetermined",
                      *wanted_.age_over);
        }
        if (wanted_.national_code_is) {
            predicate(Predicate::national_code_is, word(result_of(verdict_, "expected.national_code")),
                      json::string(*wanted_.national_code_is));
        }
        if (wanted_.name_is)
            predicate(Predicate::name_is, word(result_of(verdict_, "expected.name")), json::string(*wanted_.name_is));
        if (wanted_.birth_date_is) {
            predicate(Predicate::birth_date_is, word(result_of(verdict_, "expected.birth_date")),
                      json::string(to_iso(*wanted_.birth_date_is)));
        }
        if (wanted_.nationality_is) {
            predicate(Predicate::nationality_is,
                      holder.nationality.empty() ? "undetermined" : word(holder.nationality == *wanted_.nationality_is),
                      json::string(*wanted_.nationality_is));
        }
        if (wanted_.holder_present) predicate(Predicate::holder_present, holder_present(), nullptr);
        if (accepted) attributes();
        return std::move(claims_);
    }

private:
    void predicate(Predicate predicate, std::string_view answer, const json::value& asked) {
        json::object claim{{"answer", accepted_ ? answer : "undetermined"}};
        if (!asked.is_null()) claim["asked"] = asked;
        claims_.emplace(name(predicate), std::move(claim));
    }

    /// A PIN that the card took, or the word of a person who compared faces. A PIN that it did not take is no proof
    /// that somebody else stands there.
    std::string_view holder_present() const {
        const bool proved = result_of(verdict_, "holder.pin") == Result::passed || question_.portrait_compared_by;
        return proved ? "true" : "undetermined";
    }

    void attribute(Attribute attribute, const std::string& value) {
        if (wanted_.attributes.contains(attribute) && !value.empty()) claims_.emplace(name(attribute), value);
    }

    void attributes() {
        const HolderFacts& holder = verdict_.holder;
        const DocumentFacts& document = verdict_.document;
        attribute(Attribute::name, holder.name.empty() ? holder.latin_name : holder.name);
        attribute(Attribute::latin_name, holder.latin_name);
        attribute(Attribute::national_code, holder.national_code);
        attribute(Attribute::birth_date, holder.birth_date ? to_iso(*holder.birth_date) : std::string{});
        attribute(Attribute::sex, holder.sex);
        attribute(Attribute::nationality, holder.nationality);
        attribute(Attribute::document_number, document.number);
        attribute(Attribute::expiry_date, document.expires ? to_iso(*document.expires) : std::string{});
        if (wanted_.attributes.contains(Attribute::portrait) && !holder.portrait.empty()) {
            claims_.emplace(name(Attribute::portrait),
                            json::object{{"media_type", holder.portrait_type},
                                         {"data", to_base64(holder.portrait, Base64::standard)}});
        }
    }

    const Verdict& verdict_;
    const IdentityQuestion& question_;
    Wanted wanted_;
    Date today_;
    bool accepted_ = false;
    json::object claims_;
};

template <typename Kind>
void name_withheld(json::array& withheld, const std::set<Kind>& asked, const std::set<Kind>& allowed) {
    for (const Kind kind : asked)
        if (!allowed.contains(kind)) withheld.emplace_back(name(kind));
}

json::object consent_claim(const Consent& consent) {
    json::object claim{{"method", name(consent.method)}, {"text", consent.text}, {"language", consent.language}};
    if (!consent.operator_id.empty()) claim["operator_id"] = consent.operator_id;
    return claim;
}

}  // namespace

IdentityAnswer answer_from(const Verdict& verdict, const IdentityQuestion& question, const Knowledge& knowledge) {
    IdentityAnswer answer;
    answer.decision = decide_without(verdict, knowledge, {"expected."});
    answer.specimen = verdict.trust.specimen;
    const bool accepted = answer.decision == Decision::accept;
    if (accepted) {
        const HolderFacts& holder = verdict.holder;
        answer.identifier = holder.identifier.empty() ? holder.national_code : holder.identifier;
    }
    answer.claims = Answering{verdict, question, knowledge.at}.claims(accepted);
    if (consented(question.wanted, question.consent).card_valid) {
        const Decision on_card = decide_without(verdict, knowledge, {"expected.", "holder."});
        const std::string_view valid =
            on_card == Decision::accept ? "true" : (on_card == Decision::reject ? "false" : "undetermined");
        answer.claims.emplace(name(Predicate::card_valid), json::object{{"answer", valid}});
    }
    return answer;
}

std::string sign_answer(const IdentityAnswer& answer, const IdentityQuestion& question, const SecretBytes& party_key,
                        const IdentityBinding& binding, const SigningIdentity& signer, const RandomSource& random) {
    const std::int64_t at = binding.at.time_since_epoch().count();
    json::array withheld;
    name_withheld(withheld, question.wanted.predicates(), question.consent.predicates);
    name_withheld(withheld, question.wanted.attributes, question.consent.attributes);
    SdJwtContent content;
    content.type = kIdentityAnswerType;
    content.certificates = signer.certificates;
    content.open = {{"iss", signer.office},
                    {"aud", question.audience},
                    {"nonce", question.nonce},
                    {"iat", at},
                    {"nbf", at},
                    {"exp", at + std::chrono::seconds{kIdentityAnswerValidity}.count()},
                    {"jti", binding.id},
                    {"terminal", signer.terminal},
                    {"party", question.party},
                    {"purpose", question.purpose},
                    {"decision", name(answer.decision)},
                    {"specimen", answer.specimen},
                    {"consent", consent_claim(question.consent)},
                    {"withheld", std::move(withheld)}};
    if (!answer.identifier.empty()) content.open["sub"] = pairwise_subject(party_key, answer.identifier);
    if (question.portrait_compared_by) content.open["portrait_compared_by"] = *question.portrait_compared_by;
    content.disclosable = answer.claims;
    return issue_sd_jwt(content, *signer.key, random);
}

}  // namespace tahvil::daemon
