#include "crypto/trust/certificate_profile.h"

#include <algorithm>
#include <array>
#include <vector>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "crypto/bytes.h"
#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil::trust {

namespace {

using openssl::Handle;

using Names = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;
using Constraints = Handle<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;

constexpr int kShortRsa = 2048;     // bits below which a key is called short
constexpr int kShortestRsa = 1024;  // bits below which a key is none
constexpr int kMaxSerial = 20;      // octets

/// Extensions that must be critical (RFC 5280, 4.2.1.10, .11 and .14).
constexpr std::array kCritical{NID_name_constraints, NID_policy_constraints, NID_inhibit_any_policy};

ByteView text_of(const ASN1_STRING* string) {
    return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

bool has_nul(ByteView text) {
    return std::ranges::find(text, std::uint8_t{0}) != text.end();
}

/// RFC 5280, 4.2.1.6: the preferred name syntax, in which no label is empty.
bool is_host(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.find("..") == std::string_view::npos;
}

std::optional<std::string> refuse(const GENERAL_NAME* name) {
    int kind = 0;
    const void* const value = GENERAL_NAME_get0_value(name, &kind);
    const auto* const string = static_cast<const ASN1_STRING*>(value);
    switch (kind) {
        case GEN_DNS:
            if (has_nul(text_of(string)) || !is_host(as_text(text_of(string)))) return "a malformed name of a host";
            break;
        case GEN_EMAIL: {
            const ByteView text = text_of(string);
            if (has_nul(text) || std::ranges::count(text, std::uint8_t{'@'}) != 1) return "a malformed mail address";
            break;
        }
        case GEN_URI:
            if (has_nul(text_of(string))) return "a malformed URI";
            break;
        case GEN_IPADD:
            if (ASN1_STRING_length(string) != 4 && ASN1_STRING_length(string) != 16) return "a malformed IP address";
            break;
        default:
            break;
    }
    return std::nullopt;
}

/// RFC 5280, 4.2.1.10. A host is written without a leading period; a mail address has one "@" or is a host.
std::optional<std::string> refuse_subtrees(const STACK_OF(GENERAL_SUBTREE) * subtrees) {
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
        int kind = 0;
        const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_SUBTREE_value(subtrees, i)->base, &kind);
        const auto* const string = static_cast<const ASN1_STRING*>(value);
        const bool text = kind == GEN_DNS || kind == GEN_EMAIL || kind == GEN_URI;
        if (text && has_nul(text_of(string))) return "a name constraint with a zero octet";
        if (kind == GEN_DNS && as_text(text_of(string)).starts_with('.'))
            return "a name constraint for a host with a leading period";
        if (kind == GEN_EMAIL && std::ranges::count(text_of(string), std::uint8_t{'@'}) > 1)
            return "a malformed name constraint for mail addresses";
        if (kind == GEN_IPADD && ASN1_STRING_length(string) != 8 && ASN1_STRING_length(string) != 32)
            return "a malformed name constraint for IP addresses";
    }
    return std::nullopt;
}

/// Each extension once, and critical where it must be.
std::optional<std::string> refuse_extensions(X509* certificate) {
    std::vector<const ASN1_OBJECT*> seen;
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        X509_EXTENSION* const extension = X509_get_ext(certificate, i);
        const ASN1_OBJECT* const type = X509_EXTENSION_get_object(extension);
        if (std::ranges::any_of(seen, [type](const ASN1_OBJECT* other) { return OBJ_cmp(type, other) == 0; }))
            return "an extension that is there twice";
        seen.push_back(type);
        const bool must = std::ranges::find(kCritical, OBJ_obj2nid(type)) != kCritical.end();
        if (must && X509_EXTENSION_get_critical(extension) == 0)
            return std::string(OBJ_nid2ln(OBJ_obj2nid(type))) + " that are not critical";
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_by_profile(X509* certificate) {
    if (auto refusal = refuse_extensions(certificate)) return refusal;
    int found = 0;
    const Names names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, &found, nullptr)));
    if (!names && found != -1) return "alternative names that can not be read";
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i)
        if (auto refusal = refuse(sk_GENERAL_NAME_value(names.get(), i))) return "alternative names with " + *refusal;
    const Constraints constraints(
        static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(certificate, NID_name_constraints, &found, nullptr)));
    if (!constraints) return found == -1 ? std::nullopt : std::optional("name constraints that can not be read");
    if (X509_check_ca(certificate) != 1) return "name constraints in a certificate that is no issuer's";
    if (auto refusal = refuse_subtrees(constraints->permittedSubtrees)) return refusal;
    return refuse_subtrees(constraints->excludedSubtrees);
}

std::optional<std::string> refuse_by_profile(X509_CRL* list) {
    if (X509_CRL_get_version(list) != X509_CRL_VERSION_2) return "it is not of version 2";
    if (X509_CRL_get0_nextUpdate(list) == nullptr) return "it does not say when the next one comes";
    const int number = X509_CRL_get_ext_by_NID(list, NID_crl_number, -1);
    if (number < 0) return "it has no number";
    if (X509_EXTENSION_get_critical(X509_CRL_get_ext(list, number)) != 0) return "its number is critical";
    // An indirect list may have one number of several issuers.
    if (X509_CRL_get_ext_by_NID(list, NID_issuing_distribution_point, -1) >= 0) return std::nullopt;
    std::vector<const ASN1_INTEGER*> serials;
    const STACK_OF(X509_REVOKED)* const entries = X509_CRL_get_REVOKED(list);
    for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i)
        serials.push_back(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, i)));
    const auto before = [](const ASN1_INTEGER* a, const ASN1_INTEGER* b) { return ASN1_INTEGER_cmp(a, b) < 0; };
    const auto same = [](const ASN1_INTEGER* a, const ASN1_INTEGER* b) { return ASN1_INTEGER_cmp(a, b) == 0; };
    std::ranges::sort(serials, before);
    if (std::ranges::adjacent_find(serials, same) != serials.end()) return "it lists a certificate twice";
    return std::nullopt;
}

void note_departures(Deviations& deviations, X509* certificate, X509* issuer) {
    const auto refuse = [](const std::string& what) {
        throw MalformedData("trust.weak_algorithm", "a signature that nobody may rely on: " + what);
    };
    int digest = NID_undef;
    int unused = 0;
    std::uint32_t flags = 0;
    X509_get_signature_info(certificate, &digest, &unused, &unused, &flags);
    if (digest == NID_md2 || digest == NID_md4 || digest == NID_md5) refuse(OBJ_nid2sn(digest));
    if (digest == NID_sha1) note(deviations, DeviationCode::algorithm_sha1, "signature of a certificate");
    for (X509* const owner : {certificate, issuer}) {
        EVP_PKEY* const key = X509_get0_pubkey(owner);
        if (key == nullptr) continue;
        const bool rsa = EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1;
        const int bits = EVP_PKEY_get_bits(key);
        if (rsa && bits < kShortestRsa) refuse("RSA " + std::to_string(bits));
        if (rsa && bits < kShortRsa)
            note(deviations, DeviationCode::algorithm_rsa_short, "RSA " + std::to_string(bits));
    }
    const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate);
    const ByteView magnitude = text_of(serial);
    const bool zero = std::ranges::all_of(magnitude, [](std::uint8_t octet) { return octet == 0; });
    if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER || zero || magnitude.size() > kMaxSerial)
        note(deviations, DeviationCode::certificate_serial_number, to_hex(magnitude));
}

}  // namespace tahvil::trust
