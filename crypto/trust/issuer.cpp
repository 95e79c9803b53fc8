#include "crypto/trust/issuer.h"

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "crypto/error.h"

namespace tahvil::trust {

namespace {

using asn1::Oid;
using asn1::Tag;

const Oid kSubjectKeyId("2.5.29.14");
const Oid kKeyUsage("2.5.29.15");
const Oid kBasicConstraints("2.5.29.19");
const Oid kCrlNumber("2.5.29.20");
const Oid kAuthorityKeyId("2.5.29.35");
const Oid kExtendedKeyUsage("2.5.29.37");
const Oid kSignedData("1.2.840.113549.1.7.2");
const Oid kData("1.2.840.113549.1.7.1");
const Oid kContentType("1.2.840.113549.1.9.3");
const Oid kMessageDigest("1.2.840.113549.1.9.4");
const Oid kSigningTime("1.2.840.113549.1.9.5");
const Oid kEcPublicKey("1.2.840.10045.2.1");
const Oid kRsaEncryption("1.2.840.113549.1.1.1");
const Oid kRsassaPss("1.2.840.113549.1.1.10");
const Oid kLdsSecurityObject("2.23.136.1.1.1");
const Oid kMasterList("2.23.136.1.1.2");
const Oid kMasterListSigner("2.23.136.1.1.3");
const Oid kSecurityInfos("0.4.0.127.0.7.3.2.1");

constexpr auto kSecurityObjectTag = static_cast<Tag>(0x77);

Bytes algorithm_identifier(const Oid& identifier) {
    return asn1::sequence({asn1::oid(identifier)});
}

Bytes key_usage_bits(const std::vector<KeyUsage>& usages) {
    unsigned bits = 0;
    for (const KeyUsage usage : usages) bits |= static_cast<unsigned>(usage);
    const auto octet = static_cast<std::uint8_t>(bits >> 8U);  // the nine bits' last one is for key agreement only
    std::uint8_t unused = 0;
    while (unused < 7 && (octet >> unused & 1U) == 0) ++unused;
    return asn1::element(Tag::bit_string, std::array<std::uint8_t, 2>{unused, octet});
}

Bytes extensions_of(const CertificateTemplate& what, const PublicKey& subject_key, ByteView issuer_key_id) {
    Bytes all;
    if (what.with_subject_key_id)
        append(all, extension(kSubjectKeyId, false, asn1::octet_string(key_identifier(subject_key))));
    const ByteView authority = what.authority_key_id ? ByteView(*what.authority_key_id) : issuer_key_id;
    if (what.with_authority_key_id && !authority.empty())
        append(all, extension(kAuthorityKeyId, false, asn1::sequence({asn1::element(asn1::context(0), authority)})));
    if (!what.key_usage.empty()) append(all, extension(kKeyUsage, true, key_usage_bits(what.key_usage)));
    if (what.basic_constraints) {
        Bytes constraints;
        if (what.basic_constraints->authority) append(constraints, asn1::boolean(true));
        if (what.basic_constraints->path_length)
            append(constraints, asn1::integer(static_cast<std::uint64_t>(*what.basic_constraints->path_length)));
        append(all, extension(kBasicConstraints, true, asn1::element(Tag::sequence, constraints)));
    }
    if (!what.extended_key_usage.empty()) {
        Bytes purposes;
        for (const Oid& purpose : what.extended_key_usage) append(purposes, asn1::oid(purpose));
        append(all, extension(kExtendedKeyUsage, true, asn1::element(Tag::sequence, purposes)));
    }
    for (const Bytes& further : what.further_extensions) append(all, further);
    return all;
}

Bytes signed_sequence(const Bytes& to_be_signed, const SignatureAlgorithm& algorithm, const PrivateKey& key) {
    return asn1::sequence({to_be_signed, encode(algorithm), asn1::bit_string(sign(key, algorithm, to_be_signed))});
}

Bytes make_certificate(const CertificateTemplate& what, const PublicKey& subject_key, ByteView issuer_name,
                       ByteView issuer_key_id, const PrivateKey& issuer_key) {
    const SignatureAlgorithm algorithm = what.algorithm.value_or(default_algorithm(issuer_key.public_key()));
    const Bytes extensions = extensions_of(what, subject_key, issuer_key_id);
    Bytes spki = subject_key.spki();
    if (what.explicit_ec_parameters) spki = explicit_spki(subject_key);
    if (what.spki) spki = *what.spki;
    const Bytes to_be_signed = asn1::sequence(
        {asn1::element(asn1::context_constructed(0), asn1::integer(2)), asn1::unsigned_integer(what.serial),
         encode(algorithm), issuer_name,
         asn1::sequence({asn1::time(what.validity.not_before), asn1::time(what.validity.not_after)}), what.subject,
         spki, asn1::element(asn1::context_constructed(3), asn1::element(Tag::sequence, extensions))});
    return signed_sequence(to_be_signed, algorithm, issuer_key);
}

Bytes attribute(const Oid& type, const Bytes& value) {
    return asn1::sequence({asn1::oid(type), asn1::set_of({value})});
}

/// The content octets of the signed attributes.
Bytes signed_attributes(const Oid& content_type, ByteView message_digest, const SigningOptions& options) {
    std::vector<Bytes> attributes{attribute(kContentType, asn1::oid(content_type)),
                                  attribute(kMessageDigest, asn1::octet_string(message_digest))};
    if (options.signing_time) attributes.push_back(attribute(kSigningTime, asn1::time(*options.signing_time)));
    std::ranges::sort(attributes);
    if (options.attributes_unsorted) std::ranges::reverse(attributes);
    Bytes content;
    for (const Bytes& each : attributes) append(content, each);
    return content;
}

Bytes signature_algorithm_of(const SignatureAlgorithm& algorithm, const SigningOptions& options) {
    if (!options.bare_algorithm) return encode(algorithm);
    switch (algorithm.scheme) {
        case SignatureScheme::rsa_pkcs1:
            return asn1::sequence({asn1::oid(kRsaEncryption), asn1::null()});
        case SignatureScheme::rsa_pss:
            return algorithm_identifier(kRsassaPss);
        default:
            return algorithm_identifier(kEcPublicKey);
    }
}

struct SigningParty {
    ByteView certificate;
    const Signer* key = nullptr;
};

Bytes signer_info(const Oid& content_type, ByteView content, const SigningParty& signer, DigestAlgorithm content_digest,
                  const Bytes& digest_algorithm, const SigningOptions& options) {
    const Certificate certificate = Certificate::parse(signer.certificate);
    const SignatureAlgorithm algorithm = options.algorithm.value_or(default_algorithm(signer.key->public_key()));
    Bytes identifier =
        options.by_key_id
            ? asn1::element(asn1::context(0), certificate.subject_key_id())
            : asn1::sequence({options.signer_issuer ? ByteView(*options.signer_issuer) : certificate.issuer(),
                              asn1::element(Tag::integer, certificate.serial())});
    const Bytes attributes = signed_attributes(content_type, digest(content_digest, content), options);
    const Bytes what = options.without_attributes ? to_bytes(content) : asn1::element(Tag::set, attributes);
    return asn1::sequence(
        {asn1::integer(options.by_key_id ? 3 : 1), identifier, digest_algorithm,
         options.without_attributes ? Bytes() : asn1::element(asn1::context_constructed(0), attributes),
         signature_algorithm_of(algorithm, options), asn1::octet_string(signer.key->sign(algorithm, what))});
}

/// A constructed element of indefinite length (X.690, 8.1.3.6).
Bytes indefinite(Tag tag, std::initializer_list<ByteView> parts) {
    static constexpr std::array<std::uint8_t, 2> end{0, 0};
    return concat({std::array<std::uint8_t, 2>{static_cast<std::uint8_t>(tag), 0x80}, concat(parts), end});
}

Bytes constructed(bool indefinite_length, Tag tag, std::initializer_list<ByteView> parts) {
    return indefinite_length ? indefinite(tag, parts) : asn1::element(tag, parts);
}

Bytes content_octets(ByteView content, bool in_pieces) {
    if (!in_pieces) return asn1::octet_string(content);
    const std::size_t half = content.size() / 2;
    return indefinite(static_cast<Tag>(0x24),
                      {asn1::octet_string(content.first(half)), asn1::octet_string(content.subspan(half))});
}

Bytes sign_data_by(const std::vector<SigningParty>& signers, const Oid& content_type, ByteView content,
                   const SigningOptions& options) {
    Bytes certificates;
    std::vector<Bytes> digest_algorithms;
    std::vector<Bytes> signer_infos;
    for (const SigningParty& signer : signers) {
        const SignatureAlgorithm algorithm = options.algorithm.value_or(default_algorithm(signer.key->public_key()));
        const DigestAlgorithm content_digest = options.digest.value_or(algorithm.digest);
        const Bytes digest_algorithm =
            algorithm_identifier(options.digest_identifier ? *options.digest_identifier : oid_of(content_digest));
        if (std::ranges::find(digest_algorithms, digest_algorithm) == digest_algorithms.end())
            digest_algorithms.push_back(digest_algorithm);
        signer_infos.push_back(signer_info(content_type, content, signer, content_digest, digest_algorithm, options));
        if (!options.without_certificate) append(certificates, signer.certificate);
    }
    for (const Bytes& further : options.further_certificates) append(certificates, further);

    const bool ber = options.indefinite_length;
    const int version = options.version.value_or(options.by_key_id || content_type != kData ? 3 : 1);
    const Bytes enclosed =
        options.detached ? Bytes() : constructed(ber, asn1::context_constructed(0), {content_octets(content, ber)});
    const Bytes encapsulated = constructed(ber, Tag::sequence, {asn1::oid(content_type), enclosed});
    const Bytes body =
        constructed(ber, Tag::sequence,
                    {asn1::integer(static_cast<std::uint64_t>(version)), asn1::set_of(digest_algorithms), encapsulated,
                     certificates.empty() ? Bytes() : asn1::element(asn1::context_constructed(0), certificates),
                     asn1::set_of(signer_infos)});
    return constructed(ber, Tag::sequence,
                       {asn1::oid(kSignedData), constructed(ber, asn1::context_constructed(0), {body})});
}

}  // namespace

CertificateTemplate CertificateTemplate::country_signer(Bytes subject, Validity validity) {
    CertificateTemplate what;
    what.subject = std::move(subject);
    what.validity = validity;
    what.basic_constraints = BasicConstraints{true, 0};
    what.key_usage = {KeyUsage::certificate_sign, KeyUsage::crl_sign};
    return what;
}

CertificateTemplate CertificateTemplate::document_signer(Bytes subject, Validity validity) {
    CertificateTemplate what;
    what.subject = std::move(subject);
    what.validity = validity;
    what.key_usage = {KeyUsage::digital_signature};
    return what;
}

CertificateTemplate CertificateTemplate::master_list_signer(Bytes subject, Validity validity) {
    CertificateTemplate what = document_signer(std::move(subject), validity);
    what.extended_key_usage = {kMasterListSigner};
    return what;
}

SignatureAlgorithm default_algorithm(const PublicKey& key) {
    switch (key.kind()) {
        case KeyKind::rsa:
            return {SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 0};
        case KeyKind::ec: {
            const std::size_t size = order_size(key.curve());
            const DigestAlgorithm digest = size <= 32   ? DigestAlgorithm::sha256
                                           : size <= 48 ? DigestAlgorithm::sha384
                                                        : DigestAlgorithm::sha512;
            return {SignatureScheme::ecdsa, digest, digest, 0};
        }
        case KeyKind::ed25519:
            return {SignatureScheme::ed25519, DigestAlgorithm::sha512, DigestAlgorithm::sha512, 0};
        case KeyKind::dh:
            break;
    }
    throw CryptoError("crypto.bad_key", "a Diffie-Hellman key signs nothing");
}

Bytes key_identifier(const PublicKey& key) {
    const Bytes spki = key.spki();
    asn1::Cursor cursor = asn1::Cursor(spki).enter(Tag::sequence);
    cursor.read(Tag::sequence);
    return digest(DigestAlgorithm::sha1, cursor.read_bits());
}

Bytes explicit_spki(const PublicKey& key) {
    return asn1::sequence(
        {asn1::sequence({asn1::oid(kEcPublicKey), encode_explicitly(key.curve())}), asn1::bit_string(key.value())});
}

Bytes extension(const Oid& type, bool critical, ByteView value) {
    return asn1::sequence({asn1::oid(type), critical ? asn1::boolean(true) : Bytes(), asn1::octet_string(value)});
}

Bytes issue_certificate(const CertificateTemplate& what, const PublicKey& subject_key, const CertifiedKey& issuer) {
    const Certificate parsed = issuer.parsed();
    return make_certificate(what, subject_key, what.issuer ? ByteView(*what.issuer) : parsed.subject(),
                            parsed.subject_key_id(), issuer.key);
}

CertifiedKey issue_self_signed(const CertificateTemplate& what, PrivateKey key) {
    Bytes certificate = make_certificate(what, key.public_key(), what.issuer ? *what.issuer : what.subject,
                                         key_identifier(key.public_key()), key);
    return {std::move(key), std::move(certificate)};
}

CertifiedKey issue(const CertificateTemplate& what, PrivateKey key, const CertifiedKey& issuer) {
    Bytes certificate = issue_certificate(what, key.public_key(), issuer);
    return {std::move(key), std::move(certificate)};
}

Bytes issue_revocation_list(const RevocationTemplate& what, const CertifiedKey& issuer) {
    const Certificate parsed = issuer.parsed();
    const SignatureAlgorithm algorithm = default_algorithm(issuer.key.public_key());
    Bytes revoked;
    for (const auto& [serial, since] : what.revoked)
        append(revoked, asn1::sequence({asn1::element(Tag::integer, serial), asn1::time(since)}));
    const Bytes extensions = asn1::sequence(
        {extension(kAuthorityKeyId, false, asn1::sequence({asn1::element(asn1::context(0), parsed.subject_key_id())})),
         extension(kCrlNumber, false, asn1::integer(what.number))});
    return signed_sequence(
        asn1::sequence({asn1::integer(1), encode(algorithm), parsed.subject(), asn1::time(what.this_update),
                        what.next_update ? asn1::time(*what.next_update) : Bytes(),
                        revoked.empty() ? Bytes() : asn1::element(Tag::sequence, revoked),
                        asn1::element(asn1::context_constructed(0), extensions)}),
        algorithm, issuer.key);
}

Bytes sign_data(const Oid& content_type, ByteView content, const std::vector<CertifiedKey>& signers,
                const SigningOptions& options) {
    std::vector<std::unique_ptr<Signer>> keys;
    std::vector<SigningParty> parties;
    for (const CertifiedKey& signer : signers) {
        keys.push_back(signer_in_memory(signer.key));
        parties.push_back({signer.certificate, keys.back().get()});
    }
    return sign_data_by(parties, content_type, content, options);
}

Bytes sign_data(const Oid& content_type, ByteView content, ByteView certificate, const Signer& key,
                const SigningOptions& options) {
    return sign_data_by({{certificate, &key}}, content_type, content, options);
}

Bytes lds_security_object(const std::map<int, Bytes>& data_groups, DigestAlgorithm algorithm) {
    Bytes hashes;
    for (const auto& [group, content] : data_groups)
        append(hashes, asn1::sequence({asn1::integer(static_cast<std::uint64_t>(group)),
                                       asn1::octet_string(digest(algorithm, content))}));
    return asn1::sequence(
        {asn1::integer(0), algorithm_identifier(oid_of(algorithm)), asn1::element(Tag::sequence, hashes)});
}

Bytes sign_security_object(const std::map<int, Bytes>& data_groups, const CertifiedKey& signer,
                           const SecurityObjectOptions& options) {
    const Bytes content = lds_security_object(data_groups, options.group_digest);
    return asn1::element(kSecurityObjectTag,
                         sign_data(options.content_type.value_or(kLdsSecurityObject), content, {signer}, options));
}

Bytes sign_card_security(ByteView security_infos, const CertifiedKey& signer, const SigningOptions& options) {
    return sign_data(kSecurityInfos, security_infos, {signer}, options);
}

Bytes sign_master_list(const std::vector<Bytes>& certificates, const CertifiedKey& signer,
                       const SigningOptions& options) {
    const Bytes content = asn1::sequence({asn1::integer(0), asn1::set_of(certificates)});
    return sign_data(kMasterList, content, {signer}, options);
}

}  // namespace tahvil::trust
