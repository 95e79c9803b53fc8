#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>

#include "crypto/cipher.h"

struct evp_mac_ctx_st;

namespace tahvil {

/// The message authentication codes of secure messaging: for triple DES the retail MAC (ISO/IEC 9797-1 MAC algorithm 3
/// with padding method 2 applied by the caller's protocol), for AES CMAC (SP 800-38B).
class Mac {
public:
    static constexpr std::size_t kProtocolSize = 8;  ///< what secure messaging and the access protocols send of a code

    Mac(CipherAlgorithm algorithm, ByteView key);

    /// The code over all parts: 8 bytes with triple DES, whose input must be whole blocks, 16 with AES.
    Bytes compute(std::initializer_list<ByteView> parts) const;

private:
    struct Free {
        void operator()(evp_mac_ctx_st* context) const noexcept;
    };

    // The retail MAC needs single DES, which is triple DES with three equal keys.
    std::optional<BlockCipher> first_;
    std::optional<BlockCipher> second_;
    std::unique_ptr<evp_mac_ctx_st, Free> cmac_;
};

}  // namespace tahvil
