#include "crypto/protocol/active_authentication.h"

#include <gtest/gtest.h>

#include "crypto/signature.h"
#include "tests/support/replay.h"

namespace tahvil::active_authentication {
namespace {

// ICAO Doc 9303-11 (eighth edition), appendix F. The modulus is not published there: what can be replayed is the
// message representative, which a key of the same length signs here.
constexpr std::string_view kM1 =
    "9D2784A67F8E7C659973EA1AEA25D95B 6C8F91E5002F369F0FBDCE8A3CEC1991 B543F1696546C5524CF23A5303CD6C98"
    "599F40B79F377B5F3A1406B3B4D8F967 84D23AA88DB7E1032A405E69325FA91A 6E86F5C71AEA978264C4A207446DAD4E"
    "7292E2DCDA3024B47DA8";
constexpr std::string_view kRepresentative =
    "6A9D2784A67F8E7C659973EA1AEA25D9 5B6C8F91E5002F369F0FBDCE8A3CEC19 91B543F1696546C5524CF23A5303CD6C"
    "98599F40B79F377B5F3A1406B3B4D8F9 6784D23AA88DB7E1032A405E69325FA9 1A6E86F5C71AEA978264C4A207446DAD"
    "4E7292E2DCDA3024B47DA8C063AA1E6D 22FBD976AB0FE73D94D2D9C6D88127BC";

const PrivateKey& rsa_1024() {
    static const PrivateKey key = PrivateKey::generate_rsa(1024);
    return key;
}

TEST(ActiveAuthentication, Doc9303_11_F_MessageRepresentative) {
    const Bytes challenge = from_hex("F173589974BF40C6");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha1, {from_hex(kM1), challenge})),
              "C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127");
    Replay random{kM1};
    const Bytes signature = sign_rsa(rsa_1024(), DigestAlgorithm::sha1, challenge, random.source());
    EXPECT_EQ(to_hex(rsa_recover(rsa_1024().public_key(), signature)), to_hex(from_hex(kRepresentative)));
    const auto proof = verify(rsa_1024().public_key(), challenge, signature);
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->digest, DigestAlgorithm::sha1);
    EXPECT_EQ(proof->form, SignatureForm::recoverable);
}

TEST(ActiveAuthentication, Doc9303_11_6_1_2_2_EveryDigestFollowsFromItsTrailer) {
    using enum DigestAlgorithm;
    const PrivateKey key = PrivateKey::generate_rsa(2048);
    const Bytes challenge = from_hex("0102030405060708");
    const std::array<std::pair<DigestAlgorithm, std::string_view>, 4> trailers{
        {{sha224, "38CC"}, {sha256, "34CC"}, {sha384, "36CC"}, {sha512, "35CC"}}};
    for (const auto& [algorithm, trailer] : trailers) {
        const Bytes signature = sign_rsa(key, algorithm, challenge);
        EXPECT_EQ(to_hex(ByteView(rsa_recover(key.public_key(), signature)).last(2)), trailer);
        const auto proof = verify(key.public_key(), challenge, signature);
        ASSERT_TRUE(proof);
        EXPECT_EQ(proof->digest, algorithm);
    }
}

/// A representative made by hand, signed.
Bytes signed_block(const PrivateKey& key, std::uint8_t header, const Bytes& trailer, DigestAlgorithm algorithm,
                   ByteView challenge) {
    const std::size_t size = key.public_key().rsa_modulus().size();
    const Bytes m1(size - 1 - digest_size(algorithm) - trailer.size(), 0x5A);
    return rsa_private_operation(key, concat({Bytes{header}, m1, digest(algorithm, {m1, challenge}), trailer}));
}

TEST(ActiveAuthentication, Sha1WithTheTwoByteTrailerIsTaken) {
    const Bytes challenge = from_hex("0102030405060708");
    const Bytes signature = signed_block(rsa_1024(), 0x6A, from_hex("33CC"), DigestAlgorithm::sha1, challenge);
    ASSERT_TRUE(verify(rsa_1024().public_key(), challenge, signature));
}

TEST(ActiveAuthentication, Iso9796_2_B4_TheSmallerOfBothSignaturesIsTaken) {
    const Bytes challenge = from_hex("0102030405060708");
    const Bytes signature = sign_rsa(rsa_1024(), DigestAlgorithm::sha1, challenge);
    Bytes other = rsa_1024().public_key().rsa_modulus();
    unsigned borrow = 0;
    for (std::size_t i = other.size(); i-- > 0;) {
        const unsigned digit = 256U + other[i] - signature[i] - borrow;
        other[i] = static_cast<std::uint8_t>(digit & 0xFFU);
        borrow = digit < 256U ? 1U : 0U;
    }
    EXPECT_TRUE(verify(rsa_1024().public_key(), challenge, other));
}

