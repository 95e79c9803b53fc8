#include "crypto/key.h"

#include <algorithm>
#include <array>
#include <functional>

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "crypto/key_agreement.h"
#include "crypto/signature.h"
#include "tests/support/thrown_code.h"

namespace tahvil {
namespace {

constexpr std::array kAllCurves{Curve::secp192r1,        Curve::brainpool_p192r1, Curve::secp224r1,
                                Curve::brainpool_p224r1, Curve::secp256r1,        Curve::brainpool_p256r1,
                                Curve::brainpool_p320r1, Curve::secp384r1,        Curve::brainpool_p384r1,
                                Curve::brainpool_p512r1, Curve::secp521r1};

Bytes spki_with_parameters(ByteView parameters, const PublicKey& key) {
    return asn1::sequence(
        {asn1::sequence({asn1::oid(asn1::Oid("1.2.840.10045.2.1")), parameters}), asn1::bit_string(key.value())});
}

/// RFC 5114, 2.1, the smallest group of Doc 9303.
DhGroup small_group() {
    return {from_hex("B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E2EE652C0"
                     "13ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738FAA31A4FF55BCCC0"
                     "A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4371"),
            from_hex("A4D1CBD5C3FD34126765A442EFB99905F8104DD258AC507FD6406CFF14266D31266FEA1E5C41564B777E690F5504F213"
                     "160217B4B01B886A5E91547F9E2749F4D7FBD7D3B9A92EE1909D0D2263F80A76A6A24C087A091F531DBF0A0169B6A28A"
                     "D662A4D18E73AFA32D779D5918D08BC8858F4DCEF97C2A24855E6EEB22B3B2E5"),
            from_hex("F518AA8781A8DF278ABA4E7D64B7CB9D49462353")};
}

class EveryCurve : public testing::TestWithParam<Curve> {};

TEST_P(EveryCurve, MakesKeysThatAgreeAndSurviveTheirEncodings) {
    const PrivateKey mine = PrivateKey::generate_ec(GetParam());
    const PrivateKey theirs = PrivateKey::generate_ec(GetParam());
    const PublicKey read = PublicKey::from_spki(theirs.public_key().spki());
    EXPECT_EQ(read, theirs.public_key());
    EXPECT_FALSE(read.explicit_parameters());
    const PrivateKey again = PrivateKey::from_pkcs8(mine.pkcs8().view());
    EXPECT_EQ(again.public_key(), mine.public_key());
    EXPECT_EQ(to_hex(agree(again, read).view()), to_hex(agree(theirs, mine.public_key()).view()));
    EXPECT_EQ(agree(mine, read).size(), field_size(GetParam()));
}

TEST_P(EveryCurve, IsKnownWhenSpelledOutAndTheKeySaysSo) {
    const PrivateKey key = PrivateKey::generate_ec(GetParam());
    const PublicKey read = PublicKey::from_spki(spki_with_parameters(encode_explicitly(GetParam()), key.public_key()));
    EXPECT_EQ(read, key.public_key());
    EXPECT_TRUE(read.explicit_parameters());
    EXPECT_EQ(read.spki(), key.public_key().spki());
}

TEST_P(EveryCurve, IsNotKnownWhenOneByteOfItsParametersIsAnother) {
    const PrivateKey key = PrivateKey::generate_ec(GetParam());
    const CurveDomain& domain = curve_domain(GetParam());
    const Bytes parameters = encode_explicitly(GetParam());
    for (const Bytes& number : {domain.prime, domain.a, domain.b, domain.generator, domain.order}) {
        Bytes changed = parameters;
        const auto at = std::search(changed.begin(), changed.end(), number.begin(), number.end());
        ASSERT_NE(at, changed.end());
        *(at + static_cast<std::ptrdiff_t>(number.size()) - 1) ^= 2U;
        EXPECT_EQ(thrown_code([&] { PublicKey::from_spki(spki_with_parameters(changed, key.public_key())); }),
                  "crypto.unknown_curve");
    }
    Bytes cofactor = parameters;
    cofactor.back() = 2;
    EXPECT_EQ(thrown_code([&] { PublicKey::from_spki(spki_with_parameters(cofactor, key.public_key())); }),
              "crypto.unknown_curve");
}

TEST_P(EveryCurve, RefusesAPointThatIsNotOnItOrAtInfinity) {
    Bytes point = PrivateKey::generate_ec(GetParam()).public_key().value();
    point.back() ^= 1U;
    EXPECT_EQ(thrown_code([&] { PublicKey::ec(GetParam(), point); }), "crypto.bad_key");
    EXPECT_EQ(thrown_code([&] { Group(GetParam()).check(point); }), "crypto.bad_key");
    const Bytes infinity{0};
    EXPECT_EQ(thrown_code([&] { PublicKey::ec(GetParam(), infinity); }), "crypto.bad_key");
    EXPECT_EQ(thrown_code([&] { Group(GetParam()).check(infinity); }), "crypto.bad_key");
    Bytes zero(point.size());
    zero[0] = 4;
    EXPECT_EQ(thrown_code([&] { PublicKey::ec(GetParam(), zero); }), "crypto.bad_key");
}

TEST_P(EveryCurve, ReadsACompressedPoint) {
    const PublicKey key = PrivateKey::generate_ec(GetParam()).public_key();
    const std::size_t field = field_size(GetParam());
    Bytes compressed{static_cast<std::uint8_t>(2U + (key.value().back() & 1U))};
    append(compressed, ByteView(key.value()).subspan(1, field));
    const Bytes spki =
        asn1::sequence({asn1::sequence({asn1::oid(asn1::Oid("1.2.840.10045.2.1")), asn1::oid(oid_of(GetParam()))}),
                        asn1::bit_string(compressed)});
    EXPECT_EQ(PublicKey::from_spki(spki), key);
}

TEST_P(EveryCurve, SignsInBothFormsAndVerifiesNeitherWhenChanged) {
    const PrivateKey key = PrivateKey::generate_ec(GetParam());
    const Bytes message = to_bytes(as_bytes("a message"));
    for (const auto scheme : {SignatureScheme::ecdsa, SignatureScheme::ecdsa_plain}) {
        const SignatureAlgorithm algorithm{scheme, DigestAlgorithm::sha384, DigestAlgorithm::sha384, 0};
        Bytes signature = sign(key, algorithm, message);
        EXPECT_TRUE(verify(key.public_key(), algorithm, {message}, signature));
        EXPECT_FALSE(verify(key.public_key(), algorithm, {message, message}, signature));
        signature.back() ^= 1U;
        EXPECT_FALSE(verify(key.public_key(), algorithm, {message}, signature));
        EXPECT_FALSE(verify(key.public_key(), algorithm, {message}, {}));
    }
}

TEST_P(EveryCurve, RefusesAPrivateNumberOutOfRange) {
    EXPECT_EQ(thrown_code([] { PrivateKey::ec(GetParam(), Bytes{0}); }), "crypto.bad_key");
    EXPECT_EQ(thrown_code([] { PrivateKey::ec(GetParam(), curve_domain(GetParam()).order); }), "crypto.bad_key");
}

INSTANTIATE_TEST_SUITE_P(Curves, EveryCurve, testing::ValuesIn(kAllCurves),
                         [](const auto& each) { return std::string(name(each.param)); });

TEST(PublicKey, ExplicitParametersWithACompressedGeneratorAreKnownAndWithoutACofactorAreNot) {
    const PrivateKey key = PrivateKey::generate_ec(Curve::secp256r1);
    const CurveDomain& domain = curve_domain(Curve::secp256r1);
    Bytes generator{static_cast<std::uint8_t>(2U + (domain.generator.back() & 1U))};
    append(generator, ByteView(domain.generator).subspan(1, 32));
    Bytes parameters = asn1::sequence(
        {asn1::integer(1),
         asn1::sequence({asn1::oid(asn1::Oid("1.2.840.10045.1.1")), asn1::unsigned_integer(domain.prime)}),
         asn1::sequence({asn1::octet_string(domain.a), asn1::octet_string(domain.b)}), asn1::octet_string(generator),
         asn1::unsigned_integer(domain.order)});
    EXPECT_EQ(thrown_code([&] { PublicKey::from_spki(spki_with_parameters(parameters, key.public_key())); }),
              "crypto.unknown_curve");
    append(parameters, asn1::integer(1));
    parameters[2] = static_cast<std::uint8_t>(parameters[2] + 3);
    EXPECT_EQ(PublicKey::from_spki(spki_with_parameters(parameters, key.public_key())).curve(), Curve::secp256r1);
}

TEST(PublicKey, AnRsaKeyThatIsTooSmallTooLargeOrEvenIsRefused) {
    const Bytes exponent{1, 0, 1};
    Bytes modulus(256, 0xFF);
    EXPECT_NO_THROW(PublicKey::rsa(modulus, exponent));
    EXPECT_EQ(PublicKey::rsa(modulus, exponent).description(), "RSA 2048");
    EXPECT_EQ(thrown_code([&] { PublicKey::rsa(Bytes(127, 0xFF), exponent); }), "crypto.bad_key");
    EXPECT_EQ(thrown_code([&] { PublicKey::rsa(Bytes(1025, 0xFF), exponent); }), "crypto.bad_key");
    for (const Bytes& bad : {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}, Bytes{1, 0}, modulus})
        EXPECT_EQ(thrown_code([&] { PublicKey::rsa(modulus, bad); }), "crypto.bad_key");
    modulus.back() = 0xFE;
    EXPECT_EQ(thrown_code([&] { PublicKey::rsa(modulus, exponent); }), "crypto.bad_key");
}

TEST(PublicKey, APssKeyVerifiesOnlyWhatItAllows) {
    const PrivateKey key = PrivateKey::generate_rsa(2048);
    const Bytes numbers = asn1::sequence({asn1::unsigned_integer(key.public_key().rsa_modulus()),
                                          asn1::unsigned_integer(key.public_key().rsa_exponent())});
    const PssParameters only{DigestAlgorithm::sha256, DigestAlgorithm::sha256, 32};
    const PublicKey restricted = PublicKey::from_spki(asn1::sequence(
        {asn1::sequence({asn1::oid(asn1::Oid("1.2.840.113549.1.1.10")), encode(only)}), asn1::bit_string(numbers)}));
    ASSERT_EQ(restricted.pss_restriction(), only);
    EXPECT_EQ(PublicKey::from_spki(restricted.spki()).pss_restriction(), only);

    const Bytes message = to_bytes(as_bytes("a message"));
    const auto accepted = [&](const SignatureAlgorithm& algorithm) {
        const Bytes signature = sign(key, algorithm, message);
        EXPECT_TRUE(verify(key.public_key(), algorithm, {message}, signature));
        return verify(restricted, algorithm, {message}, signature);
    };
    using enum DigestAlgorithm;
    EXPECT_TRUE(accepted({SignatureScheme::rsa_pss, sha256, sha256, 32}));
    EXPECT_TRUE(accepted({SignatureScheme::rsa_pss, sha256, sha256, 40}));
    EXPECT_FALSE(accepted({SignatureScheme::rsa_pss, sha256, sha256, 20}));
    EXPECT_FALSE(accepted({SignatureScheme::rsa_pss, sha256, sha1, 32}));
    EXPECT_FALSE(accepted({SignatureScheme::rsa_pss, sha512, sha256, 32}));
    EXPECT_FALSE(accepted({SignatureScheme::rsa_pkcs1, sha256, sha256, 0}));
}

TEST(PublicKey, DhValuesThatAreDegenerateOrOfAnotherOrderAreRefused) {
    const Group group(small_group());
    const PrivateKey key = PrivateKey::generate_dh(group);
    EXPECT_EQ(PublicKey::from_spki(key.public_key().spki()), key.public_key());
    EXPECT_EQ(PrivateKey::from_pkcs8(key.pkcs8().view()).public_key(), key.public_key());
    Bytes minus_one = small_group().prime;
    minus_one.back() -= 1;
    for (const Bytes& bad : {Bytes{0}, Bytes{1}, Bytes{2}, minus_one, small_group().prime, Bytes(129, 1)})
        EXPECT_EQ(thrown_code([&] { PublicKey::dh(group, bad); }), "crypto.bad_key");
}

TEST(PublicKey, ADhGroupIsReadWithAndWithoutItsOrder) {
    DhGroup without = small_group();
    without.order.clear();
    const PrivateKey key = PrivateKey::generate_dh(Group(without));
    const PublicKey read = PublicKey::from_spki(key.public_key().spki());
    EXPECT_TRUE(read.group().dh().order.empty());
    EXPECT_EQ(read, key.public_key());
}

TEST(Group, RefusesDhParametersThatDoNotMakeAGroup) {
    const auto refused = [](const std::function<void(DhGroup&)>& change) {
        DhGroup group = small_group();
        change(group);
        return thrown_code([&] { Group{group}; });
    };
    EXPECT_EQ(refused([](DhGroup& group) { group.prime.back() -= 1; }), "crypto.bad_group");
    EXPECT_EQ(refused([](DhGroup& group) { group.prime.resize(64); }), "crypto.bad_group");
    EXPECT_EQ(refused([](DhGroup& group) { group.prime.resize(2048); }), "crypto.bad_group");
    EXPECT_EQ(refused([](DhGroup& group) { group.generator = {1}; }), "crypto.bad_group");
    EXPECT_EQ(refused([](DhGroup& group) { group.generator = {2}; }), "crypto.bad_group");
    EXPECT_EQ(refused([](DhGroup& group) { group.order.back() -= 2; }), "crypto.bad_group");
}

TEST(Group, DrawsAPrivateNumberAgainUntilItIsInRange) {
    int calls = 0;
    const SecretBytes scalar = Group(Curve::brainpool_p256r1).random_scalar([&calls](std::span<std::uint8_t> into) {
        std::ranges::fill(into, ++calls == 1 ? 0xFF : calls == 2 ? 0 : 0x11);
    });
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(to_hex(scalar.view()), to_hex(Bytes(32, 0x11)));
    EXPECT_EQ(
        thrown_code([] {
            Group(Curve::secp256r1).random_scalar([](std::span<std::uint8_t> into) { std::ranges::fill(into, 0); });
        }),
        "crypto.random");
}

TEST(Group, SumsThatComeToTheNeutralElementAreRefused) {
    const Group group(Curve::secp256r1);
    const Bytes minus_generator = group.multiply(group.generator(), [] {
        Bytes scalar = curve_domain(Curve::secp256r1).order;
        scalar.back() -= 1;
        return scalar;
    }());
    EXPECT_EQ(thrown_code([&] { group.add(group.generator(), minus_generator); }), "crypto.neutral_element");
}

TEST(PrivateKey, IsReadFromThePemFormsThatToolsWrite) {
    const PrivateKey key = PrivateKey::generate_ec(Curve::brainpool_p256r1);
    const SecretBytes pkcs8 = key.pem();
    EXPECT_EQ(PrivateKey::from_pem(as_text(pkcs8.view())).public_key(), key.public_key());
    EXPECT_EQ(thrown_code([] { PrivateKey::from_pem("no key at all"); }), "crypto.unknown_key");
    const PrivateKey rsa = PrivateKey::generate_rsa(1024);
    EXPECT_EQ(PrivateKey::from_pem(as_text(rsa.pem().view())).public_key(), rsa.public_key());
    const PrivateKey edwards = PrivateKey::generate_ed25519();
    EXPECT_EQ(PrivateKey::from_pem(as_text(edwards.pem().view())).public_key(), edwards.public_key());
}

TEST(Agree, RefusesAKeyOfAnotherGroup) {
    EXPECT_EQ(thrown_code([] {
                  agree(PrivateKey::generate_ec(Curve::secp256r1),
                        PrivateKey::generate_ec(Curve::brainpool_p256r1).public_key());
              }),
              "crypto.wrong_group");
}

}  // namespace
}  // namespace tahvil
