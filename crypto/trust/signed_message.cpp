#include "crypto/trust/signed_message.h"

#include <algorithm>
#include <vector>

#include "crypto/asn1.h"
#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/issuer.h"

namespace tahvil::trust {

namespace {

using asn1::Oid;
using asn1::Tag;

const Oid kData("1.2.840.113549.1.7.1");
const Oid kSignedData("1.2.840.113549.1.7.2");
const Oid kContentType("1.2.840.113549.1.9.3");
const Oid kMessageDigest("1.2.840.113549.1.9.4");
const Oid kSigningTime("1.2.840.113549.1.9.5");

Bytes attribute(const Oid& type, const Bytes& value) {
    return asn1::sequence({asn1::oid(type), asn1::set_of({value})});
}

}  // namespace

Bytes sign_message(ByteView content, const Signer& signer, std::span<const Bytes> certificates, Time signing_time) {
    if (certificates.empty())
        throw InvalidInput("signed_message.certificate", "a message is signed with a certificate",
                           "Give the signer's certificate.");
    const Certificate certificate = Certificate::parse(certificates.front());
    const SignatureAlgorithm algorithm = default_algorithm(signer.public_key());
    std::vector<Bytes> attributes{attribute(kContentType, asn1::oid(kData)),
                                  attribute(kMessageDigest, asn1::octet_string(digest(algorithm.digest, content))),
                                  attribute(kSigningTime, asn1::time(signing_time))};
    std::ranges::sort(attributes);  // a SET OF in DER (X.690, 11.6)
    const Bytes signed_attributes = concat({attributes[0], attributes[1], attributes[2]});
    const Bytes digest_algorithm = asn1::sequence({asn1::oid(oid_of(algorithm.digest))});
    const Bytes signer_info = asn1::sequence(
        {asn1::integer(1), asn1::sequence({certificate.issuer(), asn1::element(Tag::integer, certificate.serial())}),
         digest_algorithm, asn1::element(asn1::context_constructed(0), signed_attributes), encode(algorithm),
         asn1::octet_string(signer.sign(algorithm, asn1::element(Tag::set, signed_attributes)))});
    Bytes chain;
    for (const Bytes& each : certificates) append(chain, each);
    return asn1::sequence(
        {asn1::oid(kSignedData),
         asn1::element(
             asn1::context_constructed(0),
             asn1::sequence({asn1::integer(1), asn1::set_of({digest_algorithm}),
                             asn1::sequence({asn1::oid(kData),
                                             asn1::element(asn1::context_constructed(0), asn1::octet_string(content))}),
                             asn1::element(asn1::context_constructed(0), chain), asn1::set_of({signer_info})}))});
}

}  // namespace tahvil::trust
