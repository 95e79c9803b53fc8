#include "crypto/cipher.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

EVP_CIPHER* fetch(const char* name) {
    return openssl::require(EVP_CIPHER_fetch(nullptr, name, nullptr), "find a cipher");
}

const EVP_CIPHER* fetched(CipherAlgorithm algorithm, bool ecb) {
    // Single DES is only in OpenSSL's legacy provider, so triple DES is always asked for with three keys.
    static const std::array<const EVP_CIPHER*, 4> cbc_ciphers{fetch("DES-EDE3-CBC"), fetch("AES-128-CBC"),
                                                              fetch("AES-192-CBC"), fetch("AES-256-CBC")};
    static const std::array<const EVP_CIPHER*, 4> ecb_ciphers{fetch("DES-EDE3-ECB"), fetch("AES-128-ECB"),
                                                              fetch("AES-192-ECB"), fetch("AES-256-ECB")};
    return (ecb ? ecb_ciphers : cbc_ciphers).at(static_cast<std::size_t>(algorithm));
}

constexpr std::array<std::uint8_t, 16> kZeroIv{};

}  // namespace

std::size_t key_size(CipherAlgorithm algorithm) {
    static constexpr std::array<std::size_t, 4> sizes{16, 16, 24, 32};
    return sizes.at(static_cast<std::size_t>(algorithm));
}

std::size_t block_size(CipherAlgorithm algorithm) {
    return algorithm == CipherAlgorithm::two_key_triple_des ? 8 : 16;
}

void KeyedCipher::Free::operator()(evp_cipher_ctx_st* context) const noexcept {
    EVP_CIPHER_CTX_free(context);
}

KeyedCipher::KeyedCipher(CipherAlgorithm algorithm, ByteView key, Use use)
    : algorithm_(algorithm), use_(use), context_(openssl::require(EVP_CIPHER_CTX_new(), "make a cipher")) {
    if (key.size() != key_size(algorithm)) throw InvalidInput("input.key", "a cipher key of the wrong length");
    std::array<std::uint8_t, 32> whole{};
    std::ranges::copy(key, whole.begin());
    if (algorithm == CipherAlgorithm::two_key_triple_des) std::copy_n(key.begin(), 8, whole.begin() + 16);
    const bool ecb = use == Use::ecb_encryption;
    // Set with the key, the padding stays as it is; set by itself, OpenSSL sets it again with every vector.
    unsigned padding = 0;
    const std::array parameters{OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, &padding),
                                OSSL_PARAM_construct_end()};
    const int answer =
        EVP_CipherInit_ex2(context_.get(), fetched(algorithm, ecb), whole.data(), ecb ? nullptr : kZeroIv.data(),
                           use == Use::cbc_decryption ? 0 : 1, parameters.data());
    wipe(whole);
    openssl::require(answer, "set a cipher key");
}

void KeyedCipher::run(ByteView iv, ByteView in, std::span<std::uint8_t> out) const {
    const std::size_t block = block_size(algorithm_);
    if (in.size() % block != 0) throw InvalidInput("input.length", "not a whole number of cipher blocks");
    if (out.size() != in.size()) throw InvalidInput("input.length", "no room of the size of the data");
    if (use_ != Use::ecb_encryption) {
        if (iv.size() != block) throw InvalidInput("input.length", "an initialisation vector that is not one block");
        openssl::require(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, iv.data(), -1, nullptr), "set a vector");
    }
    int size = 0;
    openssl::require(EVP_CipherUpdate(context_.get(), out.data(), &size, in.data(), static_cast<int>(in.size())),
                     "run a cipher");
}

BlockCipher::BlockCipher(CipherAlgorithm algorithm, ByteView key)
    : encryption_(algorithm, key, KeyedCipher::Use::cbc_encryption),
      decryption_(algorithm, key, KeyedCipher::Use::cbc_decryption) {
    if (algorithm != CipherAlgorithm::two_key_triple_des)
        block_.emplace(algorithm, key, KeyedCipher::Use::ecb_encryption);
}

Bytes BlockCipher::encrypt_cbc(ByteView iv, ByteView plain) const {
    Bytes encrypted(plain.size());
    encryption_.run(iv, plain, encrypted);
    return encrypted;
}

Bytes BlockCipher::decrypt_cbc(ByteView iv, ByteView encrypted) const {
    Bytes plain(encrypted.size());
    decryption_.run(iv, encrypted, plain);
    return plain;
}

void BlockCipher::encrypt_block(ByteView block, std::span<std::uint8_t> out) const {
    if (block.size() != block_size(algorithm())) throw InvalidInput("input.length", "not one cipher block");
    block_ ? block_->run({}, block, out) : encryption_.run(ByteView(kZeroIv).first(block.size()), block, out);
}

Bytes pad(ByteView data, std::size_t block) {
    Bytes padded;
    padded.reserve(padded_size(data.size(), block));
    append(padded, data);
    append_padding(padded, block);
    return padded;
}

void append_padding(Bytes& to, std::size_t block) {
    const std::size_t size = padded_size(to.size(), block);
    to.push_back(0x80);
    to.resize(size);
}

ByteView unpad(ByteView padded) {
    std::size_t size = padded.size();
    while (size > 0 && padded[size - 1] == 0) --size;
    if (size == 0 || padded[size - 1] != 0x80) throw MalformedData("crypto.padding", "padding is not where it must be");
    return padded.first(size - 1);
}

}  // namespace tahvil
