#include "crypto/group.h"

#include <algorithm>
#include <array>
#include <bit>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

using openssl::BigNumber;
using openssl::Point;

constexpr std::uint8_t kUncompressed = 4;

[[noreturn]] void bad_key(const char* why) {
    openssl::clear_errors();
    throw CryptoError("crypto.bad_key", std::string("a public key that can not be used: ") + why);
}

[[noreturn]] void bad_group(const char* why) {
    throw CryptoError("crypto.bad_group", std::string("Diffie-Hellman parameters that can not be used: ") + why);
}

/// One context a thread: making one costs as much as an addition of points.
BN_CTX* context() {
    thread_local const openssl::BigNumberContext context(openssl::require(BN_CTX_new(), "make a number context"));
    return context.get();
}

BigNumber number(ByteView magnitude) {
    return BigNumber(
        openssl::require(BN_bin2bn(magnitude.data(), static_cast<int>(magnitude.size()), nullptr), "read a number"));
}

BigNumber secret_number(ByteView magnitude) {
    BigNumber secret(openssl::require(BN_secure_new(), "make a number"));
    openssl::require(BN_bin2bn(magnitude.data(), static_cast<int>(magnitude.size()), secret.get()), "read a number");
    BN_set_flags(secret.get(), BN_FLG_CONSTTIME);
    return secret;
}

BigNumber new_number() {
    return BigNumber(openssl::require(BN_new(), "make a number"));
}

Bytes encode(const BIGNUM* value, std::size_t size) {
    Bytes bytes(size);
    if (BN_bn2binpad(value, bytes.data(), static_cast<int>(size)) < 0) openssl::fail("write a number");
    return bytes;
}

Point new_point(const EC_GROUP* group) {
    return Point(openssl::require(EC_POINT_new(group), "make a point"));
}

/// OpenSSL refuses a point that is not on the curve.
Point decode(Curve curve, ByteView element) {
    const EC_GROUP* const group = openssl::group(curve);
    if (element.size() != 1 + 2 * field_size(curve) || element[0] != kUncompressed)
        bad_key("not an uncompressed point of this curve");
    Point point = new_point(group);
    if (EC_POINT_oct2point(group, point.get(), element.data(), element.size(), context()) != 1)
        bad_key("a point that is not on the curve");
    return point;
}

Bytes encode(Curve curve, const EC_POINT* point) {
    Bytes bytes(1 + 2 * field_size(curve));
    if (EC_POINT_is_at_infinity(openssl::group(curve), point) != 0)
        throw CryptoError("crypto.neutral_element", "a key agreement that came to the point at infinity");
    if (EC_POINT_point2oct(openssl::group(curve), point, POINT_CONVERSION_UNCOMPRESSED, bytes.data(), bytes.size(),
                           context()) != bytes.size())
        openssl::fail("write a point");
    return bytes;
}

Point multiply_point(Curve curve, ByteView base, ByteView scalar) {
    const EC_GROUP* const group = openssl::group(curve);
    const BigNumber factor = secret_number(scalar);
    Point product = new_point(group);
    if (equal(base, curve_domain(curve).generator)) {
        openssl::require(EC_POINT_mul(group, product.get(), factor.get(), nullptr, nullptr, context()),
                         "multiply a generator");
        return product;
    }
    const Point point = decode(curve, base);
    openssl::require(EC_POINT_mul(group, product.get(), nullptr, point.get(), factor.get(), context()),
                     "multiply a point");
    return product;
}

ByteView without_leading_zeros(ByteView magnitude) {
    while (!magnitude.empty() && magnitude[0] == 0) magnitude = magnitude.subspan(1);
    return magnitude;
}

}  // namespace

struct Group::Dh {
    DhGroup parameters;
    BigNumber prime;
    BigNumber largest;  // p-2, the greatest value that is not degenerate
    BigNumber order;    // empty where it is not known
    openssl::Handle<BN_MONT_CTX, BN_MONT_CTX_free> montgomery;

    BigNumber power(const BIGNUM* base, const BIGNUM* exponent) const {
        BigNumber result = new_number();
        openssl::require(
            BN_mod_exp_mont_consttime(result.get(), base, exponent, prime.get(), context(), montgomery.get()),
            "raise to a power");
        return result;
    }

