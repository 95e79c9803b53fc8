#include "daemon/check/document_check.h"

#include <algorithm>
#include <array>
#include <utility>

#include "apdu/applets/lds/data_groups.h"
#include "apdu/applets/mrz.h"
#include "crypto/error.h"
#include "daemon/check/check_table.h"
#include "daemon/check/expected_check.h"
#include "daemon/text/country.h"
#include "daemon/text/folding.h"
#include "daemon/text/national_code.h"

namespace tahvil::daemon {

namespace {

constexpr std::array kOutOfReach{3, 4};     ///< data groups that need terminal authentication
constexpr std::array kIdentity{1, 14, 15};  ///< data groups that an identity check needs: the MRZ, the chip's keys

constexpr std::array<std::string_view, 7> kPassiveAuthentication{
    "passive_authentication.structure",     "passive_authentication.signature",
    "passive_authentication.chain",         "passive_authentication.validity",
    "passive_authentication.revocation",    "passive_authentication.data_group_hashes",
    "passive_authentication.com_consistent"};

Check check(std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
    return {std::string{id}, result, std::move(reason), std::move(detail)};
}

const Bytes* content(const LdsDocument& document, lds::File file) {
    const auto found = document.files.find(file);
    return found == document.files.end() ? nullptr : &found->second;
}

trust::StatedByCom stated_by_com(ByteView file) {
    try {
        const lds::Com com = lds::parse_com(file);
        return {std::string{com.lds_version}, {com.data_groups.begin(), com.data_groups.end()}, {}};
    } catch (const MalformedData& error) {
        return {{}, {}, error.what()};
    }
}

trust::PassiveAuthentication authenticate(const LdsDocument& document, const Knowledge& knowledge) {
    const Bytes* security_object = content(document, lds::File::security_object);
    if (security_object == nullptr) {
        trust::PassiveAuthentication nothing;
        for (const std::string_view id : kPassiveAuthentication) {
            nothing.checks.push_back(check(id, Result::not_performed, "security_object_not_read"));
        }
        return nothing;
    }
    trust::LdsFiles files;
    files.security_object = *security_object;
    for (const auto& [file, bytes] : document.files) {
        if (const auto number = lds::data_group_number(file)) files.data_groups[static_cast<int>(*number)] = bytes;
        if (file == lds::File::com) files.com = stated_by_com(bytes);
    }
    return trust::authenticate(files, *knowledge.trust,
                               {knowledge.at, knowledge.policy->revocation_list_age(), knowledge.explain});
}

/// What the data groups say, those alone that are vouched for. A group that can not be understood says nothing; why, is
/// kept for the checks that needed it.
class Content {
public:
    Content(const LdsDocument& files, const DocumentFindings& findings, Date today) {
        read(files, findings, lds::File::dg1,
             [&](ByteView file) { take_mrz(mrz::parse(lds::parse_dg1(file)), today); });
        read(files, findings, lds::File::dg2, [&](ByteView file) { take_portrait(lds::parse_dg2(file)); });
        read(files, findings, lds::File::dg11, [&](ByteView file) { take_person(lds::parse_dg11(file)); });
        read(files, findings, lds::File::dg12, [&](ByteView file) { take_document(lds::parse_dg12(file)); });
        if (holder.national_code.empty() && mrz) take_national_code(mrz->optional_data);
        if (holder.national_code.empty() && mrz) take_national_code(mrz->optional_data_2);
    }

    std::optional<mrz::Mrz> mrz;
    std::string mrz_trouble;  ///< why there is none
    DocumentFacts document;
    HolderFacts holder;
    std::string other_name_order;  ///< family name first
    Deviations deviations;

private:
    template <typename Take>
    void read(const LdsDocument& from, const DocumentFindings& findings, lds::File file, Take take) {
        const Bytes* bytes = content(from, file);
        std::string trouble;
        if (bytes == nullptr) {
            trouble = "not_read";
        } else if (!findings.vouched_for(file)) {
            trouble = "not_authentic";
        } else {
            try {
                take(*bytes);
            } catch (const MalformedData&) {
                trouble = "malformed";
            }
        }
        if (file == lds::File::dg1) mrz_trouble = std::move(trouble);
    }

