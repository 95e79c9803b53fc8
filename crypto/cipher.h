#pragma once

#include <cstdint>
#include <memory>

#include "crypto/bytes.h"

struct evp_cipher_ctx_st;

namespace tahvil {

/// The block ciphers of secure messaging and the access protocols. two_key_triple_des takes 16 bytes of key.
enum class CipherAlgorithm : std::uint8_t { two_key_triple_des, aes128, aes192, aes256 };

std::size_t key_size(CipherAlgorithm algorithm);    ///< bytes
std::size_t block_size(CipherAlgorithm algorithm);  ///< bytes

/// A block cipher under one key, in CBC mode without padding or on single blocks. Every length is a whole number of
/// blocks; anything else throws InvalidInput.
class BlockCipher {
public:
    BlockCipher(CipherAlgorithm algorithm, ByteView key);

    CipherAlgorithm algorithm() const { return algorithm_; }

    Bytes encrypt_cbc(ByteView iv, ByteView plain) const;
    Bytes decrypt_cbc(ByteView iv, ByteView encrypted) const;
    Bytes encrypt_block(ByteView block) const;
    Bytes decrypt_block(ByteView block) const;

private:
    struct Free {
        void operator()(evp_cipher_ctx_st* context) const noexcept;
    };
    using Context = std::unique_ptr<evp_cipher_ctx_st, Free>;

    Bytes run(const Context& context, ByteView iv, ByteView in) const;

    CipherAlgorithm algorithm_;
    Context encryption_;
    Context decryption_;
};

/// ISO/IEC 9797-1 padding method 2: one byte 80, then zeros to a whole number of blocks.
Bytes pad(ByteView data, std::size_t block);

/// The data without that padding. Throws MalformedData when it is not there.
ByteView unpad(ByteView padded);

}  // namespace tahvil
