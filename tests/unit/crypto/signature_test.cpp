#include "crypto/signature.h"

#include <gtest/gtest.h>

#include "tests/support/thrown_code.h"

namespace tahvil {
namespace {

using enum DigestAlgorithm;

SignatureAlgorithm read(ByteView encoded, std::optional<DigestAlgorithm> fallback = {}) {
    asn1::Cursor cursor(encoded);
    return read_signature_algorithm(cursor, fallback);
}

std::vector<SignatureAlgorithm> all_algorithms() {
    std::vector<SignatureAlgorithm> all{{SignatureScheme::ed25519, sha512, sha512, 0},
                                        {SignatureScheme::rsa_pss, sha256, sha1, 20},
                                        {SignatureScheme::rsa_pss, sha512, sha512, 64}};
    for (const auto scheme : {SignatureScheme::rsa_pkcs1, SignatureScheme::ecdsa, SignatureScheme::ecdsa_plain})
        for (const DigestAlgorithm digest : {sha1, sha224, sha256, sha384, sha512})
            all.push_back({scheme, digest, digest, 0});
    return all;
}

TEST(SignatureAlgorithm, EveryOneSurvivesItsEncoding) {
    for (const SignatureAlgorithm& algorithm : all_algorithms())
        EXPECT_EQ(read(encode(algorithm)), algorithm) << description(algorithm);
}

TEST(SignatureAlgorithm, AKeysAlgorithmInItsPlaceTakesTheDigestFromElsewhere) {
    const Bytes rsa = asn1::sequence({asn1::oid(asn1::Oid("1.2.840.113549.1.1.1")), asn1::null()});
    const Bytes ec = asn1::sequence({asn1::oid(asn1::Oid("1.2.840.10045.2.1"))});
    EXPECT_EQ(read(rsa, sha384), (SignatureAlgorithm{SignatureScheme::rsa_pkcs1, sha384, sha384, 0}));
    EXPECT_EQ(read(ec, sha224), (SignatureAlgorithm{SignatureScheme::ecdsa, sha224, sha224, 0}));
    EXPECT_EQ(thrown_code([&] { read(rsa); }), "crypto.unknown_signature_algorithm");
    EXPECT_EQ(thrown_code([&] { read(ec); }), "crypto.unknown_signature_algorithm");
}

TEST(SignatureAlgorithm, Rfc4055_3_1_DefaultsOfPss) {
    const asn1::Oid pss("1.2.840.113549.1.1.10");
    EXPECT_EQ(read(asn1::sequence({asn1::oid(pss), asn1::sequence({})})),
              (SignatureAlgorithm{SignatureScheme::rsa_pss, sha1, sha1, 20}));
    EXPECT_EQ(thrown_code([&] { read(asn1::sequence({asn1::oid(pss)})); }), "crypto.unknown_signature_algorithm");
    const auto with = [&pss](unsigned number, const Bytes& content) {
        return asn1::sequence(
            {asn1::oid(pss), asn1::sequence({asn1::element(asn1::context_constructed(number), content)})});
    };
    const Bytes md5 = asn1::sequence({asn1::oid(asn1::Oid("1.2.840.113549.2.5"))});
    EXPECT_EQ(thrown_code([&] { read(with(0, md5)); }), "crypto.unknown_signature_algorithm");
    EXPECT_EQ(thrown_code([&] { read(with(1, md5)); }), "crypto.unknown_signature_algorithm");
    EXPECT_EQ(thrown_code([&] { read(with(3, asn1::integer(2))); }), "crypto.unknown_signature_algorithm");
    EXPECT_EQ(read(with(2, asn1::integer(48))).salt, 48U);
}

TEST(SignatureAlgorithm, AnUnknownOneIsNamed) {
    EXPECT_EQ(thrown_code([] { read(asn1::sequence({asn1::oid(asn1::Oid("1.2.840.113549.1.1.4"))})); }),
              "crypto.unknown_signature_algorithm");
}

TEST(Verify, ASaltOfAnotherLengthThanStatedIsRefused) {
    const PrivateKey key = PrivateKey::generate_rsa(1024);
    const Bytes message{1, 2, 3};
    const Bytes signature = sign(key, {SignatureScheme::rsa_pss, sha256, sha256, 32}, message);
    EXPECT_TRUE(verify(key.public_key(), {SignatureScheme::rsa_pss, sha256, sha256, 32}, {message}, signature));
    for (const std::size_t salt : {0U, 20U, 31U, 33U})
        EXPECT_FALSE(verify(key.public_key(), {SignatureScheme::rsa_pss, sha256, sha256, salt}, {message}, signature));
    EXPECT_FALSE(verify(key.public_key(), {SignatureScheme::rsa_pss, sha256, sha1, 32}, {message}, signature));
    EXPECT_FALSE(verify(key.public_key(), {SignatureScheme::rsa_pkcs1, sha256, sha256, 0}, {message}, signature));
}

TEST(Verify, AKeyOfAnotherKindOrALengthThatCanNotBeIsRefusedAndNotThrown) {
    const PrivateKey rsa = PrivateKey::generate_rsa(1024);
    const PrivateKey ec = PrivateKey::generate_ec(Curve::secp256r1);
    const PrivateKey edwards = PrivateKey::generate_ed25519();
    const Bytes message{1, 2, 3};
    for (const SignatureAlgorithm& algorithm : all_algorithms())
        for (const PrivateKey& key : {rsa, ec, edwards})
            for (const std::size_t size : {0U, 1U, 64U, 127U, 128U, 129U, 4096U})
                EXPECT_FALSE(verify(key.public_key(), algorithm, {message}, Bytes(size, 0x30)));
    EXPECT_EQ(thrown_code([&] {
                  sign(rsa, {SignatureScheme::ecdsa, sha256, sha256, 0}, message);
              }),
              "crypto.wrong_key");
}

TEST(Verify, Rfc8032_7_1_Ed25519) {
    const PrivateKey key =
        PrivateKey::ed25519(from_hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
    EXPECT_EQ(to_hex(key.public_key().value()), "FC51CD8E6218A1A38DA47ED00230F0580816ED13BA3303AC5DEB911548908025");
    const SignatureAlgorithm algorithm{SignatureScheme::ed25519, sha512, sha512, 0};
    const Bytes signature = sign(key, algorithm, from_hex("af82"));
    EXPECT_EQ(to_hex(signature),
              "6291D657DEEC24024827E69C3ABE01A30CE548A284743A445E3680D7DB5AC3AC18FF9B538D16F290AE67F760984DC6594A7C15E9"
              "716ED28DC0"
              "27BECEEA1EC40A");
    EXPECT_TRUE(verify(key.public_key(), algorithm, {from_hex("af"), from_hex("82")}, signature));
    EXPECT_FALSE(verify(key.public_key(), algorithm, {from_hex("af83")}, signature));
}

TEST(Ecdsa, BothFormsOfASignatureAreConverted) {
    const Bytes plain = concat({Bytes(31), Bytes{0x80}, Bytes(31), Bytes{1}});
    const Bytes der = from_hex("30 07 02 02 00 80 02 01 01");
    EXPECT_EQ(ecdsa_plain_to_der(Curve::secp256r1, plain), der);
    EXPECT_EQ(ecdsa_der_to_plain(Curve::secp256r1, der), plain);
    EXPECT_EQ(thrown_code([&] { ecdsa_plain_to_der(Curve::secp384r1, plain); }), "crypto.signature_length");
    EXPECT_EQ(thrown_code([] { ecdsa_der_to_plain(Curve::secp256r1, asn1::sequence({asn1::integer(1)})); }),
              "asn1.malformed");
    EXPECT_EQ(thrown_code([] {
                  const Bytes large = asn1::unsigned_integer(Bytes(33, 1));
                  ecdsa_der_to_plain(Curve::secp256r1, asn1::sequence({large, large}));
              }),
              "crypto.signature_length");
}

TEST(RsaOperations, UndoEachOther) {
    const PrivateKey key = PrivateKey::generate_rsa(1024);
    Bytes block(128, 0x42);
    block[0] = 0;
    EXPECT_EQ(rsa_recover(key.public_key(), rsa_private_operation(key, block)), block);
    EXPECT_EQ(thrown_code([&] { rsa_recover(key.public_key(), Bytes(128, 0xFF)); }), "crypto.openssl");
    EXPECT_EQ(thrown_code([] { rsa_recover(PrivateKey::generate_ed25519().public_key(), {}); }), "crypto.wrong_key");
}

}  // namespace
}  // namespace tahvil
