#include "crypto/curve.h"

#include <algorithm>
#include <array>

#include <openssl/obj_mac.h>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

struct Facts {
    Curve curve;
    int nid;
    std::string_view name;
    std::size_t field_size;
    std::size_t order_size;
    asn1::Oid oid;
};

const std::array<Facts, kCurveCount>& table() {
    static const std::array<Facts, kCurveCount> table{{
        {Curve::secp192r1, NID_X9_62_prime192v1, "secp192r1", 24, 24, asn1::Oid("1.2.840.10045.3.1.1")},
        {Curve::brainpool_p192r1, NID_brainpoolP192r1, "brainpoolP192r1", 24, 24, asn1::Oid("1.3.36.3.3.2.8.1.1.3")},
        {Curve::secp224r1, NID_secp224r1, "secp224r1", 28, 28, asn1::Oid("1.3.132.0.33")},
        {Curve::brainpool_p224r1, NID_brainpoolP224r1, "brainpoolP224r1", 28, 28, asn1::Oid("1.3.36.3.3.2.8.1.1.5")},
        {Curve::secp256r1, NID_X9_62_prime256v1, "secp256r1", 32, 32, asn1::Oid("1.2.840.10045.3.1.7")},
        {Curve::brainpool_p256r1, NID_brainpoolP256r1, "brainpoolP256r1", 32, 32, asn1::Oid("1.3.36.3.3.2.8.1.1.7")},
        {Curve::brainpool_p320r1, NID_brainpoolP320r1, "brainpoolP320r1", 40, 40, asn1::Oid("1.3.36.3.3.2.8.1.1.9")},
        {Curve::secp384r1, NID_secp384r1, "secp384r1", 48, 48, asn1::Oid("1.3.132.0.34")},
        {Curve::brainpool_p384r1, NID_brainpoolP384r1, "brainpoolP384r1", 48, 48, asn1::Oid("1.3.36.3.3.2.8.1.1.11")},
        {Curve::brainpool_p512r1, NID_brainpoolP512r1, "brainpoolP512r1", 64, 64, asn1::Oid("1.3.36.3.3.2.8.1.1.13")},
        {Curve::secp521r1, NID_secp521r1, "secp521r1", 66, 66, asn1::Oid("1.3.132.0.35")},
    }};
    return table;
}

const Facts& facts(Curve curve) {
    return table().at(static_cast<std::size_t>(curve));
}

Bytes magnitude(const BIGNUM* number) {
    Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    return bytes;
}

CurveDomain read_domain(Curve curve) {
    const EC_GROUP* const group = openssl::group(curve);
    const openssl::BigNumber p(openssl::require(BN_new(), "make a number"));
    const openssl::BigNumber a(openssl::require(BN_new(), "make a number"));
    const openssl::BigNumber b(openssl::require(BN_new(), "make a number"));
    openssl::require(EC_GROUP_get_curve(group, p.get(), a.get(), b.get(), nullptr), "read a curve");
    CurveDomain domain;
    domain.prime = magnitude(p.get());
    domain.a = magnitude(a.get());
    domain.b = magnitude(b.get());
    domain.order = magnitude(EC_GROUP_get0_order(group));
    domain.generator.resize(1 + 2 * field_size(curve));
    if (EC_POINT_point2oct(group, EC_GROUP_get0_generator(group), POINT_CONVERSION_UNCOMPRESSED,
                           domain.generator.data(), domain.generator.size(), nullptr) != domain.generator.size())
        openssl::fail("read a generator");
    return domain;
}

bool same_number(ByteView a, ByteView b) {
    const auto stripped = [](ByteView number) {
        while (!number.empty() && number[0] == 0) number = number.subspan(1);
        return number;
    };
    return equal(stripped(a), stripped(b));
}

/// Whether an encoded point, compressed or not, is the uncompressed one.
bool same_point(ByteView encoded, ByteView uncompressed) {
    if (equal(encoded, uncompressed)) return true;
    const std::size_t field = uncompressed.size() / 2;
    const std::uint8_t form = (uncompressed.back() & 1U) != 0 ? 3 : 2;
    return encoded.size() == 1 + field && encoded[0] == form &&
           equal(encoded.subspan(1), uncompressed.subspan(1, field));
}

