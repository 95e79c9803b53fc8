#include "daemon/receipt/sd_jwt.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/signature.h"
#include "daemon/strict_json.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

constexpr std::size_t kDepth = 16;
constexpr std::size_t kMaxCertificates = 8;
constexpr std::size_t kSaltSize = 16;  // bytes: RFC 9901, 9.3
constexpr std::string_view kDigests = "_sd";
constexpr std::string_view kDigestAlgorithm = "_sd_alg";
constexpr std::string_view kElement = "...";
const SignatureAlgorithm kEs256{SignatureScheme::ecdsa_plain, DigestAlgorithm::sha256};

[[noreturn]] void malformed(const std::string& what) {
    throw MalformedData("sd_jwt.malformed", "an SD-JWT " + what);
}

std::string encoded(const json::value& value) {
    return to_base64(as_bytes(json::serialize(value)), Base64::url);
}

std::string digest_of(std::string_view disclosure) {
    return to_base64(digest(DigestAlgorithm::sha256, as_bytes(disclosure)), Base64::url);
}

bool reserved(std::string_view name) {
    return name == kDigests || name == kElement;
}

json::value decoded(std::string_view text, const char* what) {
    try {
        const Bytes bytes = from_base64(text, Base64::url);
        return parse_strict_json(as_text(bytes), kDepth);
    } catch (const MalformedData& error) {
        malformed(std::string("whose ") + what + " can not be read: " + error.what());
    }
}

struct Disclosure {
    std::optional<std::string> name;  ///< none for an element of an array
    json::value value;
    bool used = false;
};

Disclosure parse_disclosure(std::string_view text) {
    json::value value = decoded(text, "disclosure");
    json::array* const parts = value.if_array();
    if (parts == nullptr || (parts->size() != 2 && parts->size() != 3) || !parts->front().is_string())
        malformed("with a disclosure that is no array of salt, name and value");
    if (parts->size() == 2) return {std::nullopt, std::move(parts->back()), false};
    const json::string* const name = (*parts)[1].if_string();
    if (name == nullptr || reserved(*name)) malformed("with a disclosure of an impossible name");
    return {std::string(*name), std::move(parts->back()), false};
}

/// Puts disclosed claims where their digests stand, and takes the digests away.
class Disclosing {
public:
    explicit Disclosing(std::span<const std::string_view> texts) {
        for (const std::string_view text : texts)
            if (!by_digest_.emplace(digest_of(text), parse_disclosure(text)).second)
                malformed("with a disclosure that stands twice");
    }

    void into(json::object& object, std::size_t depth = 0) {
        bound(depth);
        if (object.contains(kElement)) malformed("with a claim of a reserved name");
        std::vector<std::pair<std::string, json::value>> disclosed;
        if (const json::value* const digests = object.if_contains(kDigests)) {
            const json::array* const list = digests->if_array();
            if (list == nullptr) malformed("whose digests are no array");
            for (const json::value& each : *list) {
                Disclosure* const disclosure = find(each);
                if (disclosure == nullptr) continue;
                if (!disclosure->name) malformed("with an element's disclosure in place of a claim's");
                disclosed.emplace_back(*disclosure->name, disclosure->value);
            }
            object.erase(kDigests);
        }
        for (auto& [name, value] : disclosed)
            if (!object.emplace(name, std::move(value)).second) malformed("with a claim that stands twice");
        for (auto& member : object) into(member.value(), depth + 1);
    }

    void finish() const {
        for (const auto& [digest, disclosure] : by_digest_)
            if (!disclosure.used) malformed("with a disclosure that no digest asks for");
    }

private:
    void into(json::value& value, std::size_t depth) {
        if (json::object* const object = value.if_object()) into(*object, depth);
        if (json::array* const array = value.if_array()) into(*array, depth);
    }

