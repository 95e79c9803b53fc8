#include "crypto/mac.h"

#include <gtest/gtest.h>

#include "tests/support/thrown_code.h"

namespace tahvil {
namespace {

// RFC 4493, 4 (AES-128); SP 800-38B, D.2 and D.3 as published with examples (AES-192 and AES-256). One message, four
// lengths.
constexpr std::string_view kMessage =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad"
    "2b417b"
    "e66c3710";

struct Example {
    CipherAlgorithm algorithm;
    std::string_view key;
    std::size_t length;
    std::string_view code;
};

const std::array<Example, 12> kExamples{{
    {CipherAlgorithm::aes128, "2b7e151628aed2a6abf7158809cf4f3c", 0, "bb1d6929e95937287fa37d129b756746"},
    {CipherAlgorithm::aes128, "2b7e151628aed2a6abf7158809cf4f3c", 16, "070a16b46b4d4144f79bdd9dd04a287c"},
    {CipherAlgorithm::aes128, "2b7e151628aed2a6abf7158809cf4f3c", 40, "dfa66747de9ae63030ca32611497c827"},
    {CipherAlgorithm::aes128, "2b7e151628aed2a6abf7158809cf4f3c", 64, "51f0bebf7e3b9d92fc49741779363cfe"},
    {CipherAlgorithm::aes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", 0,
     "d17ddf46adaacde531cac483de7a9367"},
    {CipherAlgorithm::aes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", 16,
     "9e99a7bf31e710900662f65e617c5184"},
    {CipherAlgorithm::aes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", 40,
     "8a1de5be2eb31aad089a82e6ee908b0e"},
    {CipherAlgorithm::aes192, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", 64,
     "a1d5df0eed790f794d77589659f39a11"},
    {CipherAlgorithm::aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 0,
     "028962f61b7bf89efc6b551f4667d983"},
    {CipherAlgorithm::aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 16,
     "28a7023f452e8f82bd4bf28d8c37c35c"},
    {CipherAlgorithm::aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 40,
     "aaf3d8f1de5640c232f5b169b9c911e6"},
    {CipherAlgorithm::aes256, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 64,
     "e1992190549f6ed5696a2c056c315410"},
}};

TEST(Mac, Rfc4493_4_And_Sp800_38B_D_Cmac) {
    for (const Example& example : kExamples) {
        const Mac mac(example.algorithm, from_hex(example.key));
        const Bytes message = from_hex(kMessage.substr(0, 2 * example.length));
        EXPECT_EQ(to_hex(mac.compute({message})), to_hex(from_hex(example.code))) << example.length;
        const ByteView whole = message;
        EXPECT_EQ(to_hex(mac.compute({whole.first(example.length / 3), whole.subspan(example.length / 3)})),
                  to_hex(from_hex(example.code)))
            << "in parts, and a second time";
    }
}

TEST(Mac, RetailMacTakesWholeBlocksOnly) {
    const Mac mac(CipherAlgorithm::two_key_triple_des, from_hex("F1CB1F1FB5ADF208806B89DC579DC1F8"));
    EXPECT_EQ(mac.compute({Bytes(8)}).size(), 8U);
    EXPECT_EQ(thrown_code([&] { mac.compute({Bytes(7)}); }), "input.length");
    EXPECT_EQ(thrown_code([&] { mac.compute({}); }), "input.length");
}

TEST(Mac, AKeyOfAnotherLengthIsRefused) {
    for (const auto algorithm : {CipherAlgorithm::two_key_triple_des, CipherAlgorithm::aes128, CipherAlgorithm::aes192,
                                 CipherAlgorithm::aes256})
        for (const std::size_t size : {0U, 8U, 15U, 33U})
            EXPECT_EQ(thrown_code([&] { Mac(algorithm, Bytes(size)); }), "input.key");
}

}  // namespace
}  // namespace tahvil
