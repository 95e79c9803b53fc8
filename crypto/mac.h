#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "crypto/cipher.h"

namespace tahvil {

/// The message authentication codes of secure messaging: for triple DES the retail MAC (ISO/IEC 9797-1 MAC algorithm 3
/// with padding method 2 applied by the caller's protocol), for AES CMAC (SP 800-38B, 6.2). CMAC is made here of the
/// block cipher, since OpenSSL's own asks its provider anew for every block, which takes longer than the block.
class Mac {
public:
    static constexpr std::size_t kProtocolSize = 8;  ///< what secure messaging and the access protocols send of a code
    using ProtocolCode = std::array<std::uint8_t, kProtocolSize>;

    Mac(CipherAlgorithm algorithm, ByteView key);

    /// The code over all parts: 8 bytes with triple DES, whose input must be whole blocks, 16 with AES.
    Bytes compute(std::initializer_list<ByteView> parts) const;

    /// The first bytes of it, which protocols send.
    ProtocolCode protocol_code(std::initializer_list<ByteView> parts) const;

private:
    using LongestCode = std::array<std::uint8_t, 16>;

    std::size_t compute(std::initializer_list<ByteView> parts, LongestCode& code) const;

    // Both are a chain of cipher blocks whose last one is treated apart: enciphered with both halves of the key, or
    // with one of two subkeys added, by whether it is whole.
    KeyedCipher chain_;
    std::optional<KeyedCipher> last_;  // triple DES
    SecretBytes subkeys_;              // AES
};

}  // namespace tahvil
