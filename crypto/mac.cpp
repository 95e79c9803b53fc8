#include "crypto/mac.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"

namespace tahvil {

namespace {

constexpr std::size_t kDesBlock = 8;
constexpr std::size_t kAesBlock = 16;
constexpr std::array<std::uint8_t, kAesBlock> kZeroIv{};

SecretBytes chain_key(CipherAlgorithm algorithm, ByteView key) {
    if (key.size() != key_size(algorithm)) throw InvalidInput("input.key", "a MAC key of the wrong length");
    SecretBytes chain(key);
    // Single DES is triple DES with equal keys.
    if (algorithm == CipherAlgorithm::two_key_triple_des)
        std::ranges::copy(key.first(kDesBlock), chain.writable().begin() + kDesBlock);
    return chain;
}

/// Times x in the field of 2^128 elements (SP 800-38B, 6.1).
void double_block(ByteView block, std::span<std::uint8_t> doubled) {
    constexpr unsigned kPolynomial = 0x87;
    unsigned carry = (block[0] >> 7U) * kPolynomial;
    for (std::size_t i = kAesBlock; i-- > 0;) {
        const unsigned shifted = static_cast<unsigned>(block[i]) << 1U;
        doubled[i] = static_cast<std::uint8_t>((shifted ^ carry) & 0xFFU);
        carry = shifted >> 8U;
    }
}

}  // namespace

Mac::Mac(CipherAlgorithm algorithm, ByteView key)
    : chain_(algorithm, chain_key(algorithm, key).view(), KeyedCipher::Use::cbc_encryption) {
    if (algorithm == CipherAlgorithm::two_key_triple_des) {
        last_.emplace(algorithm, key, KeyedCipher::Use::cbc_encryption);
        return;
    }
    SecretBytes zero(kAesBlock);
    chain_.run(kZeroIv, zero.view(), zero.writable());
    subkeys_ = SecretBytes(2 * kAesBlock);
    double_block(zero.view(), subkeys_.writable().first(kAesBlock));
    double_block(subkeys_.view().first(kAesBlock), subkeys_.writable().last(kAesBlock));
}

std::size_t Mac::compute(std::initializer_list<ByteView> parts, LongestCode& code) const {
    const std::size_t block = last_ ? kDesBlock : kAesBlock;
    Bytes input = concat(parts);
    const bool whole = !input.empty() && input.size() % block == 0;
    if (last_ && !whole) throw InvalidInput("input.length", "a retail MAC of nothing, or not of whole blocks");
    if (!whole) append_padding(input, block);
    const std::span all(input);
    const auto last = all.last(block);
    ByteView iv = ByteView(kZeroIv).first(block);
    if (last_) {
        const auto before = all.first(all.size() - block);
        if (!before.empty()) {
            chain_.run(iv, before, before);
            iv = before.last(block);
        }
        last_->run(iv, last, last);
    } else {
        const ByteView subkey = whole ? subkeys_.view().first(block) : subkeys_.view().last(block);
        for (std::size_t i = 0; i < block; ++i) last[i] = static_cast<std::uint8_t>(last[i] ^ subkey[i]);
        chain_.run(iv, all, all);
    }
    std::ranges::copy(last, code.begin());
    wipe(all);  // codes of shorter messages among them
    return block;
}

Bytes Mac::compute(std::initializer_list<ByteView> parts) const {
    LongestCode code{};
    const std::size_t size = compute(parts, code);
    return to_bytes(ByteView(code).first(size));
}

Mac::ProtocolCode Mac::protocol_code(std::initializer_list<ByteView> parts) const {
    LongestCode code{};
    compute(parts, code);
    ProtocolCode sent{};
    std::copy_n(code.begin(), sent.size(), sent.begin());
    return sent;
}

}  // namespace tahvil
