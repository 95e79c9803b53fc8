#include "crypto/cipher.h"

#include <gtest/gtest.h>

#include "tests/support/thrown_code.h"

namespace tahvil {
namespace {

TEST(BlockCipher, Sp800_38A_F2_AesCbc) {
    struct Example {
        CipherAlgorithm algorithm;
        std::string_view key;
        std::string_view encrypted;
    };
    const Bytes iv = from_hex("000102030405060708090a0b0c0d0e0f");
    const Bytes plain = from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    const std::array<Example, 3> examples{{
        {CipherAlgorithm::aes128, "2b7e151628aed2a6abf7158809cf4f3c",
         "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"},
        {CipherAlgorithm::aes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
         "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"},
        {CipherAlgorithm::aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"},
    }};
    for (const Example& example : examples) {
        const BlockCipher cipher(example.algorithm, from_hex(example.key));
        EXPECT_EQ(to_hex(cipher.encrypt_cbc(iv, plain)), to_hex(from_hex(example.encrypted)));
        EXPECT_EQ(cipher.decrypt_cbc(iv, from_hex(example.encrypted)), plain);
        EXPECT_EQ(to_hex(cipher.encrypt_cbc(iv, plain)), to_hex(from_hex(example.encrypted))) << "a second time";
    }
}

TEST(BlockCipher, TripleDesWithTwoEqualHalvesIsSingleDes) {
    // FIPS 46 as every DES test has it: key 133457799BBCDFF1, block 0123456789ABCDEF.
    const BlockCipher cipher(CipherAlgorithm::two_key_triple_des, from_hex("133457799BBCDFF1133457799BBCDFF1"));
    EXPECT_EQ(to_hex(cipher.encrypt_cbc(Bytes(8), from_hex("0123456789ABCDEF"))), "85E813540F0AB405");
    EXPECT_EQ(to_hex(cipher.decrypt_cbc(Bytes(8), from_hex("85E813540F0AB405"))), "0123456789ABCDEF");
    Bytes block = from_hex("0123456789ABCDEF");
    cipher.encrypt_block(block, block);
    EXPECT_EQ(to_hex(block), "85E813540F0AB405");
}

TEST(BlockCipher, Sp800_38A_F1_AesEcbBlocksDoNotHangTogether) {
    struct Example {
        CipherAlgorithm algorithm;
        std::string_view key;
        std::string_view encrypted;
    };
    const std::array<Example, 3> examples{{
        {CipherAlgorithm::aes128, "2b7e151628aed2a6abf7158809cf4f3c", "3ad77bb40d7a3660a89ecaf32466ef97"},
        {CipherAlgorithm::aes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
         "bd334f1d6e45f25ff712a214571fa5cc"},
        {CipherAlgorithm::aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "f3eed1bdb5d2a03c064b5a7e3db181f8"},
    }};
    for (const Example& example : examples) {
        const BlockCipher cipher(example.algorithm, from_hex(example.key));
        for (int i = 0; i < 3; ++i) {
            Bytes block(16);
            cipher.encrypt_block(from_hex("6bc1bee22e409f96e93d7e117393172a"), block);
            EXPECT_EQ(to_hex(block), to_hex(from_hex(example.encrypted))) << "time " << i;
        }
    }
}

TEST(BlockCipher, AKeyVectorOrTextOfAnotherLengthIsRefused) {
    EXPECT_EQ(thrown_code([] { BlockCipher(CipherAlgorithm::aes128, Bytes(15)); }), "input.key");
    EXPECT_EQ(thrown_code([] { BlockCipher(CipherAlgorithm::two_key_triple_des, Bytes(24)); }), "input.key");
    const BlockCipher cipher(CipherAlgorithm::aes128, Bytes(16));
    EXPECT_EQ(thrown_code([&] { cipher.encrypt_cbc(Bytes(8), Bytes(16)); }), "input.length");
    EXPECT_EQ(thrown_code([&] { cipher.encrypt_cbc(Bytes(16), Bytes(17)); }), "input.length");
    EXPECT_EQ(thrown_code([&] { cipher.decrypt_cbc(Bytes(16), Bytes(15)); }), "input.length");
    Bytes two_blocks(32);
    EXPECT_EQ(thrown_code([&] { cipher.encrypt_block(two_blocks, two_blocks); }), "input.length");
    EXPECT_EQ(thrown_code([&] { cipher.encrypt_block(Bytes(16), two_blocks); }), "input.length");
    EXPECT_EQ(thrown_code([&] { cipher.encrypt_cbc(Bytes(16), Bytes(16), two_blocks); }), "input.length");
}

TEST(Padding, Iso9797_1_Method2_IsAddedAlwaysAndTakenOff) {
    EXPECT_EQ(to_hex(pad({}, 8)), "8000000000000000");
    EXPECT_EQ(to_hex(pad(Bytes{1, 2, 3}, 8)), "0102038000000000");
    EXPECT_EQ(pad(Bytes(8), 8).size(), 16U);
    for (std::size_t size = 0; size < 40; ++size) {
        const Bytes padded = pad(Bytes(size, 0x80), 16);
        EXPECT_EQ(padded.size() % 16, 0U);
        EXPECT_EQ(unpad(padded).size(), size);
    }
}

TEST(Padding, ThatIsNotThereIsMalformed) {
    for (const Bytes& data : {Bytes{}, Bytes(16), Bytes(8, 0x01), from_hex("80010000")})
        EXPECT_EQ(thrown_code([&] { unpad(data); }), "crypto.padding");
}

}  // namespace
}  // namespace tahvil
