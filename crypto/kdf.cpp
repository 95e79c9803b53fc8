#include "crypto/kdf.h"

#include <array>
#include <bit>

#include "crypto/digest.h"

namespace tahvil {

SecretBytes derive_key(ByteView shared_secret, KeyPurpose purpose, CipherAlgorithm algorithm) {
    const bool long_key = algorithm == CipherAlgorithm::aes192 || algorithm == CipherAlgorithm::aes256;
    const std::array<std::uint8_t, 4> counter{0, 0, 0, static_cast<std::uint8_t>(purpose)};
    Bytes derived = digest(long_key ? DigestAlgorithm::sha256 : DigestAlgorithm::sha1, {shared_secret, counter});
    SecretBytes key(ByteView(derived).first(key_size(algorithm)));
    wipe(derived);
    if (algorithm == CipherAlgorithm::two_key_triple_des)
        for (std::uint8_t& byte : key.writable()) {
            const auto seven = static_cast<std::uint8_t>(byte & 0xFEU);
            byte = static_cast<std::uint8_t>(seven | (std::popcount(seven) % 2 == 0 ? 1U : 0U));
        }
    return key;
}

SessionKeys derive_session_keys(ByteView shared_secret, CipherAlgorithm algorithm) {
    return {algorithm, derive_key(shared_secret, KeyPurpose::encryption, algorithm),
            derive_key(shared_secret, KeyPurpose::mac, algorithm), Bytes(block_size(algorithm))};
}

}  // namespace tahvil