    void into(json::array& array, std::size_t depth) {
        bound(depth);
        json::array kept;
        for (json::value& element : array) {
            const json::object* const object = element.if_object();
            const json::value* const digest = object == nullptr ? nullptr : object->if_contains(kElement);
            if (digest != nullptr) {
                if (object->size() != 1) malformed("with an element that is more than a digest");
                const Disclosure* const disclosure = find(*digest);
                if (disclosure == nullptr) continue;  // not disclosed
                if (disclosure->name) malformed("with a claim's disclosure in place of an element's");
                element = disclosure->value;
            }
            into(element, depth + 1);
            kept.push_back(std::move(element));
        }
        array = std::move(kept);
    }

    /// The disclosure that a digest stands for; nothing when it is withheld, or a decoy.
    Disclosure* find(const json::value& digest) {
        const json::string* const text = digest.if_string();
        if (text == nullptr) malformed("with a digest that is no text");
        if (!seen_.emplace(*text).second) malformed("with a digest that stands twice");
        const auto found = by_digest_.find(std::string_view(*text));
        if (found == by_digest_.end()) return nullptr;
        found->second.used = true;
        return &found->second;
    }

    static void bound(std::size_t depth) {
        if (depth > kDepth) malformed("that is nested too deep");
    }

    std::map<std::string, Disclosure, std::less<>> by_digest_;
    std::set<std::string> seen_;
};

struct Parts {
    std::string_view jwt;
    std::vector<std::string_view> disclosures;
};