    bool is_degenerate(const BIGNUM* value) const {
        return BN_is_zero(value) || BN_is_one(value) || BN_cmp(value, largest.get()) > 0;
    }

    bool is_of_order(const BIGNUM* value) const { return BN_is_one(power(value, order.get()).get()); }

    BigNumber decode(ByteView element) const {
        if (element.size() != parameters.prime.size())
            bad_key("a Diffie-Hellman value of another length than the prime");
        BigNumber value = number(element);
        if (is_degenerate(value.get())) bad_key("a degenerate Diffie-Hellman value");
        return value;
    }

    Bytes encode(const BIGNUM* value) const {
        if (is_degenerate(value))
            throw CryptoError("crypto.neutral_element", "a key agreement that came to a degenerate value");
        return tahvil::encode(value, parameters.prime.size());
    }
};

Group::Group(Curve curve) : group_(curve) {}

Group::Group(DhGroup parameters) {
    static constexpr int kMinBits = 1024;
    static constexpr int kMaxBits = 8192;
    auto dh = std::make_shared<Dh>();
    parameters.prime = to_bytes(without_leading_zeros(parameters.prime));
    parameters.order = to_bytes(without_leading_zeros(parameters.order));
    if (parameters.prime.size() > kMaxBits / 8) bad_group("a prime of more than 8192 bits");
    dh->prime = number(parameters.prime);
    if (BN_num_bits(dh->prime.get()) < kMinBits) bad_group("a prime of less than 1024 bits");
    if (!BN_is_odd(dh->prime.get())) bad_group("an even prime");
    dh->largest.reset(openssl::require(BN_dup(dh->prime.get()), "copy a number"));
    openssl::require(BN_sub_word(dh->largest.get(), 2), "subtract");
    dh->montgomery.reset(openssl::require(BN_MONT_CTX_new(), "prepare a prime"));
    openssl::require(BN_MONT_CTX_set(dh->montgomery.get(), dh->prime.get(), context()), "prepare a prime");

    const ByteView generator = without_leading_zeros(parameters.generator);
    if (generator.size() > parameters.prime.size()) bad_group("a generator above the prime");
    const BigNumber base = number(generator);
    if (dh->is_degenerate(base.get())) bad_group("a degenerate generator");
    parameters.generator = tahvil::encode(base.get(), parameters.prime.size());

    if (!parameters.order.empty()) {
        dh->order = number(parameters.order);
        const BigNumber one_less(openssl::require(BN_dup(dh->prime.get()), "copy a number"));
        openssl::require(BN_sub_word(one_less.get(), 1), "subtract");
        const BigNumber remainder = new_number();
        static constexpr int kMinOrderBits = 160;
        if (BN_num_bits(dh->order.get()) < kMinOrderBits || BN_cmp(dh->order.get(), dh->prime.get()) >= 0)
            bad_group("an order of an impossible size");
        openssl::require(BN_mod(remainder.get(), one_less.get(), dh->order.get(), context()), "divide");
        if (!BN_is_zero(remainder.get())) bad_group("an order that does not divide p-1");
        if (!dh->is_of_order(base.get())) bad_group("a generator that is not of the given order");
    }
    dh->parameters = std::move(parameters);
    group_ = std::move(dh);
}

bool Group::is_curve() const {
    return std::holds_alternative<Curve>(group_);
}

Curve Group::curve() const {
    if (!is_curve()) throw CryptoError("crypto.wrong_group", "a Diffie-Hellman group where a curve is expected");
    return std::get<Curve>(group_);
}

const DhGroup& Group::dh() const {
    if (is_curve()) throw CryptoError("crypto.wrong_group", "a curve where a Diffie-Hellman group is expected");
    return std::get<std::shared_ptr<const Dh>>(group_)->parameters;
}

std::size_t Group::element_size() const {
    return is_curve() ? 1 + 2 * field_size(curve()) : dh().prime.size();
}

