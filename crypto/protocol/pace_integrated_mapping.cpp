#include <array>

#include "crypto/error.h"
#include "crypto/openssl.h"
#include "crypto/protocol/pace.h"

namespace tahvil::pace {

namespace {

using openssl::BigNumber;

/// Arithmetic modulo a prime in the words of Doc 9303-11, appendix B.
class Field {
public:
    explicit Field(ByteView prime)
        : context_(openssl::require(BN_CTX_new(), "make a number context")), p_(read(prime)) {}

    static BigNumber read(ByteView magnitude) {
        return BigNumber(openssl::require(BN_bin2bn(magnitude.data(), static_cast<int>(magnitude.size()), nullptr),
                                          "read a number"));
    }

    const BIGNUM* prime() const { return p_.get(); }

    BigNumber reduce(ByteView magnitude) const {
        BigNumber number = read(magnitude);
        openssl::require(BN_nnmod(number.get(), number.get(), p_.get(), context_.get()), "reduce");
        return number;
    }
    BigNumber multiply(const BigNumber& a, const BigNumber& b) const {
        BigNumber product = fresh();
        openssl::require(BN_mod_mul(product.get(), a.get(), b.get(), p_.get(), context_.get()), "multiply");
        return product;
    }
    BigNumber add(const BigNumber& a, const BigNumber& b) const {
        BigNumber sum = fresh();
        openssl::require(BN_mod_add(sum.get(), a.get(), b.get(), p_.get(), context_.get()), "add");
        return sum;
    }
    BigNumber negate(const BigNumber& a) const {
        BigNumber difference = fresh();
        openssl::require(BN_mod_sub(difference.get(), fresh().get(), a.get(), p_.get(), context_.get()), "subtract");
        return difference;
    }
    BigNumber power(const BigNumber& base, const BIGNUM* exponent) const {
        BigNumber result = fresh();
        openssl::require(
            BN_mod_exp_mont_consttime(result.get(), base.get(), exponent, p_.get(), context_.get(), nullptr),
            "raise to a power");
        return result;
    }
    /// a^(p-2), as the implementation notes of B.2 do it: in a time that does not depend on a.
    BigNumber invert(const BigNumber& a) const {
        const BigNumber exponent(openssl::require(BN_dup(p_.get()), "copy a number"));
        openssl::require(BN_sub_word(exponent.get(), 2), "subtract");
        return power(a, exponent.get());
    }
    Bytes encode(const BigNumber& number, std::size_t size) const {
        Bytes bytes(size);
        if (BN_bn2binpad(number.get(), bytes.data(), static_cast<int>(size)) < 0) openssl::fail("write a number");
        return bytes;
    }

private:
    static BigNumber fresh() { return BigNumber(openssl::require(BN_new(), "make a number")); }

