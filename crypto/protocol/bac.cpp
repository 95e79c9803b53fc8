#include "crypto/protocol/bac.h"

#include <algorithm>
#include <array>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/mac.h"

namespace tahvil::bac {

namespace {

constexpr CipherAlgorithm kCipher = CipherAlgorithm::two_key_triple_des;
constexpr std::size_t kBlock = 8;
constexpr std::array<std::uint8_t, kBlock> kZeroIv{};
constexpr std::array<std::uint8_t, kBlock> kPadding{0x80};  // of a message of whole blocks
constexpr std::size_t kEncryptedSize = 2 * kNonceSize + kKeyMaterialSize;

/// E || M over first || second || key material.
Bytes make_cryptogram(const BlockCipher& cipher, const Mac& mac, ByteView first, ByteView second,
                      ByteView key_material) {
    Bytes message;
    message.reserve(kCryptogramSize);  // so that no plain text stays behind where it was
    for (const ByteView part : {first, second, key_material}) append(message, part);
    cipher.encrypt_cbc(kZeroIv, message, message);
    append(message, mac.protocol_code({message, kPadding}));
    return message;
}

/// The plain text of E || M, when M is right.
std::optional<SecretBytes> open_cryptogram(const BlockCipher& cipher, const Mac& mac, ByteView message) {
    if (message.size() != kCryptogramSize) return std::nullopt;
    const ByteView encrypted = message.first(kEncryptedSize);
    if (!equal_in_constant_time(mac.protocol_code({encrypted, kPadding}), message.subspan(kEncryptedSize)))
        return std::nullopt;
    SecretBytes plain(encrypted.size());
    cipher.decrypt_cbc(kZeroIv, encrypted, plain.writable());
    return plain;
}

/// 4.3.1, step 5 and 9.8.6.3: keys from K.IC xor K.IFD, the counter from the ends of both nonces.
SessionKeys make_session(ByteView k_ic, ByteView k_ifd, ByteView rnd_ic, ByteView rnd_ifd) {
    SecretBytes seed(k_ic);
    std::ranges::transform(k_ic, k_ifd, seed.writable().begin(),
                           [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
    SessionKeys session = derive_session_keys(seed.view(), kCipher);
    session.counter = concat({rnd_ic.last(kNonceSize / 2), rnd_ifd.last(kNonceSize / 2)});
    return session;
}

SecretBytes draw(const RandomSource& random) {
    SecretBytes secret(kNonceSize + kKeyMaterialSize);
    random(secret.writable());
    return secret;
}

}  // namespace

AccessKeys AccessKeys::derive(ByteView mrz_information) {
    Bytes whole = digest(DigestAlgorithm::sha1, mrz_information);
    const SecretBytes seed(ByteView(whole).first(kKeyMaterialSize));
    wipe(whole);
    return {derive_key(seed.view(), KeyPurpose::encryption, kCipher),
            derive_key(seed.view(), KeyPurpose::mac, kCipher)};
}

Terminal::Terminal(const AccessKeys& keys, const RandomSource& random)
    : cipher_(kCipher, keys.encryption.view()), mac_(kCipher, keys.mac.view()), drawn_(draw(random)) {}

Bytes Terminal::cryptogram(ByteView rnd_ic) {
    if (rnd_ic.size() != kNonceSize)
        throw MalformedData("bac.challenge", "a challenge of the chip that is not of 8 bytes");
    rnd_ic_ = to_bytes(rnd_ic);
    return make_cryptogram(cipher_, mac_, rnd_ifd(), rnd_ic_, k_ifd());
}

std::optional<SessionKeys> Terminal::finish(ByteView chip_cryptogram) const {
    const std::optional<SecretBytes> plain = open_cryptogram(cipher_, mac_, chip_cryptogram);
    if (!plain || rnd_ic_.empty()) return std::nullopt;
    const ByteView r = plain->view();
    if (!equal_in_constant_time(r.first(kNonceSize), rnd_ic_) ||
        !equal_in_constant_time(r.subspan(kNonceSize, kNonceSize), rnd_ifd()))
        return std::nullopt;
    return make_session(r.last(kKeyMaterialSize), k_ifd(), rnd_ic_, rnd_ifd());
}

Chip::Chip(const AccessKeys& keys, const RandomSource& random)
    : cipher_(kCipher, keys.encryption.view()), mac_(kCipher, keys.mac.view()), drawn_(draw(random)) {}

std::optional<Chip::Answer> Chip::answer(ByteView terminal_cryptogram) const {
    const std::optional<SecretBytes> plain = open_cryptogram(cipher_, mac_, terminal_cryptogram);
    if (!plain) return std::nullopt;
    const ByteView s = plain->view();
    const ByteView rnd_ifd = s.first(kNonceSize);
    if (!equal_in_constant_time(s.subspan(kNonceSize, kNonceSize), challenge())) return std::nullopt;
    return Answer{make_cryptogram(cipher_, mac_, challenge(), rnd_ifd, k_ic()),
                  make_session(k_ic(), s.last(kKeyMaterialSize), challenge(), rnd_ifd)};
}

}  // namespace tahvil::bac
