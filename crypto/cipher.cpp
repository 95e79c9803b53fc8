#include "crypto/cipher.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

const EVP_CIPHER* fetched(CipherAlgorithm algorithm) {
    // Single DES is only in OpenSSL's legacy provider, so triple DES is always asked for with three keys.
    static const std::array<const EVP_CIPHER*, 4> fetched{
        openssl::require(EVP_CIPHER_fetch(nullptr, "DES-EDE3-CBC", nullptr), "find triple DES"),
        openssl::require(EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr), "find AES-128"),
        openssl::require(EVP_CIPHER_fetch(nullptr, "AES-192-CBC", nullptr), "find AES-192"),
        openssl::require(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr), "find AES-256"),
    };
    return fetched.at(static_cast<std::size_t>(algorithm));
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

void BlockCipher::Free::operator()(evp_cipher_ctx_st* context) const noexcept {
    EVP_CIPHER_CTX_free(context);
}

BlockCipher::BlockCipher(CipherAlgorithm algorithm, ByteView key)
    : algorithm_(algorithm),
      encryption_(openssl::require(EVP_CIPHER_CTX_new(), "make a cipher")),
      decryption_(openssl::require(EVP_CIPHER_CTX_new(), "make a cipher")) {
    if (key.size() != key_size(algorithm)) throw InvalidInput("input.key", "a cipher key of the wrong length");
    SecretBytes whole(key);
    if (algorithm == CipherAlgorithm::two_key_triple_des) {
        whole = SecretBytes(24);
        std::copy(key.begin(), key.end(), whole.writable().begin());
        std::copy(key.begin(), key.begin() + 8, whole.writable().begin() + 16);
    }
    const EVP_CIPHER* const cipher = fetched(algorithm);
    openssl::require(EVP_EncryptInit_ex2(encryption_.get(), cipher, whole.view().data(), kZeroIv.data(), nullptr),
                     "set a cipher key");
    openssl::require(EVP_DecryptInit_ex2(decryption_.get(), cipher, whole.view().data(), kZeroIv.data(), nullptr),
                     "set a cipher key");
    EVP_CIPHER_CTX_set_padding(encryption_.get(), 0);
    EVP_CIPHER_CTX_set_padding(decryption_.get(), 0);
}

Bytes BlockCipher::run(const Context& context, ByteView iv, ByteView in) const {
    const std::size_t block = block_size(algorithm_);
    if (in.size() % block != 0) throw InvalidInput("input.length", "not a whole number of cipher blocks");
    if (iv.size() != block) throw InvalidInput("input.length", "an initialisation vector that is not one block");
    openssl::require(EVP_CipherInit_ex2(context.get(), nullptr, nullptr, iv.data(), -1, nullptr), "set a vector");
    Bytes out(in.size());
    int size = 0;
    openssl::require(EVP_CipherUpdate(context.get(), out.data(), &size, in.data(), static_cast<int>(in.size())),
                     "run a cipher");
    return out;
}

Bytes BlockCipher::encrypt_cbc(ByteView iv, ByteView plain) const {
    return run(encryption_, iv, plain);
}

Bytes BlockCipher::decrypt_cbc(ByteView iv, ByteView encrypted) const {
    return run(decryption_, iv, encrypted);
}

Bytes BlockCipher::encrypt_block(ByteView block) const {
    return run(encryption_, ByteView(kZeroIv).first(block_size(algorithm_)), block);
}

Bytes BlockCipher::decrypt_block(ByteView block) const {
    return run(decryption_, ByteView(kZeroIv).first(block_size(algorithm_)), block);
}

Bytes pad(ByteView data, std::size_t block) {
    Bytes padded;
    padded.reserve((data.size() / block + 1) * block);
    append(padded, data);
    padded.push_back(0x80);
    padded.resize((data.size() / block + 1) * block);
    return padded;
}

ByteView unpad(ByteView padded) {
    std::size_t size = padded.size();
    while (size > 0 && padded[size - 1] == 0) --size;
    if (size == 0 || padded[size - 1] != 0x80) throw MalformedData("crypto.padding", "padding is not where it must be");
    return padded.first(size - 1);
}

}  // namespace tahvil