std::size_t Group::scalar_size() const {
    if (is_curve()) return order_size(curve());
    return dh().order.empty() ? dh().prime.size() : dh().order.size();
}

const Bytes& Group::generator() const {
    return is_curve() ? curve_domain(curve()).generator : dh().generator;
}

void Group::check(ByteView element) const {
    if (is_curve()) {
        // Every curve has the cofactor 1: a point on it is of its order.
        decode(curve(), element);
        return;
    }
    const Dh& dh = *std::get<std::shared_ptr<const Dh>>(group_);
    const BigNumber value = dh.decode(element);
    if (dh.order && !dh.is_of_order(value.get())) bad_key("a Diffie-Hellman value that is not of the group's order");
}

Bytes Group::receive(ByteView encoded) const {
    Bytes element;
    if (!is_curve() && encoded.size() < element_size()) element.resize(element_size() - encoded.size());
    append(element, encoded);
    check(element);
    return element;
}

Bytes Group::send(ByteView element) const {
    return to_bytes(is_curve() ? element : without_leading_zeros(element));
}

SecretBytes Group::random_scalar(const RandomSource& random) const {
    static constexpr int kMaxAttempts = 128;
    const Bytes& limit = is_curve() ? curve_domain(curve()).order : (dh().order.empty() ? dh().prime : dh().order);
    const auto mask = static_cast<std::uint8_t>((1U << std::bit_width(limit[0])) - 1U);
    SecretBytes scalar(limit.size());
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
        random(scalar.writable());
        scalar.writable()[0] &= mask;
        const bool zero = std::ranges::all_of(scalar.view(), [](std::uint8_t byte) { return byte == 0; });
        if (!zero && std::ranges::lexicographical_compare(scalar.view(), limit)) return scalar;
    }
    throw CryptoError("crypto.random", "the source of randomness gives no usable private key");
}

Bytes Group::multiply(ByteView base, ByteView scalar) const {
    if (is_curve()) return encode(curve(), multiply_point(curve(), base, scalar).get());
    const Dh& dh = *std::get<std::shared_ptr<const Dh>>(group_);
    return dh.encode(dh.power(dh.decode(base).get(), secret_number(scalar).get()).get());
}

Bytes Group::add(ByteView a, ByteView b) const {
    if (is_curve()) {
        const EC_GROUP* const group = openssl::group(curve());
        const Point sum = new_point(group);
        openssl::require(EC_POINT_add(group, sum.get(), decode(curve(), a).get(), decode(curve(), b).get(), context()),
                         "add points");
        return encode(curve(), sum.get());
    }
    const Dh& dh = *std::get<std::shared_ptr<const Dh>>(group_);
    const BigNumber product = new_number();
    openssl::require(BN_mod_mul(product.get(), dh.decode(a).get(), dh.decode(b).get(), dh.prime.get(), context()),
                     "multiply");
    return dh.encode(product.get());
}

SecretBytes Group::agree(ByteView own_scalar, ByteView peer_element) const {
    Bytes shared = multiply(peer_element, own_scalar);
    SecretBytes secret(is_curve() ? ByteView(shared).subspan(1, field_size(curve())) : ByteView(shared));
    wipe(shared);
    return secret;
}

SecretBytes Group::divide(ByteView numerator, ByteView denominator) const {
    const BIGNUM* const order = EC_GROUP_get0_order(openssl::group(curve()));
    const BigNumber divisor = secret_number(denominator);
    const BigNumber dividend = secret_number(numerator);
    BigNumber quotient = secret_number({});
    openssl::require(BN_mod_inverse(quotient.get(), divisor.get(), order, context()), "invert a scalar");
    openssl::require(BN_mod_mul(quotient.get(), quotient.get(), dividend.get(), order, context()), "multiply scalars");
    SecretBytes result(scalar_size());
    if (BN_bn2binpad(quotient.get(), result.writable().data(), static_cast<int>(result.size())) < 0)
        openssl::fail("write a number");
    return result;
}

bool operator==(const Group& a, const Group& b) {
    if (a.is_curve() != b.is_curve()) return false;
    return a.is_curve() ? a.curve() == b.curve() : a.dh() == b.dh();
}

}  // namespace tahvil
