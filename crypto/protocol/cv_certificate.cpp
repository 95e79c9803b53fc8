#include "crypto/protocol/cv_certificate.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"

namespace tahvil::cv {

namespace {

constexpr std::uint32_t kCertificate = 0x7F21;
constexpr std::uint32_t kBody = 0x7F4E;
constexpr std::uint32_t kProfile = 0x5F29;
constexpr std::uint32_t kAuthorityReference = 0x42;
constexpr std::uint32_t kPublicKey = 0x7F49;
constexpr std::uint32_t kObjectIdentifier = 0x06;
constexpr std::uint32_t kHolderReference = 0x5F20;
constexpr std::uint32_t kAuthorization = 0x7F4C;
constexpr std::uint32_t kDiscretionaryData = 0x53;
constexpr std::uint32_t kEffective = 0x5F25;
constexpr std::uint32_t kExpiration = 0x5F24;
constexpr std::uint32_t kExtensions = 0x65;
constexpr std::uint32_t kSignature = 0x5F37;

constexpr std::size_t kMaxReference = 16;

[[noreturn]] void malformed(const std::string& what) {
    throw MalformedData("cv.malformed", "CV certificate: " + what);
}

/// Data objects with tags of one or two bytes, in the order that is asked for.
class Objects {
public:
    explicit Objects(ByteView data) : data_(data) {}

    bool at_end() const { return data_.empty(); }
    bool next_is(std::uint32_t tag) const { return !data_.empty() && tag_at_start() == tag; }

    struct Object {
        ByteView raw;
        ByteView content;
    };

    Object read(std::uint32_t tag) {
        if (!next_is(tag))
            malformed("no data object " + to_hex(to_big_endian(tag, tag > 0xFF ? 2 : 1)) + " in its place");
        std::size_t at = tag > 0xFF ? 2 : 1;
        if (at >= data_.size()) malformed("the data ends within a tag");
        std::size_t length = data_[at++];
        if (length >= 0x80) {
            const std::size_t count = length & 0x7FU;
            if (count < 1 || count > 2 || data_.size() - at < count) malformed("a length that can not be");
            length = static_cast<std::size_t>(from_big_endian(data_.subspan(at, count)));
            at += count;
        }
        if (length > data_.size() - at) malformed("a length that goes beyond the data");
        const Object object{data_.first(at + length), data_.subspan(at, length)};
        data_ = data_.subspan(at + length);
        return object;
    }

    ByteView content(std::uint32_t tag) { return read(tag).content; }

    void expect_end() const {
        if (!at_end()) malformed("more data objects than it has");
    }

private:
    std::uint32_t tag_at_start() const {
        if ((data_[0] & 0x1FU) != 0x1FU || data_.size() < 2) return data_[0];
        return static_cast<std::uint32_t>(data_[0]) << 8U | data_[1];
    }