[[noreturn]] void unknown() {
    throw MalformedData("crypto.unknown_curve", "elliptic curve parameters that are not those of a known curve");
}

Curve match_explicit(asn1::Cursor parameters) {
    static const asn1::Oid prime_field("1.2.840.10045.1.1");
    parameters.read_small_integer();  // the version says which optional parts may follow
    asn1::Cursor field = parameters.enter(asn1::Tag::sequence);
    if (field.read_oid() != prime_field) unknown();
    CurveDomain domain;
    domain.prime = to_bytes(field.read_unsigned());
    asn1::Cursor coefficients = parameters.enter(asn1::Tag::sequence);
    domain.a = to_bytes(coefficients.read_octet_view());
    domain.b = to_bytes(coefficients.read_octet_view());
    domain.generator = to_bytes(parameters.read_octet_view());
    domain.order = to_bytes(parameters.read_unsigned());
    static constexpr std::array<std::uint8_t, 1> one{1};
    if (!parameters.next_is(asn1::Tag::integer) || !equal(parameters.read_unsigned(), one)) unknown();
    const std::optional<Curve> curve = curve_by_domain(domain);
    if (!curve) unknown();
    return *curve;
}

}  // namespace

std::string_view name(Curve curve) {
    return facts(curve).name;
}

std::size_t field_size(Curve curve) {
    return facts(curve).field_size;
}

std::size_t order_size(Curve curve) {
    return facts(curve).order_size;
}

const asn1::Oid& oid_of(Curve curve) {
    return facts(curve).oid;
}

std::optional<Curve> curve_by_oid(const asn1::Oid& identifier) {
    const auto found = std::ranges::find(table(), identifier, &Facts::oid);
    if (found == table().end()) return std::nullopt;
    return found->curve;
}

const CurveDomain& curve_domain(Curve curve) {
    static const auto domains = [] {
        std::array<CurveDomain, kCurveCount> all;
        std::ranges::transform(table(), all.begin(), [](const Facts& known) { return read_domain(known.curve); });
        return all;
    }();
    return domains.at(static_cast<std::size_t>(curve));
}

std::optional<Curve> curve_by_domain(const CurveDomain& domain) {
    for (const Facts& known : table()) {
        const CurveDomain& candidate = curve_domain(known.curve);
        if (same_number(domain.prime, candidate.prime) && same_number(domain.a, candidate.a) &&
            same_number(domain.b, candidate.b) && same_point(domain.generator, candidate.generator) &&
            same_number(domain.order, candidate.order))
            return known.curve;
    }
    return std::nullopt;
}

CurveParameters read_curve_parameters(asn1::Cursor& cursor) {
    if (cursor.next_is(asn1::Tag::object_identifier)) {
        const std::optional<Curve> curve = curve_by_oid(cursor.read_oid());
        if (!curve) unknown();
        return {*curve, false};
    }
    if (!cursor.next_is(asn1::Tag::sequence)) unknown();
    return {match_explicit(cursor.enter(asn1::Tag::sequence)), true};
}

Bytes encode_explicitly(Curve curve) {
    static const asn1::Oid prime_field("1.2.840.10045.1.1");
    const CurveDomain& domain = curve_domain(curve);
    const auto field_element = [curve](ByteView number) {
        Bytes whole(field_size(curve) - number.size());
        append(whole, number);
        return asn1::octet_string(whole);
    };
    return asn1::sequence(
        {asn1::integer(1), asn1::sequence({asn1::oid(prime_field), asn1::unsigned_integer(domain.prime)}),
         asn1::sequence({field_element(domain.a), field_element(domain.b)}), asn1::octet_string(domain.generator),
         asn1::unsigned_integer(domain.order), asn1::integer(1)});
}

}  // namespace tahvil

namespace tahvil::openssl {

const EC_GROUP* group(Curve curve) {
    static const auto groups = [] {
        std::array<const EC_GROUP*, kCurveCount> all{};
        std::ranges::transform(table(), all.begin(), [](const Facts& known) {
            return require(EC_GROUP_new_by_curve_name(known.nid), "find a curve");
        });
        return all;
    }();
    return groups.at(static_cast<std::size_t>(curve));
}

const char* group_name(Curve curve) {
    return require(OBJ_nid2sn(facts(curve).nid), "find a curve");
}

}  // namespace tahvil::openssl
