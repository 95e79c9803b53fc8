#include "crypto/kdf.h"

#include <bit>

#include <gtest/gtest.h>

#include "crypto/digest.h"

namespace tahvil {
namespace {

const Bytes& seed() {
    static const Bytes bytes = from_hex("239AB9CB282DAF66231DC5A4DF6BFBAE");
    return bytes;
}

TEST(Kdf, Doc9303_11_D1_TripleDesKeysHaveOddParity) {
    const SecretBytes key = derive_key(seed(), KeyPurpose::encryption, CipherAlgorithm::two_key_triple_des);
    EXPECT_EQ(to_hex(key.view()), "AB94FDECF2674FDFB9B391F85D7F76F2");
    for (const std::uint8_t byte : key.view()) EXPECT_EQ(std::popcount(byte) % 2, 1);
    EXPECT_EQ(to_hex(derive_key(seed(), KeyPurpose::mac, CipherAlgorithm::two_key_triple_des).view()),
              "7962D9ECE03D1ACD4C76089DCE131543");
}

TEST(Kdf, Doc9303_11_9_7_1_TheDigestFollowsFromTheLengthOfTheKey) {
    const auto expected = [](DigestAlgorithm algorithm, std::uint8_t purpose, std::size_t size) {
        return to_hex(ByteView(digest(algorithm, {seed(), Bytes{0, 0, 0, purpose}})).first(size));
    };
    EXPECT_EQ(to_hex(derive_key(seed(), KeyPurpose::mac, CipherAlgorithm::aes128).view()),
              expected(DigestAlgorithm::sha1, 2, 16));
    EXPECT_EQ(to_hex(derive_key(seed(), KeyPurpose::encryption, CipherAlgorithm::aes192).view()),
              expected(DigestAlgorithm::sha256, 1, 24));
    EXPECT_EQ(to_hex(derive_key(seed(), KeyPurpose::password, CipherAlgorithm::aes256).view()),
              expected(DigestAlgorithm::sha256, 3, 32));
}

TEST(Kdf, ASessionBeginsWithItsCounterAtZero) {
    for (const auto algorithm :
         {CipherAlgorithm::two_key_triple_des, CipherAlgorithm::aes128, CipherAlgorithm::aes256}) {
        const SessionKeys keys = derive_session_keys(seed(), algorithm);
        EXPECT_EQ(keys.algorithm, algorithm);
        EXPECT_EQ(keys.counter, Bytes(block_size(algorithm)));
        EXPECT_NE(to_hex(keys.encryption.view()), to_hex(keys.mac.view()));
    }
}

TEST(Digest, Fips180_4_OfAbc) {
    const ByteView abc = as_bytes("abc");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha1, abc)), "A9993E364706816ABA3E25717850C26C9CD0D89D");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha224, abc)), "23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha256, abc)),
              "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
    EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha384, {as_bytes("a"), as_bytes("bc")})),
              "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C825A7");
    EXPECT_EQ(to_hex(Digest(DigestAlgorithm::sha512).update(abc).finish()),
              "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A2192992A274FC1A836BA3C23A3FEEBBD"
              "454D4423643CE80E2A9AC94FA54CA49F");
}

TEST(Digest, IdentifiersGoBothWays) {
    using enum DigestAlgorithm;
    for (const DigestAlgorithm algorithm : {sha1, sha224, sha256, sha384, sha512}) {
        EXPECT_EQ(digest_by_oid(oid_of(algorithm)), algorithm);
        EXPECT_EQ(digest(algorithm, ByteView{}).size(), digest_size(algorithm));
    }
    EXPECT_FALSE(digest_by_oid(asn1::Oid("1.2.840.113549.2.5"))) << "MD5";
}

}  // namespace
}  // namespace tahvil