    openssl::BigNumberContext context_;
    BigNumber p_;
};

/// Appendix B.2, with the letters used there. The cofactor of every curve is 1.
Bytes encode_to_curve(Curve curve, ByteView pseudo_random) {
    const CurveDomain& domain = curve_domain(curve);
    if (domain.prime.back() % 4 != 3)
        throw CryptoError("pace.integrated_mapping", "integrated mapping does not reach curves with p = 1 modulo 4");
    const Field field(domain.prime);
    const BigNumber a = Field::read(domain.a);
    const BigNumber b = Field::read(domain.b);
    const BigNumber one = Field::read(std::array<std::uint8_t, 1>{1});
    const BigNumber t = field.reduce(pseudo_random);

    const auto curve_equation = [&](const BigNumber& x) {
        const BigNumber cube = field.multiply(field.multiply(x, x), x);
        return field.add(field.add(cube, field.multiply(a, x)), b);
    };
    const BigNumber alpha = field.negate(field.multiply(t, t));
    const BigNumber sum = field.add(alpha, field.multiply(alpha, alpha));
    const BigNumber x2 =
        field.multiply(field.negate(field.multiply(b, field.add(one, sum))), field.invert(field.multiply(a, sum)));
    const BigNumber x3 = field.multiply(alpha, x2);
    const BigNumber h2 = curve_equation(x2);
    const BigNumber u = field.multiply(field.multiply(field.multiply(t, t), t), h2);

    // The exponent p - 1 - (p+1)/4.
    const BigNumber exponent(openssl::require(BN_dup(field.prime()), "copy a number"));
    const BigNumber quarter(openssl::require(BN_dup(field.prime()), "copy a number"));
    openssl::require(BN_add_word(quarter.get(), 1), "add");
    openssl::require(BN_rshift(quarter.get(), quarter.get(), 2), "divide");
    openssl::require(BN_sub_word(exponent.get(), 1), "subtract");
    openssl::require(BN_sub(exponent.get(), exponent.get(), quarter.get()), "subtract");
    const BigNumber root = field.power(h2, exponent.get());

    const bool first = BN_is_one(field.multiply(field.multiply(root, root), h2).get()) == 1;
    const std::size_t size = field_size(curve);
    const Bytes x = field.encode(first ? x2 : x3, size);
    const Bytes y = field.encode(field.multiply(root, first ? h2 : u), size);
    static constexpr std::array<std::uint8_t, 1> uncompressed{4};
    Bytes point = concat({uncompressed, x, y});
    Group(curve).check(point);
    return point;
}

/// f_g(x) = x^a mod p with a = (p-1)/q.
Bytes encode_to_dh(const DhGroup& group, ByteView pseudo_random) {
    if (group.order.empty())
        throw CryptoError("pace.integrated_mapping", "integrated mapping needs the order of the DH group");
    const Field field(group.prime);
    const BigNumber cofactor(openssl::require(BN_dup(field.prime()), "copy a number"));
    openssl::require(BN_sub_word(cofactor.get(), 1), "subtract");
    const openssl::BigNumberContext context(openssl::require(BN_CTX_new(), "make a number context"));
    openssl::require(BN_div(cofactor.get(), nullptr, cofactor.get(), Field::read(group.order).get(), context.get()),
                     "divide");
    const BigNumber generator = field.power(field.reduce(pseudo_random), cofactor.get());
    if (BN_is_zero(generator.get()) || BN_is_one(generator.get()))
        throw CryptoError("crypto.neutral_element", "a mapping that came to the neutral element");
    return field.encode(generator, group.prime.size());
}

}  // namespace

Bytes pseudo_random(CipherAlgorithm cipher, unsigned field_bits, ByteView nonce, ByteView additional_nonce) {
    static const Bytes c0_128 = from_hex("A668892A7C41E3CA739F40B057D85904");
    static const Bytes c1_128 = from_hex("A4E136AC725F738B01C1F60217C188AD");
    static const Bytes c0_256 = from_hex("D463D65234124EF7897054986DCA0A174E28DF758CBAA03F240616414D5A1676");
    static const Bytes c1_256 = from_hex("54BD7255F0AAF831BEC3423FCF39D69B6CBF066677D0FAAE5AADD99DF8E53517");
    const bool long_key = cipher == CipherAlgorithm::aes192 || cipher == CipherAlgorithm::aes256;
    const Bytes& c0 = long_key ? c0_256 : c0_128;
    const Bytes& c1 = long_key ? c1_256 : c1_128;
    const Bytes iv(block_size(cipher));
    const std::size_t wanted = (field_bits + 64 + 7) / 8;

    Bytes output;
    Bytes key = BlockCipher(cipher, additional_nonce).encrypt_cbc(iv, nonce);
    while (output.size() < wanted) {
        const BlockCipher keyed(cipher, ByteView(key).first(key_size(cipher)));
        append(output, keyed.encrypt_cbc(iv, c1));
        Bytes next = keyed.encrypt_cbc(iv, c0);
        wipe(key);
        key = std::move(next);
    }
    wipe(key);
    return output;
}

Bytes encode_to_group(const Group& group, ByteView pseudo_random) {
    return group.is_curve() ? encode_to_curve(group.curve(), pseudo_random) : encode_to_dh(group.dh(), pseudo_random);
}

}  // namespace tahvil::pace
