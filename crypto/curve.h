#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/asn1.h"
#include "crypto/bytes.h"

namespace tahvil {

/// The elliptic curves of Doc 9303-11 (table of standardized domain parameters), by their usual names.
enum class Curve : std::uint8_t {
    secp192r1,
    brainpool_p192r1,
    secp224r1,
    brainpool_p224r1,
    secp256r1,
    brainpool_p256r1,
    brainpool_p320r1,
    secp384r1,
    brainpool_p384r1,
    brainpool_p512r1,
    secp521r1,
};

constexpr std::size_t kCurveCount = 11;

std::string_view name(Curve curve);   ///< "brainpoolP256r1"
std::size_t field_size(Curve curve);  ///< bytes of a coordinate
std::size_t order_size(Curve curve);  ///< bytes of a scalar, and of each half of a plain signature
const asn1::Oid& oid_of(Curve curve);
std::optional<Curve> curve_by_oid(const asn1::Oid& identifier);

/// The domain parameters of a curve y^2 = x^3 + ax + b over a prime field, as big-endian magnitudes. Every curve above
/// has the cofactor 1.
struct CurveDomain {
    Bytes prime;
    Bytes a;
    Bytes b;
    Bytes generator;  ///< uncompressed
    Bytes order;
};

const CurveDomain& curve_domain(Curve curve);

/// The curve that has all of these parameters; leading zeros and the compression of the generator do not matter.
std::optional<Curve> curve_by_domain(const CurveDomain& domain);

/// What an ECParameters (RFC 3279, 2.3.5) says.
struct CurveParameters {
    Curve curve{};
    bool explicitly_given = false;  ///< every parameter was spelled out, and equals that of `curve`
};

/// Reads ECParameters. Explicit ones are taken only when prime, coefficients, generator, order and cofactor are all
/// there and equal those of a curve above (CVE-2020-0601 is what happens when the generator is not compared); the seed
/// is not looked at. Throws MalformedData "crypto.unknown_curve" otherwise.
CurveParameters read_curve_parameters(asn1::Cursor& cursor);

/// ECParameters with every parameter spelled out, DER.
Bytes encode_explicitly(Curve curve);

}  // namespace tahvil
