#include "crypto/mac.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

constexpr std::size_t kDesBlock = 8;

EVP_MAC* cmac() {
    static EVP_MAC* const fetched = openssl::require(EVP_MAC_fetch(nullptr, "CMAC", nullptr), "find CMAC");
    return fetched;
}

const char* cipher_name(CipherAlgorithm algorithm) {
    switch (algorithm) {
        case CipherAlgorithm::aes128:
            return "AES-128-CBC";
        case CipherAlgorithm::aes192:
            return "AES-192-CBC";
        default:
            return "AES-256-CBC";
    }
}

BlockCipher single_des(ByteView key) {
    SecretBytes twice(2 * kDesBlock);
    std::copy(key.begin(), key.end(), twice.writable().begin());
    std::copy(key.begin(), key.end(), twice.writable().begin() + kDesBlock);
    return {CipherAlgorithm::two_key_triple_des, twice.view()};
}

}  // namespace

void Mac::Free::operator()(evp_mac_ctx_st* context) const noexcept {
    EVP_MAC_CTX_free(context);
}

Mac::Mac(CipherAlgorithm algorithm, ByteView key) {
    if (key.size() != key_size(algorithm)) throw InvalidInput("input.key", "a MAC key of the wrong length");
    if (algorithm == CipherAlgorithm::two_key_triple_des) {
        first_ = single_des(key.first(kDesBlock));
        second_ = single_des(key.subspan(kDesBlock));
        return;
    }
    cmac_.reset(openssl::require(EVP_MAC_CTX_new(cmac()), "make a MAC"));
    std::string cipher = cipher_name(algorithm);
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
                                OSSL_PARAM_construct_end()};
    openssl::require(EVP_MAC_init(cmac_.get(), key.data(), key.size(), parameters.data()), "set a MAC key");
}

Bytes Mac::compute(std::initializer_list<ByteView> parts) const {
    if (first_) {
        const Bytes input = concat(parts);
        if (input.empty()) throw InvalidInput("input.length", "a retail MAC of nothing");
        const Bytes chained = first_->encrypt_cbc(std::array<std::uint8_t, kDesBlock>{}, input);
        return first_->encrypt_block(second_->decrypt_block(ByteView(chained).last(kDesBlock)));
    }
    openssl::require(EVP_MAC_init(cmac_.get(), nullptr, 0, nullptr), "start a MAC");
    for (const ByteView part : parts)
        openssl::require(EVP_MAC_update(cmac_.get(), part.data(), part.size()), "compute a MAC");
    Bytes code(16);
    std::size_t size = 0;
    openssl::require(EVP_MAC_final(cmac_.get(), code.data(), &size, code.size()), "finish a MAC");
    return code;
}

}  // namespace tahvil
