#include "crypto/protocol/pace.h"

#include <array>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/mac.h"
#include "crypto/protocol/public_key_object.h"

namespace tahvil::pace {

namespace {

constexpr std::array<std::uint8_t, 16> kZeroIv{};

ByteView zero_iv(CipherAlgorithm cipher) {
    return ByteView(kZeroIv).first(block_size(cipher));
}

Protocol known(const asn1::Oid& identifier) {
    const std::optional<Protocol> protocol = protocol_by_oid(identifier);
    if (!protocol) throw InvalidInput("pace.unknown_protocol", "not an identifier of PACE, " + identifier.dotted());
    return *protocol;
}

void in_order(bool condition) {
    if (!condition) throw CryptoError("pace.out_of_order", "a step of PACE out of its order");
}

/// 4.4.3.5.4: E(KS_Enc, -1).
Bytes chip_authentication_iv(const BlockCipher& cipher) {
    const std::size_t block = block_size(cipher.algorithm());
    Bytes iv(block);
    cipher.encrypt_block(Bytes(block, 0xFF), iv);
    return iv;
}

}  // namespace

Password Password::mrz(ByteView mrz_information) {
    Bytes hash = digest(DigestAlgorithm::sha1, mrz_information);
    Password password(PasswordKind::mrz, SecretBytes(hash));
    wipe(hash);
    return password;
}

Password Password::typed(PasswordKind kind, ByteView characters) {
    if (kind == PasswordKind::mrz) throw InvalidInput("input.password", "an MRZ is not typed as a whole");
    if (characters.empty()) throw InvalidInput("input.password", "an empty password");
    return {kind, SecretBytes(characters)};
}

SecretBytes Password::key(CipherAlgorithm cipher) const {
    return derive_key(value_.view(), KeyPurpose::password, cipher);
}

std::size_t nonce_size(const Protocol& protocol) {
    static constexpr std::size_t kGenericSize = 16;
    if (protocol.mapping != Mapping::integrated) return kGenericSize;
    const std::size_t block = block_size(protocol.cipher);
    return (key_size(protocol.cipher) + block - 1) / block * block;
}

std::size_t additional_nonce_size(const Protocol& protocol) {
    return key_size(protocol.cipher);
}

Bytes encrypt_nonce(const Protocol& protocol, ByteView password_key, ByteView nonce) {
    return BlockCipher(protocol.cipher, password_key).encrypt_cbc(zero_iv(protocol.cipher), nonce);
}

SecretBytes decrypt_nonce(const Protocol& protocol, ByteView password_key, ByteView encrypted) {
    const bool good = protocol.mapping == Mapping::integrated
                          ? encrypted.size() == nonce_size(protocol)
                          : !encrypted.empty() && encrypted.size() <= kMaxNonceSize &&
                                encrypted.size() % block_size(protocol.cipher) == 0;
    if (!good) throw MalformedData("pace.nonce", "an encrypted nonce of a wrong length");
    Bytes nonce = BlockCipher(protocol.cipher, password_key).decrypt_cbc(zero_iv(protocol.cipher), encrypted);
    SecretBytes secret(nonce);
    wipe(nonce);
    return secret;
}

Bytes map_generic(const Group& group, ByteView nonce, ByteView own_scalar, ByteView peer_public_key) {
    const Bytes h = group.multiply(peer_public_key, own_scalar);
    return group.add(group.multiply(group.generator(), nonce), h);
}

Bytes authentication_token(const asn1::Oid& protocol, const Group& group, const SessionKeys& keys,
                           ByteView public_key) {
    Bytes input = ephemeral_public_key_object(protocol, group, public_key);
    if (keys.algorithm == CipherAlgorithm::two_key_triple_des) input = pad(input, block_size(keys.algorithm));
    return to_bytes(Mac(keys.algorithm, keys.mac.view()).protocol_code({input}));
}

Party::Party(Role role, const asn1::Oid& protocol, Group group, const Password& password, RandomSource random)
    : role_(role),
      oid_(protocol),
      protocol_(known(protocol)),
      group_(std::move(group)),
      password_key_(password.key(protocol_.cipher)),
      random_(std::move(random)) {
    if (group_.is_curve() != protocol_.elliptic)
        throw InvalidInput("pace.unknown_protocol", "domain parameters of another kind than the protocol asks for");
}

Bytes Party::encrypted_nonce() {
    in_order(role_ == Role::chip && nonce_.empty());
    nonce_ = SecretBytes(nonce_size(protocol_));
    random_(nonce_.writable());
    return encrypt_nonce(protocol_, password_key_.view(), nonce_.view());
}

void Party::accept_nonce(ByteView encrypted) {
    in_order(role_ == Role::terminal && nonce_.empty());
    nonce_ = decrypt_nonce(protocol_, password_key_.view(), encrypted);
}

Bytes Party::mapping_data() {
    in_order(!nonce_.empty() && keys_ == std::nullopt);
    if (uses_mapping_keys()) {
        if (mapping_scalar_.empty()) {
            mapping_scalar_ = group_.random_scalar(random_);
            own_mapping_key_ = group_.multiply(group_.generator(), mapping_scalar_.view());
        }
        return group_.send(own_mapping_key_);
    }
    if (role_ == Role::chip) return {};
    if (additional_nonce_.empty()) additional_nonce_ = random_bytes(random_, additional_nonce_size(protocol_));
    return additional_nonce_;
}

void Party::map(ByteView peer_mapping_data) {
    const Bytes own = mapping_data();
    in_order(generator_.empty());
    if (uses_mapping_keys()) {
        peer_mapping_key_ = group_.receive(peer_mapping_data);
        generator_ = map_generic(group_, nonce_.view(), mapping_scalar_.view(), peer_mapping_key_);
        return;
    }
    const std::size_t expected = role_ == Role::chip ? additional_nonce_size(protocol_) : 0;
    if (peer_mapping_data.size() != expected)
        throw MalformedData("pace.mapping_data", "mapping data of a wrong length");
    const auto field_bits =
        static_cast<unsigned>(8 * (group_.is_curve() ? field_size(group_.curve()) : group_.element_size()));
    Bytes mapped =
        pseudo_random(protocol_.cipher, field_bits, nonce_.view(), role_ == Role::chip ? peer_mapping_data : own);
    generator_ = encode_to_group(group_, mapped);
    wipe(mapped);
}

Bytes Party::public_key() {
    in_order(!generator_.empty());
    if (scalar_.empty()) {
        scalar_ = group_.random_scalar(random_);
        own_public_key_ = group_.multiply(generator_, scalar_.view());
    }
    return group_.send(own_public_key_);
}

void Party::agree(ByteView peer_public_key) {
    public_key();
    in_order(!keys_);
    peer_public_key_ = group_.receive(peer_public_key);
    if (equal(peer_public_key_, own_public_key_))
        throw CryptoError("crypto.bad_key", "a public key that can not be used: it equals the own one");
    keys_ = derive_session_keys(group_.agree(scalar_.view(), peer_public_key_).view(), protocol_.cipher);
}

Bytes Party::token() const {
    return authentication_token(oid_, group_, session_keys(), peer_public_key_);
}

bool Party::accepts(ByteView peer_token) const {
    return equal_in_constant_time(authentication_token(oid_, group_, session_keys(), own_public_key_), peer_token);
}

Bytes Party::chip_authentication_data(const PrivateKey& static_key) const {
    in_order(role_ == Role::chip && protocol_.mapping == Mapping::chip_authentication);
    if (!(static_key.public_key().group() == group_))
        throw CryptoError("crypto.wrong_group", "a chip authentication key of another group than that of PACE");
    const SecretBytes data = group_.divide(mapping_scalar_.view(), static_key.scalar());
    const BlockCipher cipher(protocol_.cipher, session_keys().encryption.view());
    return cipher.encrypt_cbc(chip_authentication_iv(cipher), pad(data.view(), block_size(protocol_.cipher)));
}

bool Party::authenticates(ByteView encrypted_chip_authentication_data, const PublicKey& chip_key) const {
    in_order(role_ == Role::terminal && protocol_.mapping == Mapping::chip_authentication);
    if (chip_key.kind() != KeyKind::ec || !(chip_key.group() == group_)) return false;
    const std::size_t expected = pad(Bytes(group_.scalar_size()), block_size(protocol_.cipher)).size();
    if (encrypted_chip_authentication_data.size() != expected) return false;
    const BlockCipher cipher(protocol_.cipher, session_keys().encryption.view());
    const Bytes padded = cipher.decrypt_cbc(chip_authentication_iv(cipher), encrypted_chip_authentication_data);
    try {
        const ByteView data = unpad(padded);
        return data.size() == group_.scalar_size() && equal(group_.multiply(chip_key.value(), data), peer_mapping_key_);
    } catch (const MalformedData&) {
        return false;  // no padding: not made with these keys
    } catch (const CryptoError&) {
        return false;  // a multiple of the order
    }
}

const SessionKeys& Party::session_keys() const {
    in_order(keys_.has_value());
    return *keys_;
}

const Bytes& Party::own_public_key() const {
    return own_public_key_;
}

const Bytes& Party::peer_public_key() const {
    return peer_public_key_;
}

}  // namespace tahvil::pace