TEST(ActiveAuthentication, ARepresentativeOfAnotherFormIsRefused) {
    const Bytes challenge = from_hex("0102030405060708");
    const PublicKey& key = rsa_1024().public_key();
    const auto accepted = [&](std::uint8_t header, const Bytes& trailer) {
        return verify(key, challenge, signed_block(rsa_1024(), header, trailer, DigestAlgorithm::sha1, challenge))
            .has_value();
    };
    EXPECT_TRUE(accepted(0x6A, from_hex("BC")));
    EXPECT_FALSE(accepted(0x4A, from_hex("BC"))) << "total recovery does not bind the challenge";
    EXPECT_FALSE(accepted(0x6B, from_hex("BC")));
    EXPECT_FALSE(accepted(0x00, from_hex("BC")));
    EXPECT_FALSE(accepted(0x6A, from_hex("31CC"))) << "RIPEMD-160";
    EXPECT_FALSE(accepted(0x6A, from_hex("CC")));
    EXPECT_FALSE(accepted(0x6A, from_hex("BD")));
    EXPECT_FALSE(accepted(0x6A, from_hex("34CC"))) << "a SHA-1 digest under the name of SHA-256";
}

TEST(ActiveAuthentication, AnotherKeyChallengeOrSignatureIsRefused) {
    const Bytes challenge = from_hex("0102030405060708");
    const PublicKey& key = rsa_1024().public_key();
    const Bytes signature = sign_rsa(rsa_1024(), DigestAlgorithm::sha1, challenge);
    EXPECT_FALSE(verify(key, from_hex("0102030405060709"), signature));
    EXPECT_FALSE(verify(PrivateKey::generate_rsa(1024).public_key(), challenge, signature));
    EXPECT_FALSE(verify(key, challenge, {}));
    EXPECT_FALSE(verify(key, challenge, ByteView(signature).first(127)));
    EXPECT_FALSE(verify(key, challenge, Bytes(128)));
    EXPECT_FALSE(verify(key, challenge, Bytes(128, 0xFF))) << "above the modulus";
    for (std::size_t i = 0; i < signature.size(); ++i) {
        Bytes changed = signature;
        changed[i] ^= 1U;
        EXPECT_FALSE(verify(key, challenge, changed));
    }
}

TEST(ActiveAuthentication, EcdsaIsTakenPlainAndAsDerAndTheFormIsTold) {
    const Bytes challenge = from_hex("0102030405060708");
    for (const Curve curve : {Curve::secp224r1, Curve::brainpool_p256r1, Curve::secp384r1, Curve::secp521r1}) {
        const PrivateKey key = PrivateKey::generate_ec(curve);
        for (const SignatureForm form : {SignatureForm::plain, SignatureForm::der}) {
            const Bytes signature = sign_ecdsa(key, DigestAlgorithm::sha224, form, challenge);
            const auto unstated = verify(key.public_key(), challenge, signature);
            ASSERT_TRUE(unstated) << name(curve);
            EXPECT_EQ(unstated->form, form);
            EXPECT_EQ(unstated->digest, DigestAlgorithm::sha224);
            EXPECT_TRUE(verify(key.public_key(), challenge, signature, DigestAlgorithm::sha224));
            EXPECT_FALSE(verify(key.public_key(), challenge, signature, DigestAlgorithm::sha256))
                << "what EF.DG14 states is the rule";
            EXPECT_FALSE(verify(key.public_key(), from_hex("0102030405060709"), signature));
        }
    }
}

TEST(ActiveAuthentication, Doc9303_11_6_1_2_3_AnUnstatedDigestIsNotLongerThanTheKey) {
    const Bytes challenge = from_hex("0102030405060708");
    const PrivateKey key = PrivateKey::generate_ec(Curve::brainpool_p256r1);
    const auto found = [&](DigestAlgorithm algorithm) {
        return verify(key.public_key(), challenge, sign_ecdsa(key, algorithm, SignatureForm::plain, challenge));
    };
    EXPECT_EQ(found(DigestAlgorithm::sha256)->digest, DigestAlgorithm::sha256);
    EXPECT_EQ(found(DigestAlgorithm::sha1)->digest, DigestAlgorithm::sha1);
    EXPECT_FALSE(found(DigestAlgorithm::sha384));
}

TEST(ActiveAuthentication, Doc9303_11_9_2_4_TheDigestIsStatedByDataGroup14) {
    SecurityInfos infos;
    EXPECT_FALSE(stated_digest(infos));
    infos.active_authentication = {{1, asn1::Oid("0.4.0.127.0.7.1.1.4.1.4")}};
    EXPECT_EQ(stated_digest(infos), DigestAlgorithm::sha384);
    infos.active_authentication = {{1, asn1::Oid("1.2.840.10045.4.3.2")}};
    EXPECT_EQ(stated_digest(infos), DigestAlgorithm::sha256);
    infos.active_authentication = {{1, asn1::Oid("1.2.3")}};
    EXPECT_FALSE(stated_digest(infos));
}

TEST(ActiveAuthentication, AKeyThatCanNotSignProvesNothing) {
    const PublicKey key = PrivateKey::generate_ed25519().public_key();
    EXPECT_FALSE(verify(key, from_hex("0102030405060708"), Bytes(64)));
}

}  // namespace
}  // namespace tahvil::active_authentication
