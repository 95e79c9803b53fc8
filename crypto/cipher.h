#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "crypto/bytes.h"

struct evp_cipher_ctx_st;

namespace tahvil {

/// The block ciphers of secure messaging and the access protocols. two_key_triple_des takes 16 bytes of key.
enum class CipherAlgorithm : std::uint8_t { two_key_triple_des, aes128, aes192, aes256 };

std::size_t key_size(CipherAlgorithm algorithm);    ///< bytes
std::size_t block_size(CipherAlgorithm algorithm);  ///< bytes

/// A block cipher without padding under one key, scheduled once, for one use. Every length is a whole number of blocks;
/// anything else throws InvalidInput.
class KeyedCipher {
public:
    enum class Use : std::uint8_t { cbc_encryption, cbc_decryption, ecb_encryption };

    KeyedCipher(CipherAlgorithm algorithm, ByteView key, Use use);

    CipherAlgorithm algorithm() const { return algorithm_; }

    /// From `in` to `out`, which has its size and is the same memory or apart from it. `iv` is one block, and empty
    /// with ECB.
    void run(ByteView iv, ByteView in, std::span<std::uint8_t> out) const;

private:
    struct Free {
        void operator()(evp_cipher_ctx_st* context) const noexcept;
    };

    CipherAlgorithm algorithm_;
    Use use_;
    std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

/// A block cipher under one key for both ways, in CBC mode or on single blocks.
class BlockCipher {
public:
    BlockCipher(CipherAlgorithm algorithm, ByteView key);

    CipherAlgorithm algorithm() const { return encryption_.algorithm(); }

    Bytes encrypt_cbc(ByteView iv, ByteView plain) const;
    Bytes decrypt_cbc(ByteView iv, ByteView encrypted) const;

    /// \name Into memory of the same size, which is that of the data itself or apart from it
    /// @{
    void encrypt_cbc(ByteView iv, ByteView plain, std::span<std::uint8_t> out) const {
        encryption_.run(iv, plain, out);
    }
    void decrypt_cbc(ByteView iv, ByteView encrypted, std::span<std::uint8_t> out) const {
        decryption_.run(iv, encrypted, out);
    }
    void encrypt_block(ByteView block, std::span<std::uint8_t> out) const;
    /// @}

private:
    KeyedCipher encryption_;
    KeyedCipher decryption_;
    std::optional<KeyedCipher> block_;  // with AES, where protocols make vectors of single blocks
};

/// Bytes of `size` bytes of data with the padding below.
constexpr std::size_t padded_size(std::size_t size, std::size_t block) {
    return (size / block + 1) * block;
}

/// ISO/IEC 9797-1 padding method 2: one byte 80, then zeros to a whole number of blocks.
Bytes pad(ByteView data, std::size_t block);

/// The same behind the data itself.
void append_padding(Bytes& to, std::size_t block);

/// The data without that padding. Throws MalformedData when it is not there.
ByteView unpad(ByteView padded);

}  // namespace tahvil
