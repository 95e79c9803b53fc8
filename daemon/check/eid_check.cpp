#include "daemon/check/eid_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "apdu/access/chip_authentication.h"
#include "apdu/applets/eid.h"
#include "apdu/applets/lds/file.h"
#include "apdu/error.h"
#include "crypto/error.h"
#include "daemon/check/terminal_check.h"
#include "daemon/text/country.h"
#include "daemon/text/folding.h"

namespace tahvil::daemon {

namespace {

constexpr int kVersion = 2;
constexpr std::string_view kChip = "chip.authentication";
constexpr std::string_view kRead = "read.complete";

using eid::Group;

Check check(std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
    return {std::string{id}, result, std::move(reason), std::move(detail)};
}

/// YYYYMMDD; nothing for a date that does not exist, or that is known in part only.
std::optional<Date> read_date(const std::string& text) {
    if (text.size() != 8) return std::nullopt;
    try {
        return parse_iso_date(text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2));
    } catch (const InvalidInput&) {
        return std::nullopt;
    }
}

class EidChecker {
public:
    EidChecker(OpenedCard& card, const CardCheck& asked, const Knowledge& knowledge, const RandomSource& random,
               const std::function<void(std::string_view)>& step, Verdict& verdict)
        : card_(card), asked_(asked), knowledge_(knowledge), random_(random), step_(step), verdict_(verdict) {}

    std::map<std::string, Bytes> run() {
        step_("authenticate");
        if (prove_terminal() && prove_chip()) {
            step_("read");
            read_groups();
        } else {
            add(check(kRead, Result::not_performed, "card_is_closed"));
        }
        judge_document();
        judge_expected();
        return std::move(files_);
    }

private:
    void add(Check result) { verdict_.checks.push_back(std::move(result)); }

    /// The group of the chip's key, in which the terminal's has to be made before the chip's is known: as EF.CardAccess
    /// says, else that of PACE.
    tahvil::Group group_of_chip() const {
        for (const auto& info : card_.card_access->chip_authentication_domain_parameters) {
            try {
                return info.group();
            } catch (const MalformedData&) {
                // Parameters beyond this program.
            }
        }
        return card_.pace->party.group();
    }

    bool prove_terminal() {
        if (!card_.terminal) {
            add(check("terminal.authentication", Result::not_performed, "no_terminal_key"));
            return false;
        }
        std::vector<std::string> references;
        for (const auto* reference : {&card_.pace->authority_reference, &card_.pace->previous_authority_reference})
            if (*reference) references.emplace_back(as_text(**reference));
        ephemeral_.emplace(group_of_chip(), random_);
        Check result = show_terminal(*card_.secure, kVersion, references, *card_.terminal,
                                     {card_.chip_identifier, ephemeral_->compressed_public_key(), {}});
        const bool passed = result.passed();
        add(std::move(result));
        return passed;
    }

    bool prove_chip() {
        const lds::FileEntry& file = lds::entry(lds::File::card_security);
        Bytes& card_security = files_[std::string{lds::name(lds::File::card_security)}];
        try {
            card_security = read_file(*card_.secure, {file.identifier, file.short_identifier});
        } catch (const CardRefused& error) {
            files_.clear();
            add(check(kChip, Result::undetermined, "card_security_refused", {{"words", error.what()}}));
            return false;
        }
        const auto findings = trust::authenticate_card_security(
            card_security, *knowledge_.trust, {knowledge_.at, knowledge_.policy->revocation_list_age()});
        add_to(verdict_, findings);
        trust_ = findings.trust;
        Check result = judge_chip(findings);
        const Check* signature = find(findings.checks, "card_security.signature");
        authentic_ = result.result != Result::failed && proved_ && signature != nullptr && signature->passed();
        add(std::move(result));
        return proved_;
    }

    Check judge_chip(const trust::CardSecurityAuthentication& findings) {
        Details detail{{"method", "chip_authentication"}, {"key_in", "EF.CardSecurity"}};
        try {
            const auto offers = chip_authentication::offers(SecurityInfos::parse(findings.security_infos), kVersion);
            const auto offer =
                std::ranges::find_if(offers, [&](const auto& one) { return one.key.group() == ephemeral_->group(); });
            if (offer == offers.end()) return check(kChip, Result::undetermined, "no_known_offer", std::move(detail));
            detail.emplace_back("protocol", chip_authentication::description(offer->protocol));
            detail.emplace_back("key", offer->key.description());
            chip_authentication::authenticate(*card_.secure, *offer, *ephemeral_);
            proved_ = true;
        } catch (const MalformedData&) {
            return check(kChip, Result::undetermined, "card_security_malformed", std::move(detail));
        } catch (const CardRefused& error) {
            detail.emplace_back("words", error.what());
            return check(kChip, Result::failed, "refused_by_card", std::move(detail));
        } catch (const ProtocolViolation& error) {
            detail.emplace_back("words", error.what());
            const bool token = error.code() == "access.ca_token";
            return check(kChip, Result::failed, token ? "wrong_key" : "malformed_answer", std::move(detail));
        }
        if (!findings.authentic()) return check(kChip, Result::undetermined, "key_not_verified", std::move(detail));
        return check(kChip, Result::passed, {}, std::move(detail));
    }