    ByteView data_;
};

Bytes object(std::uint32_t tag, ByteView content) {
    Bytes encoded = asn1::element(static_cast<asn1::Tag>(tag & 0xFFU), content);
    if (tag <= 0xFF) return encoded;
    return concat({Bytes{static_cast<std::uint8_t>(tag >> 8U)}, encoded});
}

std::string read_reference(ByteView content) {
    if (content.empty() || content.size() > kMaxReference) malformed("a reference of an impossible length");
    return std::string(as_text(content));
}

asn1::Oid read_oid(ByteView content) {
    try {
        return asn1::Oid::from_content(content);
    } catch (const MalformedData&) {
        malformed("an object identifier that is none");
    }
}

/// YYMMDD with one digit a byte, of this century.
Date read_date(ByteView content) {
    if (content.size() != 6 || std::ranges::any_of(content, [](std::uint8_t digit) { return digit > 9; }))
        malformed("a date that is not six digits");
    const auto number = [content](std::size_t at) { return static_cast<unsigned>(content[at] * 10 + content[at + 1]); };
    const std::chrono::year_month_day date{std::chrono::year(2000 + static_cast<int>(number(0))),
                                           std::chrono::month(number(2)), std::chrono::day(number(4))};
    if (!date.ok()) malformed("a date that does not exist");
    return date;
}

Bytes encode_date(Date at) {
    const std::chrono::year_month_day date(at);
    const int year = static_cast<int>(date.year()) - 2000;
    if (year < 0 || year > 99) throw InvalidInput("input.date", "a certificate's dates lie between 2000 and 2099");
    Bytes digits;
    for (const unsigned number :
         {static_cast<unsigned>(year), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day())}) {
        digits.push_back(static_cast<std::uint8_t>(number / 10));
        digits.push_back(static_cast<std::uint8_t>(number % 10));
    }
    return digits;
}

bool is_elliptic(const SignatureAlgorithm& algorithm) {
    return algorithm.scheme == SignatureScheme::ecdsa_plain;
}

CertificateKey read_key(ByteView content) {
    Objects objects(content);
    CertificateKey key;
    key.algorithm = read_oid(objects.content(kObjectIdentifier));
    const std::optional<SignatureAlgorithm> algorithm = signature_algorithm(key.algorithm);
    if (!algorithm) malformed("a key for the unknown algorithm " + key.algorithm.dotted());
    if (!is_elliptic(*algorithm)) {
        key.modulus = to_bytes(objects.content(0x81));
        key.exponent = to_bytes(objects.content(0x82));
        objects.expect_end();
        return key;
    }
    if (objects.next_is(0x81)) {
        CurveDomain domain;
        domain.prime = to_bytes(objects.content(0x81));
        domain.a = to_bytes(objects.content(0x82));
        domain.b = to_bytes(objects.content(0x83));
        domain.generator = to_bytes(objects.content(0x84));
        domain.order = to_bytes(objects.content(0x85));
        key.curve = curve_by_domain(domain);
        if (!key.curve) malformed("domain parameters of no known curve");
    }
    key.point = to_bytes(objects.content(0x86));
    static constexpr std::array<std::uint8_t, 1> one{1};
    if (objects.next_is(0x87) && !equal(objects.content(0x87), one)) malformed("a cofactor other than 1");
    objects.expect_end();
    return key;
}

Bytes encode_key(const PublicKey& key, const asn1::Oid& algorithm, bool with_domain_parameters) {
    Bytes content = object(kObjectIdentifier, algorithm.content());
    const auto add = [&content](std::uint32_t tag, ByteView value) { append(content, object(tag, value)); };
    if (key.kind() == KeyKind::rsa) {
        add(0x81, key.rsa_modulus());
        add(0x82, key.rsa_exponent());
        return object(kPublicKey, content);
    }
    if (with_domain_parameters) {
        const CurveDomain& domain = curve_domain(key.curve());
        add(0x81, domain.prime);
        add(0x82, domain.a);
        add(0x83, domain.b);
        add(0x84, domain.generator);
        add(0x85, domain.order);
    }
    add(0x86, key.value());
    if (with_domain_parameters) add(0x87, Bytes{1});
    return object(kPublicKey, content);
}

Authorization read_authorization(ByteView content) {
    Objects objects(content);
    Authorization authorization;
    authorization.terminal_type = read_oid(objects.content(kObjectIdentifier));
    authorization.rights = to_bytes(objects.content(kDiscretionaryData));
    objects.expect_end();
    if (authorization.rights.empty()) malformed("an authorization without rights");
    return authorization;
}

struct Algorithm {
    asn1::Oid oid;
    SignatureAlgorithm algorithm;
};

const std::array<Algorithm, 11>& algorithms() {
    using enum DigestAlgorithm;
    using enum SignatureScheme;
    static const std::array<Algorithm, 11> table{{
        {asn1::Oid("0.4.0.127.0.7.2.2.2.1.1"), {rsa_pkcs1, sha1, sha1, 0}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.1.2"), {rsa_pkcs1, sha256, sha256, 0}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.1.3"), {rsa_pss, sha1, sha1, 20}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.1.4"), {rsa_pss, sha256, sha256, 32}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.1.5"), {rsa_pkcs1, sha512, sha512, 0}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.1.6"), {rsa_pss, sha512, sha512, 64}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.2.1"), {ecdsa_plain, sha1, sha1, 0}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.2.2"), {ecdsa_plain, sha224, sha224, 0}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.2.3"), {ecdsa_plain, sha256, sha256, 0}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.2.4"), {ecdsa_plain, sha384, sha384, 0}},
        {asn1::Oid("0.4.0.127.0.7.2.2.2.2.5"), {ecdsa_plain, sha512, sha512, 0}},
    }};
    return table;
}

/// Which role may issue which (Doc 9303-11, 7.1.4.3).
bool may_issue(Role issuer, Role holder) {
    switch (issuer) {
        case Role::authority:
            return holder != Role::terminal;
        case Role::domestic_verifier:
        case Role::foreign_verifier:
            return holder == Role::terminal;
        case Role::terminal:
            break;
    }
    return false;
}

Authorization both(const Authorization& issuer, const Authorization& holder) {
    Authorization effective = holder;
    for (std::size_t i = 0; i < effective.rights.size(); ++i)
        effective.rights[i] &= i < issuer.rights.size() ? issuer.rights[i] : std::uint8_t{0};
    // The role is the holder's own: its bits are not rights.
    effective.rights[0] = static_cast<std::uint8_t>((effective.rights[0] & 0x3FU) | (holder.rights[0] & 0xC0U));
    return effective;
}

}  // namespace

