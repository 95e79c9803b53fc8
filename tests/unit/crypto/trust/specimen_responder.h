#pragma once

#include "crypto/trust/ocsp_response.h"
#include "tests/unit/crypto/trust/specimen.h"

/// A responder (RFC 6960) with fresh keys, which says what it is told to.
namespace tahvil::trust::specimen {

inline const asn1::Oid kOcspSigning("1.3.6.1.5.5.7.3.9");
inline const asn1::Oid kOcspNoCheck("1.3.6.1.5.5.7.48.1.5");

/// One SingleResponse; what a test wants otherwise is a member.
struct SpecimenAnswer {
    Bytes certificate;
    Bytes issuer;
    OcspStatus status = OcspStatus::good;
    Time this_update = kNow - std::chrono::hours(2);
    std::optional<Time> next_update = kNow + std::chrono::days(7);
    DigestAlgorithm digest = DigestAlgorithm::sha1;
    Bytes extensions = {};  ///< Extension, DER
};

struct ResponseOptions {
    std::vector<Bytes> certificates;  ///< that come with it
    Bytes extensions;                 ///< Extension, DER
    std::optional<SignatureAlgorithm> algorithm;
    std::uint8_t status = 0;
};

inline Bytes certificate_id(const SpecimenAnswer& answer) {
    const Certificate issued = Certificate::parse(answer.certificate);
    const Certificate issuer = Certificate::parse(answer.issuer);
    asn1::Cursor spki = asn1::Cursor(issuer.spki()).enter(asn1::Tag::sequence);
    spki.read(asn1::Tag::sequence);
    return asn1::sequence({asn1::sequence({asn1::oid(oid_of(answer.digest)), asn1::null()}),
                           asn1::octet_string(digest(answer.digest, issuer.subject())),
                           asn1::octet_string(digest(answer.digest, spki.read_bits())),
                           asn1::element(asn1::Tag::integer, issued.serial())});
}

inline Bytes wrapped_extensions(const Bytes& extensions) {
    if (extensions.empty()) return {};
    return asn1::element(asn1::context_constructed(1), asn1::sequence({extensions}));
}

inline Bytes single_response(const SpecimenAnswer& answer) {
    Bytes status = asn1::element(asn1::context(answer.status == OcspStatus::good ? 0 : 2), ByteView());
    if (answer.status == OcspStatus::revoked)
        status = asn1::element(asn1::context_constructed(1), asn1::generalized_time(at(2026, 4)));
    return asn1::sequence(
        {certificate_id(answer), status, asn1::generalized_time(answer.this_update),
         answer.next_update ? asn1::element(asn1::context_constructed(0), asn1::generalized_time(*answer.next_update))
                            : Bytes(),
         wrapped_extensions(answer.extensions)});
}

inline Bytes respond(const std::vector<SpecimenAnswer>& answers, const CertifiedKey& responder,
                     const ResponseOptions& options = {}) {
    if (options.status != 0) return asn1::sequence({asn1::element(asn1::Tag::enumerated, std::array{options.status})});
    Bytes singles;
    for (const SpecimenAnswer& answer : answers) append(singles, single_response(answer));
    const Bytes data = asn1::sequence({asn1::element(asn1::context_constructed(1), responder.parsed().subject()),
                                       asn1::generalized_time(kNow), asn1::element(asn1::Tag::sequence, singles),
                                       wrapped_extensions(options.extensions)});
    const SignatureAlgorithm algorithm = options.algorithm.value_or(default_algorithm(responder.key.public_key()));
    Bytes certificates;
    for (const Bytes& certificate : options.certificates) append(certificates, certificate);
    const Bytes basic =
        asn1::sequence({data, encode(algorithm), asn1::bit_string(sign(responder.key, algorithm, data)),
                        certificates.empty() ? Bytes()
                                             : asn1::element(asn1::context_constructed(0),
                                                             asn1::element(asn1::Tag::sequence, certificates))});
    return asn1::sequence(
        {asn1::element(asn1::Tag::enumerated, std::array{options.status}),
         asn1::element(asn1::context_constructed(0),
                       asn1::sequence({asn1::oid(asn1::Oid("1.3.6.1.5.5.7.48.1.1")), asn1::octet_string(basic)}))});
}

}  // namespace tahvil::trust::specimen