    void take_mrz(mrz::Mrz read, Date today) {
        document.type = read.document_code;
        document.issuer = read.issuing_state;
        document.number = read.document_number;
        document.expires = mrz::expiry_date(read.expiry_date);
        holder.latin_name = read.secondary_identifier.empty()
                                ? read.primary_identifier
                                : read.secondary_identifier + " " + read.primary_identifier;
        holder.birth_date = mrz::birth_date(read.birth_date, today);
        holder.sex = read.sex == 'M' || read.sex == 'F' ? std::string(1, read.sex) : "X";
        holder.nationality = read.nationality;
        holder.identifier = identifier_in(read);
        mrz = std::move(read);
    }

    void take_portrait(const lds::Portrait& portrait) {
        holder.portrait = to_bytes(portrait.image);
        holder.portrait_type = std::string{lds::media_type(portrait.format)};
        if (portrait.format == lds::ImageFormat::jpeg2000_codestream) {
            note(deviations, DeviationCode::portrait_raw_codestream);
        }
    }

    void take_person(const lds::PersonalDetails& details) {
        holder.name = lds::readable_name(details.name);
        const std::string_view raw = as_text(details.name);
        if (const auto apart = raw.find("<<"); apart != std::string_view::npos) {
            other_name_order = lds::readable(details.name);
        }
        take_national_code(lds::readable(details.personal_number));
        if (details.birth_date) holder.birth_date = details.birth_date;
    }

    void take_document(const lds::DocumentDetails& details) {
        document.authority = lds::readable(details.issuing_authority);
        document.issued = details.issue_date;
    }

    static std::string identifier_in(const mrz::Mrz& zone) {
        for (const std::string& text : {zone.optional_data, zone.optional_data_2})
            if (!fault_of_national_code(text)) return text;
        return zone.issuing_state + " " + zone.document_number;
    }

    void take_national_code(const std::string& text) {
        if (!fault_of_national_code(text)) holder.national_code = text;
    }
};

class DocumentChecker {
public:
    DocumentChecker(const Content& content, const trust::PassiveAuthentication& authentication,
                    const Knowledge& knowledge, std::vector<Check>& checks)
        : content_(content), authentication_(authentication), knowledge_(knowledge), checks_(checks) {}

    void check_document() {
        check_issuer();
        check_digits();
        check_expiry();
        check_revocation();
    }

    void check_expected(const Expected& expected) {
        const auto compared = tahvil::daemon::check_expected(expected, content_.holder, content_.document.number);
        checks_.insert(checks_.end(), compared.begin(), compared.end());
        if (expected.name) check_name(*expected.name);
    }

private:
    void add(std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
        checks_.push_back(check(id, result, std::move(reason), std::move(detail)));
    }

    /// Adds the check as not performed where there is no MRZ that counts.
    bool needs_mrz(std::string_view id) {
        if (content_.mrz) return true;
        add(id, Result::not_performed, "mrz_" + content_.mrz_trouble);
        return false;
    }

    void check_issuer() {
        constexpr std::string_view id = "document.issuer_consistent";
        if (!needs_mrz(id)) return;
        const trust::TrustFacts& trust = authentication_.trust;
        Details detail{
            {"mrz", content_.mrz->issuing_state}, {"signer", trust.signer_country}, {"anchor", trust.anchor_country}};
        if (trust.signer_country.empty()) {
            add(id, Result::undetermined, "signer_without_country", std::move(detail));
        } else if (!same_country(content_.mrz->issuing_state, trust.signer_country)) {
            add(id, Result::failed, "countries_differ", std::move(detail));
        } else if (trust.anchor.empty()) {
            add(id, Result::undetermined, "issuer_unknown", std::move(detail));
        } else if (trust.anchor_country != trust.signer_country &&
                   !same_country(trust.anchor_country, trust.signer_country)) {
            add(id, trust.anchor_country.empty() ? Result::undetermined : Result::failed,
                trust.anchor_country.empty() ? "anchor_without_country" : "countries_differ", std::move(detail));
        } else {
            add(id, Result::passed, {}, std::move(detail));
        }
    }

    void check_digits() {
        constexpr std::string_view id = "document.mrz_check_digits";
        if (!needs_mrz(id)) return;
        if (content_.mrz->wrong_check_digits.empty()) {
            add(id, Result::passed);
            return;
        }
        std::string wrong;
        for (const std::string& field : content_.mrz->wrong_check_digits) wrong += (wrong.empty() ? "" : ", ") + field;
        add(id, Result::failed, "wrong_check_digit", {{"fields", wrong}});
    }

