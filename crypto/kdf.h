#pragma once

#include <cstdint>

#include "crypto/cipher.h"

namespace tahvil {

/// The last argument of the key derivation function of Doc 9303-11, 9.7.1.
enum class KeyPurpose : std::uint8_t { encryption = 1, mac = 2, password = 3 };

/// KDF(K, c) of Doc 9303-11, 9.7.1: SHA-1 for triple DES (with parity bits set) and AES-128, SHA-256 for longer keys.
SecretBytes derive_key(ByteView shared_secret, KeyPurpose purpose, CipherAlgorithm algorithm);

/// The keys of a secure-messaging session, and the counter that its first message starts from.
struct SessionKeys {
    CipherAlgorithm algorithm = CipherAlgorithm::aes128;
    SecretBytes encryption;
    SecretBytes mac;
    /// The send sequence counter before the first command: one block, zero except after BAC.
    Bytes counter;
};

/// Both keys derived from one shared secret, with the counter at zero.
SessionKeys derive_session_keys(ByteView shared_secret, CipherAlgorithm algorithm);

}  // namespace tahvil
