#include "daemon/api/identity_check_request.h"

#include <algorithm>

#include "daemon/api/check_request.h"
#include "daemon/api/json_body.h"
#include "daemon/text/national_code.h"

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kWord = 64;
constexpr std::size_t kNonce = 128;
constexpr std::size_t kShortestNonce = 16;
constexpr std::size_t kAudience = 256;
constexpr std::size_t kName = 256;
constexpr std::size_t kConsent = 4096;
constexpr std::size_t kLanguage = 35;  // RFC 5646, 4.4.1
constexpr std::size_t kOperator = 64;
constexpr std::size_t kDate = 10;
constexpr std::size_t kReaderId = 256;
constexpr std::size_t kItems = 32;
constexpr std::int64_t kOldest = 150;       // years
constexpr std::int64_t kLongestWait = 300;  // seconds

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string filled(const Members& members, std::string_view key, std::size_t most) {
    std::string text = members.text(key, most);
    if (text.empty()) members.refuse(key, "a text that is not empty");
    return text;
}

Wanted read_wanted(const Members& members) {
    Wanted wanted;
    if (const auto years = members.number_if("age_over", 0, kOldest)) wanted.age_over = static_cast<unsigned>(*years);
    wanted.national_code_is = members.text_if("national_code_is", kWord);
    if (wanted.national_code_is && fault_of_national_code(*wanted.national_code_is))
        members.refuse("national_code_is", "ten digits whose check digit is right");
    if (members.has("name_is")) wanted.name_is = filled(members, "name_is", kName);
    if (const auto date = members.text_if("birth_date_is", kDate)) {
        try {
            wanted.birth_date_is = parse_iso_date(*date);
        } catch (const InvalidInput&) {
            members.refuse("birth_date_is", "a date that exists, YYYY-MM-DD, Gregorian");
        }
    }
    wanted.nationality_is = members.text_if("nationality_is", 3);
    if (wanted.nationality_is &&
        (wanted.nationality_is->empty() ||
         !std::ranges::all_of(*wanted.nationality_is, [](char c) { return c >= 'A' && c <= 'Z'; })))
        members.refuse("nationality_is", "up to three letters as in the MRZ, A to Z");
    wanted.card_valid = members.truth("card_valid", false);
    wanted.holder_present = members.truth("holder_present", false);
    for (const std::string& word : members.texts("attributes", kItems, kWord)) {
        const auto attribute = attribute_by_name(word);
        if (!attribute) members.refuse("attributes", attribute_names());
        wanted.attributes.insert(*attribute);
    }
    members.finish();
    return wanted;
}

Consent read_consent(const Members& members) {
    Consent consent;
    const bool by_pin = members.choice("method", {"operator", "pin"}) == "pin";
    consent.method = by_pin ? Consent::Method::pin : Consent::Method::operator_client;
    consent.text = filled(members, "text", kConsent);
    consent.language = filled(members, "language", kLanguage);
    if (!std::ranges::all_of(consent.language, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        }))
        members.refuse("language", "a tag of BCP 47, such as fa or en-GB");
    if (by_pin) {
        if (members.has("operator_id")) members.refuse("operator_id", "nobody, where the PIN is the consent");
    } else {
        consent.operator_id = filled(members, "operator_id", kOperator);
    }
    for (const std::string& word : members.texts("to", kItems, kWord)) {
        const auto predicate = predicate_by_name(word);
        const auto attribute = attribute_by_name(word);
        if (predicate) consent.predicates.insert(*predicate);
        if (attribute) consent.attributes.insert(*attribute);
        if (!predicate && !attribute) members.refuse("to", predicate_names() + ", " + attribute_names());
    }
    members.finish();
    return consent;
}

void read_holder(const Members& members, IdentityQuestion& question) {
    if (members.choice("method", {"pin", "portrait"}) == "pin") {
        question.holder_pin = true;
    } else {
        question.portrait_compared_by = filled(members, "operator_id", kOperator);
    }
    members.finish();
}

}  // namespace

IdentityQuestion read_identity_question(ByteView body) {
    const JsonBody document{body};
    const Members members = document.members();
    IdentityQuestion question;
    question.party = filled(members, "party", kWord);
    question.nonce = filled(members, "nonce", kNonce);
    if (question.nonce.size() < kShortestNonce || !is_printable(question.nonce))
        members.refuse("nonce", "16 to 128 printable characters without spaces");
    question.audience = filled(members, "audience", kAudience);
    question.purpose = filled(members, "purpose", kWord);
    const auto want = members.object_if("want");
    if (!want) members.refuse("want", "an object of predicates and attributes");
    question.wanted = read_wanted(*want);
    if (question.wanted.predicates().empty() && question.wanted.attributes.empty())
        members.refuse("want", "at least one predicate or attribute");
    const auto consent = members.object_if("consent");
    if (!consent) members.refuse("consent", "an object: method, text, language, to");
    question.consent = read_consent(*consent);
    if (const auto holder = members.object_if("holder")) read_holder(*holder, question);
    if (question.consent.method == Consent::Method::pin) question.holder_pin = true;
    if (const auto access = members.object_if("access")) question.access = read_access(*access);
    question.reader = members.text_if("reader", kReaderId);
    question.wait = std::chrono::seconds{members.number_if("wait", 0, kLongestWait).value_or(0)};
    members.finish();
    return question;
}

}  // namespace tahvil::daemon::api