std::optional<SignatureAlgorithm> signature_algorithm(const asn1::Oid& identifier) {
    const auto found = std::ranges::find(algorithms(), identifier, &Algorithm::oid);
    if (found == algorithms().end()) return std::nullopt;
    return found->algorithm;
}

asn1::Oid oid_of(const SignatureAlgorithm& algorithm) {
    const auto found = std::ranges::find(algorithms(), algorithm, &Algorithm::algorithm);
    if (found == algorithms().end())
        throw InvalidInput("cv.unknown_algorithm", "terminal authentication does not have " + description(algorithm));
    return found->oid;
}

Role Authorization::role() const {
    return static_cast<Role>(rights.at(0) >> 6U);
}

Bytes Authorization::encode() const {
    return object(kAuthorization,
                  concat({object(kObjectIdentifier, terminal_type.content()), object(kDiscretionaryData, rights)}));
}

bool Authorization::has(unsigned right) const {
    const std::size_t from_end = right / 8;
    if (from_end >= rights.size() || right >= 8 * rights.size() - 2) return false;
    return (static_cast<unsigned>(rights[rights.size() - 1 - from_end]) >> (right % 8) & 1U) != 0;
}

const asn1::Oid& inspection_system() {
    static const asn1::Oid identifier("0.4.0.127.0.7.3.1.2.1");
    return identifier;
}

const asn1::Oid& authentication_terminal() {
    static const asn1::Oid identifier("0.4.0.127.0.7.3.1.2.2");
    return identifier;
}

const asn1::Oid& signature_terminal() {
    static const asn1::Oid identifier("0.4.0.127.0.7.3.1.2.3");
    return identifier;
}

bool CertificateKey::is(const PublicKey& other) const {
    if (other.kind() == KeyKind::rsa) return other.rsa_modulus() == modulus && other.rsa_exponent() == exponent;
    return other.kind() == KeyKind::ec && (!curve || *curve == other.curve()) && other.value() == point;
}

PublicKey CertificateKey::resolve(const std::optional<Curve>& issuers) const {
    if (point.empty()) return PublicKey::rsa(modulus, exponent);
    const std::optional<Curve>& named = curve ? curve : issuers;
    if (!named) throw MalformedData("cv.no_domain_parameters", "CV certificate: a key whose curve nobody says");
    return PublicKey::ec(*named, point);
}

Certificate Certificate::parse(ByteView encoded) {
    Objects outer(encoded);
    const ByteView content = outer.content(kCertificate);
    outer.expect_end();
    return parse_content(content);
}

Certificate Certificate::parse_content(ByteView content) {
    Certificate certificate;
    Objects parts(content);
    const Objects::Object body = parts.read(kBody);
    certificate.body = to_bytes(body.raw);
    certificate.signature = to_bytes(parts.content(kSignature));
    parts.expect_end();

    Objects objects(body.content);
    if (!equal(objects.content(kProfile), Bytes{0})) malformed("an unknown profile");
    certificate.authority_reference = read_reference(objects.content(kAuthorityReference));
    certificate.key = read_key(objects.content(kPublicKey));
    certificate.holder_reference = read_reference(objects.content(kHolderReference));
    certificate.authorization = read_authorization(objects.content(kAuthorization));
    certificate.effective = read_date(objects.content(kEffective));
    certificate.expiration = read_date(objects.content(kExpiration));
    if (!objects.at_end()) certificate.extensions = to_bytes(objects.content(kExtensions));
    objects.expect_end();
    return certificate;
}

Bytes Certificate::content() const {
    return concat({body, object(kSignature, signature)});
}

Bytes Certificate::encode() const {
    return object(kCertificate, content());
}

bool Certificate::is_signed_by(const PublicKey& issuer, const SignatureAlgorithm& algorithm) const {
    return verify(issuer, algorithm, {body}, signature);
}

Certificate issue(const Request& request, const PrivateKey& issuer, const SignatureAlgorithm& algorithm) {
    for (const std::string& reference : {request.authority_reference, request.holder_reference})
        if (reference.empty() || reference.size() > kMaxReference)
            throw InvalidInput("input.reference", "a reference has 1 to 16 characters");
    const Bytes body = object(
        kBody, concat({object(kProfile, Bytes{0}), object(kAuthorityReference, as_bytes(request.authority_reference)),
                       encode_key(request.key, oid_of(request.key_algorithm), request.with_domain_parameters),
                       object(kHolderReference, as_bytes(request.holder_reference)), request.authorization.encode(),
                       object(kEffective, encode_date(request.effective)),
                       object(kExpiration, encode_date(request.expiration))}));
    return Certificate::parse_content(concat({body, object(kSignature, sign(issuer, algorithm, body))}));
}

