#include "crypto/pss.h"

#include "crypto/error.h"

namespace tahvil {

namespace {

const asn1::Oid& mgf1() {
    static const asn1::Oid identifier("1.2.840.113549.1.1.8");
    return identifier;
}

[[noreturn]] void unknown(const std::string& what) {
    throw MalformedData("crypto.unknown_signature_algorithm", "RSASSA-PSS with " + what);
}

DigestAlgorithm read_digest(asn1::Cursor algorithm) {
    const asn1::Oid identifier = algorithm.read_oid();
    const std::optional<DigestAlgorithm> digest = digest_by_oid(identifier);
    if (!digest) unknown("the unknown digest " + identifier.dotted());
    return *digest;
}

Bytes digest_algorithm(DigestAlgorithm digest) {
    return asn1::sequence({asn1::oid(oid_of(digest)), asn1::null()});
}

}  // namespace

PssParameters read_pss_parameters(asn1::Cursor& cursor) {
    asn1::Cursor fields = cursor.enter(asn1::Tag::sequence);
    PssParameters parameters;
    if (auto hash = fields.enter_if(asn1::context_constructed(0)))
        parameters.digest = read_digest(hash->enter(asn1::Tag::sequence));
    if (auto mask = fields.enter_if(asn1::context_constructed(1))) {
        asn1::Cursor function = mask->enter(asn1::Tag::sequence);
        if (function.read_oid() != mgf1()) unknown("a mask generation function other than MGF1");
        parameters.mask_digest = read_digest(function.enter(asn1::Tag::sequence));
    }
    if (auto salt = fields.enter_if(asn1::context_constructed(2)))
        parameters.salt = static_cast<std::size_t>(salt->read_small_integer());
    if (auto trailer = fields.enter_if(asn1::context_constructed(3)); trailer && trailer->read_small_integer() != 1)
        unknown("a trailer other than BC");
    fields.expect_end();
    return parameters;
}

Bytes encode(const PssParameters& parameters) {
    return asn1::sequence({asn1::element(asn1::context_constructed(0), digest_algorithm(parameters.digest)),
                           asn1::element(asn1::context_constructed(1),
                                         asn1::sequence({asn1::oid(mgf1()), digest_algorithm(parameters.mask_digest)})),
                           asn1::element(asn1::context_constructed(2), asn1::integer(parameters.salt))});
}

}  // namespace tahvil
