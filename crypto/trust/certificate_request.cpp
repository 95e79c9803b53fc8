#include "crypto/trust/certificate_request.h"

#include <array>

#include "crypto/asn1.h"
#include "crypto/base64.h"
#include "crypto/error.h"
#include "crypto/trust/issuer.h"
#include "crypto/trust/name.h"

namespace tahvil::trust {

namespace {

using asn1::Oid;
using asn1::Tag;

const Oid kExtensionRequest("1.2.840.113549.1.9.14");
const Oid kKeyUsage("2.5.29.15");
constexpr std::array<std::uint8_t, 2> kDigitalSignature{0x07, 0x80};  // seven unused bits, the first bit set
constexpr std::size_t kPemLine = 64;                                  // characters

}  // namespace

Bytes make_certificate_request(ByteView subject, const Signer& signer) {
    const SignatureAlgorithm algorithm = default_algorithm(signer.public_key());
    const Bytes usage = extension(kKeyUsage, true, asn1::element(Tag::bit_string, kDigitalSignature));
    const Bytes attribute = asn1::sequence({asn1::oid(kExtensionRequest), asn1::set_of({asn1::sequence({usage})})});
    const Bytes information = asn1::sequence({asn1::integer(0), subject, signer.public_key().spki(),
                                              asn1::element(asn1::context_constructed(0), attribute)});
    return asn1::sequence({information, encode(algorithm), asn1::bit_string(signer.sign(algorithm, information))});
}

CertificateRequest read_certificate_request(ByteView der) {
    try {
        asn1::Cursor whole(der);
        asn1::Cursor request = whole.enter(Tag::sequence);
        whole.expect_end();
        const asn1::Element information = request.read(Tag::sequence);
        const SignatureAlgorithm algorithm = read_signature_algorithm(request);
        const ByteView signature = request.read_bits();
        request.expect_end();

        asn1::Cursor body = request.within(information);
        if (body.read_small_integer() != 0) throw MalformedData("request.malformed", "a version other than 1");
        const ByteView subject = body.read(Tag::sequence).raw;
        require_name(subject);
        const PublicKey key = PublicKey::from_spki(body.read(Tag::sequence).raw);
        if (!verify(key, algorithm, {information.raw}, signature))
            throw MalformedData("request.signature", "the request is not signed by the key that it is for");
        return {to_bytes(subject), key};
    } catch (const MalformedData& error) {
        if (error.code().starts_with("request.") || error.code().starts_with("crypto.")) throw;
        std::throw_with_nested(MalformedData("request.malformed", "this is no certificate request (PKCS #10)"));
    }
}

std::string write_pem(std::string_view label, ByteView der) {
    const std::string text = to_base64(der, Base64::standard);
    std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
    for (std::size_t at = 0; at < text.size(); at += kPemLine) pem += text.substr(at, kPemLine) + "\n";
    return pem + "-----END " + std::string(label) + "-----\n";
}

}  // namespace tahvil::trust