    void check_expiry() {
        constexpr std::string_view id = "document.expiry";
        if (!needs_mrz(id)) return;
        const auto& expires = content_.document.expires;
        if (!expires) {
            add(id, Result::undetermined, "no_such_date");
            return;
        }
        const Date today{std::chrono::floor<std::chrono::days>(knowledge_.at)};
        const bool expired = *expires < today;
        add(id, expired ? Result::failed : Result::passed, expired ? "expired" : "",
            {{"expires", to_iso(*expires)}, {"today", to_iso(today)}});
    }

    void check_revocation() {
        constexpr std::string_view id = "document.revocation";
        if (!needs_mrz(id)) return;
        if (!knowledge_.card_revocation) {
            add(id, Result::undetermined, "no_list");
            return;
        }
        checks_.push_back(knowledge_.card_revocation(content_.document.issuer, content_.document.number, knowledge_.at,
                                                     knowledge_.policy->hot_list_age()));
    }

    void check_name(const std::string& wanted) {
        constexpr std::string_view id = "expected.name";
        const std::string key = folding_key(wanted);
        const HolderFacts& holder = content_.holder;
        const auto is = [&](const std::string& name) { return !name.empty() && folding_key(name) == key; };
        const bool latin = std::ranges::all_of(key, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        if (latin && !is(holder.name) && !is(content_.other_name_order)) {
            check_latin_name(id, wanted);
        } else {
            checks_.push_back(check_expected_name(wanted, holder.name, content_.other_name_order));
        }
    }

    /// The MRZ transliterates and cuts off: another spelling there is a question, not an answer.
    void check_latin_name(std::string_view id, const std::string& wanted) {
        if (!content_.mrz) {
            add(id, Result::undetermined, "not_on_card");
            return;
        }
        std::string upper = folding_key(wanted);
        for (char& c : upper) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        }
        const std::string& family = content_.mrz->primary_identifier;
        const std::string& given = content_.mrz->secondary_identifier;
        if (upper == given + " " + family || upper == family + " " + given || (given.empty() && upper == family)) {
            add(id, Result::passed);
        } else {
            add(id, Result::undetermined, "spelling_differs");
        }
    }