std::string_view name(Refusal refusal) {
    static constexpr std::array<std::string_view, 8> names{"unknown_authority", "wrong_issuer", "other_terminal_type",
                                                           "bad_signature",     "expired",      "issuer_expired",
                                                           "known_reference",   "bad_key"};
    return names.at(static_cast<std::size_t>(refusal));
}

TrustedKey TrustedKey::trust_point(const Certificate& certificate) {
    return {certificate.holder_reference,
            certificate.key.resolve(std::nullopt),
            *signature_algorithm(certificate.key.algorithm),
            certificate.authorization,
            certificate.effective,
            certificate.expiration};
}

Verifier::Verifier(std::vector<TrustedKey> trust_points, Date current)
    : trust_points_(std::move(trust_points)), current_(current) {}

const TrustedKey* Verifier::find(std::string_view reference) const {
    if (imported_ && imported_->reference == reference) return &*imported_;
    const auto found = std::ranges::find(trust_points_, reference, &TrustedKey::reference);
    return found == trust_points_.end() ? nullptr : &*found;
}

bool Verifier::knows(std::string_view reference) const {
    return find(reference) != nullptr;
}

const TrustedKey* Verifier::terminal() const {
    return imported_ && imported_->authorization.role() == Role::terminal ? &*imported_ : nullptr;
}

std::optional<Refusal> Verifier::take(const Certificate& certificate) {
    const TrustedKey* const issuer = find(certificate.authority_reference);
    if (issuer == nullptr) return Refusal::unknown_authority;
    if (!certificate.is_signed_by(issuer->key, issuer->algorithm)) return Refusal::bad_signature;
    const Role role = certificate.authorization.role();
    const Role issuers_role = issuer->authorization.role();
    if (!may_issue(issuers_role, role)) return Refusal::wrong_issuer;
    if (certificate.authorization.terminal_type != issuer->authorization.terminal_type)
        return Refusal::other_terminal_type;
    const bool link = role == Role::authority;
    if (!link && certificate.expiration < current_) return Refusal::expired;
    if (!link && issuer->expiration < current_) return Refusal::issuer_expired;
    if (link && std::ranges::count(trust_points_, certificate.holder_reference, &TrustedKey::reference) != 0)
        return Refusal::known_reference;

    std::optional<PublicKey> key;
    try {
        const bool elliptic = issuer->key.kind() == KeyKind::ec;
        key = certificate.key.resolve(elliptic && !link ? std::optional(issuer->key.curve()) : std::nullopt);
    } catch (const CryptoError&) {
        return Refusal::bad_key;
    } catch (const MalformedData&) {
        return Refusal::bad_key;
    }

    // An authority's own rights are not limited by those of the key before it; everybody else's are by their issuers'.
    TrustedKey trusted{certificate.holder_reference,
                       *key,
                       *signature_algorithm(certificate.key.algorithm),
                       link ? certificate.authorization : both(issuer->authorization, certificate.authorization),
                       certificate.effective,
                       certificate.expiration};
    // 7.1.4.3.3: only certificates of authorities and domestic verifiers tell the time.
    if (issuers_role != Role::foreign_verifier) current_ = std::max(current_, certificate.effective);
    if (!link) {
        imported_ = std::move(trusted);
        return std::nullopt;
    }
    static constexpr std::size_t kMaxTrustPoints = 2;
    trust_points_.push_back(std::move(trusted));
    if (trust_points_.size() > kMaxTrustPoints)
        trust_points_.erase(std::ranges::min_element(trust_points_, {}, &TrustedKey::effective));
    return std::nullopt;
}

std::vector<Certificate> chain(std::string_view authority_reference, const Certificate& terminal,
                               const std::vector<Certificate>& available) {
    static constexpr std::size_t kMaxLength = 8;
    std::vector<Certificate> reversed{terminal};
    while (reversed.back().authority_reference != authority_reference) {
        const std::string& wanted = reversed.back().authority_reference;
        const auto found = std::ranges::find_if(available, [&wanted](const Certificate& candidate) {
            return candidate.holder_reference == wanted && candidate.authority_reference != wanted;
        });
        if (found == available.end() || reversed.size() == kMaxLength) return {};
        reversed.push_back(*found);
    }
    std::ranges::reverse(reversed);
    return reversed;
}

}  // namespace tahvil::cv