    bool is_needed(unsigned group) const {
        if (!card_.terminal->certificate.authorization.has(eid::right_to_read(group))) return false;
        constexpr std::array kPerson{Group::document_type, Group::issuing_state, Group::expiry_date, Group::given_names,
                                     Group::family_names,  Group::birth_date,    Group::nationality, Group::sex};
        return asked_.want.contains(Part::files) ||
               std::ranges::find(kPerson, static_cast<Group>(group)) != kPerson.end();
    }

    void read_groups() {
        card_.secure->require(Command::select_application(eid::kApplication), "SELECT of the eID application");
        std::string refused;
        for (unsigned group = 1; group <= eid::kGroups; ++group) {
            if (!is_needed(group)) continue;
            try {
                groups_[group] = read_file(*card_.secure, eid::file_of(group));
                files_["eID.DG" + std::to_string(group)] = groups_[group];
            } catch (const CardRefused& error) {
                if (error.status() == sw::file_not_found) continue;  // cards need not have all of them
                refused += (refused.empty() ? "eID.DG" : ", eID.DG") + std::to_string(group);
            }
        }
        add(refused.empty() ? check(kRead, Result::passed)
                            : check(kRead, Result::undetermined, "files_refused", {{"refused", refused}}));
        if (authentic_) take_facts();
    }

    std::string text(Group group) const {
        const auto found = groups_.find(static_cast<unsigned>(group));
        if (found == groups_.end()) return {};
        try {
            return eid::parse_text(group, found->second);
        } catch (const MalformedData&) {
            return {};  // says nothing; the checks that need it tell
        }
    }

    void take_facts() {
        DocumentFacts& document = verdict_.document;
        document.type = text(Group::document_type);
        document.issuer = text(Group::issuing_state);
        document.expires = read_date(text(Group::expiry_date));
        HolderFacts& holder = verdict_.holder;
        family_name_ = text(Group::family_names);
        holder.name = text(Group::given_names);
        if (!family_name_.empty()) holder.name += (holder.name.empty() ? "" : " ") + family_name_;
        holder.birth_date = read_date(text(Group::birth_date));
        holder.nationality = text(Group::nationality);
        const std::string sex = text(Group::sex);
        if (!sex.empty()) holder.sex = sex == "M" || sex == "F" ? sex : "X";
    }

    void judge_document() {
        const DocumentFacts& document = verdict_.document;
        constexpr std::string_view issuer = "document.issuer_consistent";
        constexpr std::string_view expiry = "document.expiry";
        if (document.issuer.empty()) {
            add(check(issuer, Result::not_performed, "not_read"));
        } else if (trust_.signer_country.empty() || trust_.anchor_country.empty()) {
            add(check(issuer, Result::undetermined, "issuer_unknown"));
        } else {
            const bool same =
                same_country(document.issuer, trust_.signer_country) && trust_.signer_country == trust_.anchor_country;
            add(check(issuer, same ? Result::passed : Result::failed, same ? "" : "countries_differ"));
        }
        add(check("document.mrz_check_digits", Result::not_supported, "application_has_no_mrz"));
        const Date today{std::chrono::floor<std::chrono::days>(knowledge_.at)};
        if (!document.expires) {
            add(check(expiry, Result::not_performed, "not_read"));
        } else {
            const bool expired = *document.expires < today;
            add(check(expiry, expired ? Result::failed : Result::passed, expired ? "expired" : ""));
        }
        add(check("document.revocation", Result::undetermined, "application_has_no_serial"));
    }

    /// Neither value is told: both are personal.
    void compare(std::string_view id, bool known, bool same) {
        if (!known) {
            add(check(id, Result::undetermined, "not_on_card"));
        } else {
            add(check(id, same ? Result::passed : Result::failed, same ? "" : "differs"));
        }
    }

    void judge_expected() {
        const Expected& expected = asked_.expected;
        const HolderFacts& holder = verdict_.holder;
        if (expected.national_code) compare("expected.national_code", false, false);
        if (expected.card_serial) compare("expected.card_serial", false, false);
        if (expected.birth_date)
            compare("expected.birth_date", holder.birth_date.has_value(), holder.birth_date == expected.birth_date);
        if (expected.name) {
            const std::string key = folding_key(*expected.name);
            const std::string given = text(Group::given_names);
            compare("expected.name", !holder.name.empty(),
                    key == folding_key(holder.name) || key == folding_key(family_name_ + " " + given));
        }
    }

    OpenedCard& card_;
    const CardCheck& asked_;
    const Knowledge& knowledge_;
    const RandomSource& random_;
    const std::function<void(std::string_view)>& step_;
    Verdict& verdict_;

    std::optional<chip_authentication::Terminal> ephemeral_;
    bool proved_ = false;     ///< the chip has the key of EF.CardSecurity
    bool authentic_ = false;  ///< and that file's signature holds
    trust::TrustFacts trust_;
    std::map<unsigned, Bytes> groups_;
    std::map<std::string, Bytes> files_;
    std::string family_name_;
};

}  // namespace

std::map<std::string, Bytes> check_eid(OpenedCard& card, const CardCheck& asked, const Knowledge& knowledge,
                                       const RandomSource& random, const std::function<void(std::string_view)>& step,
                                       Verdict& verdict) {
    return EidChecker{card, asked, knowledge, random, step, verdict}.run();
}

}  // namespace tahvil::daemon
