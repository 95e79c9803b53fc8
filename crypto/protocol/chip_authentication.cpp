#include "crypto/protocol/chip_authentication.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/protocol/pace.h"
#include "crypto/protocol/public_key_object.h"

namespace tahvil::chip_authentication {

namespace {

const asn1::Oid& arc(bool elliptic) {
    static const asn1::Oid dh("0.4.0.127.0.7.2.2.3.1");
    static const asn1::Oid ecdh("0.4.0.127.0.7.2.2.3.2");
    return elliptic ? ecdh : dh;
}

constexpr std::array<std::string_view, 4> kCipherNames{"3DES", "AES-128", "AES-192", "AES-256"};

Protocol known(const asn1::Oid& identifier) {
    const std::optional<Protocol> protocol = protocol_by_oid(identifier);
    if (!protocol)
        throw InvalidInput("ca.unknown_protocol", "not an identifier of chip authentication, " + identifier.dotted());
    return *protocol;
}

/// The key of an entry, where it can be read here.
std::optional<PublicKey> readable(const ChipAuthenticationPublicKeyInfo& info) {
    try {
        PublicKey key = info.key();
        if (key.kind() == KeyKind::ec || key.kind() == KeyKind::dh) return key;
    } catch (const MalformedData&) {  // of an unknown curve, say: the chip may have another
    } catch (const CryptoError&) {
    }
    return std::nullopt;
}

bool fits(const Protocol& protocol, const PublicKey& key) {
    return (key.kind() == KeyKind::ec) == protocol.elliptic;
}

void check_group(const Group& group, const PublicKey& key) {
    if (!(key.group() == group))
        throw CryptoError("crypto.wrong_group", "a chip authentication key of another group than the ephemeral key");
}

}  // namespace

std::optional<Protocol> protocol_by_oid(const asn1::Oid& identifier) {
    for (const bool elliptic : {false, true}) {
        if (!identifier.starts_with(arc(elliptic))) continue;
        const ByteView rest = identifier.content().subspan(arc(elliptic).content().size());
        if (rest.size() != 1 || rest[0] < 1 || rest[0] > kCipherNames.size()) continue;
        return Protocol{elliptic, static_cast<CipherAlgorithm>(rest[0] - 1)};
    }
    return std::nullopt;
}

asn1::Oid oid_of(const Protocol& protocol) {
    Bytes content = to_bytes(arc(protocol.elliptic).content());
    content.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(protocol.cipher) + 1));
    return asn1::Oid::from_content(content);
}

std::string description(const Protocol& protocol) {
    return std::string(protocol.elliptic ? "CA-ECDH-" : "CA-DH-") +
           std::string(kCipherNames.at(static_cast<std::size_t>(protocol.cipher)));
}

asn1::Oid public_key_oid(const Group& group) {
    return asn1::Oid(group.is_curve() ? "0.4.0.127.0.7.2.2.1.2" : "0.4.0.127.0.7.2.2.1.1");
}

std::vector<Offer> offers(const SecurityInfos& infos, int version) {
    const bool several = infos.chip_authentication_keys.size() > 1;
    std::vector<Offer> all;
    for (const ChipAuthenticationPublicKeyInfo& key_info : infos.chip_authentication_keys) {
        const std::optional<PublicKey> key = readable(key_info);
        if (!key) continue;
        const bool ambiguous = several && key_info.key_id.has_value();
        bool named = false;
        for (const ChipAuthenticationInfo& info : infos.chip_authentication) {
            // An entry that names no key means the only one of its kind.
            if (info.key_id && info.key_id != key_info.key_id) continue;
            const std::optional<Protocol> protocol = protocol_by_oid(info.protocol);
            if (!protocol || !fits(*protocol, *key)) continue;
            named = true;
            if (info.version == version)
                all.push_back({info.protocol, *protocol, version, *key, key_info.key_id, ambiguous, false});
        }
        if (!named && version == 1) {
            const Protocol protocol{key->kind() == KeyKind::ec, CipherAlgorithm::two_key_triple_des};
            all.push_back({oid_of(protocol), protocol, version, *key, key_info.key_id, ambiguous, true});
        }
    }
    std::ranges::stable_sort(all, [](const Offer& a, const Offer& b) {
        if (a.protocol.cipher != b.protocol.cipher) return a.protocol.cipher > b.protocol.cipher;
        return a.protocol.elliptic == b.protocol.elliptic && a.key.bits() > b.key.bits();
    });
    return all;
}

SessionKeys derive_keys(const Protocol& protocol, ByteView shared_secret, ByteView nonce) {
    Bytes input = concat({shared_secret, nonce});
    SessionKeys keys = derive_session_keys(input, protocol.cipher);
    wipe(input);
    return keys;
}

Terminal::Terminal(Group group, const RandomSource& random)
    : group_(std::move(group)),
      scalar_(group_.random_scalar(random)),
      public_key_(group_.multiply(group_.generator(), scalar_.view())) {}

Bytes Terminal::compressed_public_key() const {
    return compress_public_key(group_, public_key_);
}

SessionKeys Terminal::agree(const Protocol& protocol, const PublicKey& chip_key) const {
    check_group(group_, chip_key);
    return derive_keys(protocol, group_.agree(scalar_.view(), chip_key.value()).view());
}

std::optional<SessionKeys> Terminal::agree(const asn1::Oid& protocol, const PublicKey& chip_key, ByteView nonce,
                                           ByteView token) const {
    check_group(group_, chip_key);
    if (nonce.size() != kNonceSize) return std::nullopt;
    SessionKeys keys = derive_keys(known(protocol), group_.agree(scalar_.view(), chip_key.value()).view(), nonce);
    const Bytes expected = pace::authentication_token(protocol, group_, keys, public_key_);
    if (!equal_in_constant_time(expected, token)) return std::nullopt;
    return keys;
}

SessionKeys chip_agree(const Protocol& protocol, const PrivateKey& chip_key, ByteView terminal_key) {
    const Group& group = chip_key.public_key().group();
    return derive_keys(protocol, group.agree(chip_key.scalar(), group.receive(terminal_key)).view());
}

Answer chip_answer(const asn1::Oid& protocol, const PrivateKey& chip_key, ByteView terminal_key,
                   const RandomSource& random) {
    const Group& group = chip_key.public_key().group();
    const Bytes ephemeral = group.receive(terminal_key);
    Bytes nonce = random_bytes(random, kNonceSize);
    SessionKeys keys = derive_keys(known(protocol), group.agree(chip_key.scalar(), ephemeral).view(), nonce);
    Bytes token = pace::authentication_token(protocol, group, keys, ephemeral);
    return {std::move(nonce), std::move(token), std::move(keys)};
}

}  // namespace tahvil::chip_authentication