Parts split(std::string_view text) {
    if (text.size() > kMaxSdJwt) malformed("that is too long");
    if (!text.ends_with('~')) malformed("that is bound to a holder's key, or has no end");
    Parts parts{text.substr(0, text.find('~')), {}};
    text.remove_prefix(parts.jwt.size() + 1);
    while (!text.empty()) {
        if (parts.disclosures.size() == kMaxDisclosures) malformed("with too many disclosures");
        const std::size_t end = text.find('~');
        parts.disclosures.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return parts;
}

std::vector<Bytes> read_certificates(const json::object& header) {
    const json::value* const member = header.if_contains("x5c");
    if (member == nullptr) return {};
    const json::array* const list = member->if_array();
    if (list == nullptr || list->empty() || list->size() > kMaxCertificates)
        malformed("whose certificates are no list, or too many");
    std::vector<Bytes> certificates;
    for (const json::value& each : *list) {
        const json::string* const text = each.if_string();
        if (text == nullptr) malformed("with a certificate that is no text");
        certificates.push_back(from_base64(*text, Base64::standard));  // RFC 7515, 4.1.6
    }
    return certificates;
}

/// The time of a NumericDate claim (RFC 7519, 2); fractions of a second are cut off.
std::optional<std::chrono::sys_seconds> time_of(const json::object& claims, std::string_view name) {
    const json::value* const member = claims.if_contains(name);
    if (member == nullptr) return std::nullopt;
    constexpr double kLimit = 1e12;
    json::error_code error;
    const double seconds = member->to_number<double>(error);
    if (error || !(seconds >= 0 && seconds < kLimit)) malformed("with a time that is none");
    return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace

std::string issue_sd_jwt(const SdJwtContent& content, const Signer& signer, const RandomSource& random) {
    const PublicKey& key = signer.public_key();
    if (key.kind() != KeyKind::ec || key.curve() != Curve::secp256r1)
        throw CryptoError("crypto.wrong_key", "ES256 needs a key on P-256");
    std::string disclosures;
    std::vector<std::string> digests;
    for (const auto& claim : content.disclosable) {
        if (reserved(claim.key()) || content.open.contains(claim.key()))
            throw InvalidInput("sd_jwt.claim", "a claim that stands twice or has a reserved name");
        const std::string disclosure = encoded(json::array{to_base64(random_bytes(random, kSaltSize), Base64::url),
                                                           json::string(claim.key()), claim.value()});
        digests.push_back(digest_of(disclosure));
        disclosures += disclosure + "~";
    }
    if (content.open.contains(kDigests) || content.open.contains(kDigestAlgorithm) || content.open.contains(kElement))
        throw InvalidInput("sd_jwt.claim", "a claim that has a reserved name");
    std::ranges::sort(digests);  // their order is not to tell which is which (RFC 9901, 4.2.4.1)
    json::object payload = content.open;
    if (!digests.empty()) {
        payload.emplace(kDigests, json::array(digests.begin(), digests.end()));
        payload.emplace(kDigestAlgorithm, "sha-256");
    }
    json::object header{{"alg", "ES256"}, {"typ", content.type}};
    if (!content.certificates.empty()) {
        json::array certificates;
        for (const Bytes& certificate : content.certificates)
            certificates.emplace_back(to_base64(certificate, Base64::standard));
        header.emplace("x5c", std::move(certificates));
    }
    const std::string signed_part = encoded(header) + "." + encoded(payload);
    return signed_part + "." + to_base64(signer.sign(kEs256, as_bytes(signed_part)), Base64::url) + "~" + disclosures;
}

std::string withhold(std::string_view sd_jwt, const std::set<std::string, std::less<>>& disclosed) {
    SdJwt::parse(sd_jwt);
    const Parts parts = split(sd_jwt);
    std::string text = std::string(parts.jwt) + "~";
    for (const std::string_view disclosure : parts.disclosures) {
        const std::optional<std::string> name = parse_disclosure(disclosure).name;
        if (name && disclosed.contains(*name)) text += std::string(disclosure) + "~";
    }
    return text;
}

SdJwt SdJwt::parse(std::string_view text) {
    const Parts parts = split(text);
    const std::size_t first = parts.jwt.find('.');
    const std::size_t second = first == std::string_view::npos ? first : parts.jwt.find('.', first + 1);
    if (second == std::string_view::npos || parts.jwt.find('.', second + 1) != std::string_view::npos)
        malformed("that is not of three parts");
    const json::value header = decoded(parts.jwt.substr(0, first), "header");
    json::value payload = decoded(parts.jwt.substr(first + 1, second - first - 1), "payload");
    if (!header.is_object() || !payload.is_object()) malformed("whose header or payload is no object");

    SdJwt read;
    const json::object& fields = header.get_object();
    const json::value* const algorithm = fields.if_contains("alg");
    if (algorithm == nullptr || *algorithm != "ES256") malformed("that is not signed by ES256");
    if (fields.contains("crit") || fields.contains("b64"))
        malformed("with a header that must be understood and is not");
    const json::value* const type = fields.if_contains("typ");
    if (type == nullptr || !type->is_string()) malformed("without a type");
    read.type_ = type->get_string();
    try {
        read.certificates_ = read_certificates(fields);
        read.signature_ = from_base64(parts.jwt.substr(second + 1), Base64::url);
    } catch (const MalformedData& error) {
        if (error.code() == "sd_jwt.malformed") throw;
        malformed(std::string("with ") + error.what());
    }

    json::object& claims = payload.get_object();
    if (const json::value* const digests_by = claims.if_contains(kDigestAlgorithm);
        digests_by != nullptr && *digests_by != "sha-256")
        malformed("whose digests are not of SHA-256");
    claims.erase(kDigestAlgorithm);
    Disclosing disclosing(parts.disclosures);
    disclosing.into(claims);
    disclosing.finish();
    time_of(claims, "nbf");
    time_of(claims, "exp");
    read.claims_ = std::move(claims);
    read.signed_part_ = parts.jwt.substr(0, second);
    return read;
}

SdJwtCheck SdJwt::check(const PublicKey& issuer, std::optional<std::chrono::sys_seconds> now) const {
    using enum SdJwtCheck::Result;
    if (issuer.kind() != KeyKind::ec || issuer.curve() != Curve::secp256r1 ||
        !verify(issuer, kEs256, {as_bytes(signed_part_)}, signature_))
        return {bad_signature, {}};
    if (const auto from = time_of(claims_, "nbf"); from && now && *now < *from) return {not_yet_valid, {}};
    if (const auto until = time_of(claims_, "exp"); until && now && *now >= *until) return {expired, {}};
    return {verified, claims_};
}

}  // namespace tahvil::daemon