    const Content& content_;
    const trust::PassiveAuthentication& authentication_;
    const Knowledge& knowledge_;
    std::vector<Check>& checks_;
};

bool one_of(const auto& numbers, int number) {
    return std::ranges::find(numbers, number) != numbers.end();
}

std::set<int> signed_groups(const DocumentFindings& findings) {
    std::set<int> groups;
    if (findings.authentication.lds) {
        for (const auto& [group, hash] : findings.authentication.lds->hashes) groups.insert(group);
    }
    return groups;
}

/// One verdict can rest on two signed files: a sample in either makes it one of a sample.
void take_trust(Verdict& verdict, const trust::TrustFacts& trust) {
    if (verdict.trust.anchor.empty()) verdict.trust.anchor = trust.anchor;
    if (!verdict.trust.revocation_as_of) verdict.trust.revocation_as_of = trust.revocation_as_of;
    verdict.trust.specimen = verdict.trust.specimen || trust.specimen;
}

/// EF.COM is not missed: nobody signs it, and newer documents do without.
Check files_complete(const LdsDocument& document, const DocumentFindings& findings) {
    constexpr std::string_view id = "read.complete";
    if (!findings.authentication.lds) return check(id, Result::not_performed, "security_object_not_read");
    std::string missing;
    for (const lds::File file : files_needed(signed_groups(findings), Purpose::read, {})) {
        if (file != lds::File::com && !document.files.contains(file))
            missing += (missing.empty() ? "" : ", ") + std::string{lds::name(file)};
    }
    if (missing.empty()) return check(id, Result::passed);
    return check(id, Result::undetermined, "files_missing", {{"missing", missing}});
}

}  // namespace

bool DocumentFindings::vouched_for(lds::File file) const {
    const auto number = lds::data_group_number(file);
    const Check* signature = find(authentication.checks, "passive_authentication.signature");
    return number && signature != nullptr && signature->passed() &&
           authentication.matching.contains(static_cast<int>(*number));
}

DocumentFindings check_document(const LdsDocument& document, const Expected& expected, const Knowledge& knowledge) {
    DocumentFindings findings;
    findings.authentication = authenticate(document, knowledge);
    findings.checks = findings.authentication.checks;
    findings.deviations = findings.authentication.deviations;

    const Date today{std::chrono::floor<std::chrono::days>(knowledge.at)};
    const Content content{document, findings, today};
    note(findings.deviations, content.deviations);
    DocumentChecker checker{content, findings.authentication, knowledge, findings.checks};
    checker.check_document();
    checker.check_expected(expected);
    findings.document = content.document;
    findings.holder = content.holder;
    return findings;
}

std::set<lds::File> files_needed(const std::set<int>& data_groups, Purpose purpose, const Parts& want) {
    std::set<lds::File> files{lds::File::security_object};
    const bool smallest = purpose == Purpose::identity_check;
    if (!smallest) files.insert(lds::File::com);
    for (const int group : data_groups) {
        if (one_of(kOutOfReach, group)) continue;
        const bool wanted = want.contains(Part::files) || (group == 2 && want.contains(Part::portrait)) ||
                            (group == 11 && want.contains(Part::holder));
        if (smallest && !one_of(kIdentity, group) && !wanted) continue;
        files.insert(lds::data_group(static_cast<unsigned>(group)));
    }
    return files;
}

void add_to(Verdict& verdict, const DocumentFindings& findings) {
    verdict.checks.insert(verdict.checks.end(), findings.checks.begin(), findings.checks.end());
    note(verdict.deviations, findings.deviations);
    verdict.document = findings.document;
    verdict.holder = findings.holder;
    take_trust(verdict, findings.authentication.trust);
}

void add_to(Verdict& verdict, const trust::CardSecurityAuthentication& findings) {
    verdict.checks.insert(verdict.checks.end(), findings.checks.begin(), findings.checks.end());
    note(verdict.deviations, findings.deviations);
    take_trust(verdict, findings.trust);
}

VerifiedDocument verify_document(const LdsDocument& document, const Expected& expected, const Knowledge& knowledge,
                                 std::string id) {
    VerifiedDocument result;
    Verdict& verdict = result.verdict;
    verdict.id = std::move(id);
    verdict.purpose = Purpose::read;
    for (const auto* left_out :
         {"chip.answered", "chip.recognised", "access.pace", "access.bac", "chip.authentication"}) {
        verdict.checks.push_back(check(left_out, Result::not_performed, "from_files"));
    }
    const Bytes* card_security = content(document, lds::File::card_security);
    const bool is_lds = card_security == nullptr || document.files.size() > 1;
    verdict.profile = {is_lds ? "icao-lds1" : "npa", true, {is_lds ? Authenticity::lds : Authenticity::card_security}};
    if (is_lds) {
        const DocumentFindings findings = check_document(document, expected, knowledge);
        verdict.checks.push_back(files_complete(document, findings));
        add_to(verdict, findings);
        result.steps = findings.authentication.steps;
    }
    if (card_security != nullptr) {
        const auto findings = trust::authenticate_card_security(
            *card_security, *knowledge.trust,
            {knowledge.at, knowledge.policy->revocation_list_age(), knowledge.explain});
        add_to(verdict, findings);
        result.steps.insert(result.steps.end(), findings.steps.begin(), findings.steps.end());
    }
    conclude(verdict, knowledge);
    return result;
}

VerifiedDocument verify_certificate(const trust::NationalPath& path, const Knowledge& knowledge, std::string id) {
    VerifiedDocument result;
    Verdict& verdict = result.verdict;
    verdict.id = std::move(id);
    verdict.purpose = Purpose::read;
    verdict.profile = {"x509", true, {Authenticity::certificate_path}, false};
    verdict.checks = path.checks;
    note(verdict.deviations, path.deviations);
    verdict.checks.push_back(check("read.complete", Result::passed));
    verdict.trust.anchor = path.anchor;
    verdict.trust.revocation_as_of = path.revocation_as_of;
    result.steps = path.steps;
    conclude(verdict, knowledge);
    return result;
}

void conclude(Verdict& verdict, const Knowledge& knowledge) {
    std::ranges::stable_sort(verdict.checks, {}, [](const Check& c) { return check_order(c.id); });
    Outcome outcome = decide(*knowledge.policy, {verdict.purpose, verdict.checks, verdict.deviations, verdict.profile,
                                                 verdict.trust.specimen, knowledge.demo});
    verdict.decision = outcome.decision;
    verdict.because = std::move(outcome.because);
    verdict.evaluated.at = knowledge.at;
    verdict.evaluated.policy = knowledge.policy->digest();
    verdict.evaluated.trust_version = knowledge.trust->number();
    verdict.evaluated.software = knowledge.software;
}

}  // namespace tahvil::daemon
