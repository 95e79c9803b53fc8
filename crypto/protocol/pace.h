#pragma once

#include <optional>
#include <string_view>

#include "crypto/kdf.h"
#include "crypto/key.h"
#include "crypto/protocol/pace_protocol.h"
#include "crypto/random.h"

/// Password Authenticated Connection Establishment (Doc 9303-11, 4.4; TR-03110-2, 3.2): what both sides compute. The
/// commands are those of apdu/access and of the emulated card.
namespace tahvil::pace {

/// The value of DO'83' in MSE:Set AT.
enum class PasswordKind : std::uint8_t { mrz = 1, can = 2, pin = 3, puk = 4 };

/// A password in the form that the key is derived from: f(pi) of 9.7.3.
class Password {
public:
    /// From what tahvil::mrz_information() gives.
    static Password mrz(ByteView mrz_information);
    /// CAN, PIN or PUK: its characters. Throws InvalidInput for kind mrz and when it is empty.
    static Password typed(PasswordKind kind, ByteView characters);

    PasswordKind kind() const { return kind_; }
    /// K_pi = KDF_pi(pi).
    SecretBytes key(CipherAlgorithm cipher) const;

private:
    Password(PasswordKind kind, SecretBytes value) : kind_(kind), value_(std::move(value)) {}

    PasswordKind kind_;
    SecretBytes value_;
};

/// \name The computations of 4.4.3, each for itself
/// @{
/// s and t are this long where they are drawn here (4.4.3.3), in bytes. A nonce s of any whole number of blocks up to
/// kMaxNonceSize is taken from a card for generic mapping.
std::size_t nonce_size(const Protocol& protocol);
std::size_t additional_nonce_size(const Protocol& protocol);
inline constexpr std::size_t kMaxNonceSize = 64;

/// z = E(K_pi, s), and back. decrypt_nonce() throws MalformedData "pace.nonce" for a length that is not allowed.
Bytes encrypt_nonce(const Protocol& protocol, ByteView password_key, ByteView nonce);
SecretBytes decrypt_nonce(const Protocol& protocol, ByteView password_key, ByteView encrypted);

/// 4.4.3.3.1: s x G + H, with H from the own mapping key and the peer's.
Bytes map_generic(const Group& group, ByteView nonce, ByteView own_scalar, ByteView peer_public_key);

/// 4.4.3.3.2: R(s, t) of figure 2, long enough for a field of `field_bits`.
Bytes pseudo_random(CipherAlgorithm cipher, unsigned field_bits, ByteView nonce, ByteView additional_nonce);
/// f_G or f_g of R(s, t), which is reduced modulo p first. Throws CryptoError for a curve that it can not reach
/// (secp224r1), a DH group without order, and a result that is the neutral element.
Bytes encode_to_group(const Group& group, ByteView pseudo_random);

/// 4.4.3.4 and 9.4: the MAC over the public key data object of the other side's ephemeral key.
Bytes authentication_token(const asn1::Oid& protocol, const Group& group, const SessionKeys& keys, ByteView public_key);
/// @}

enum class Role : std::uint8_t { terminal, chip };

/// One side of one run. The steps must come in the order of 4.4.1, each once; out of it, CryptoError
/// "pace.out_of_order" is thrown. After any exception the run is over.
///
///     terminal                                    chip
///                                                 z = encrypted_nonce()
///     accept_nonce(z), x = mapping_data()
///                                                 map(x), y = mapping_data()
///     map(y), a = public_key()
///                                                 agree(a), b = public_key()
///     agree(b), t = token()
///                                                 accepts(t), u = token(), A = chip_authentication_data()
///     accepts(u), authenticates(A, chip key)
class Party {
public:
    /// `protocol` is the identifier from PACEInfo. Throws InvalidInput when it does not fit the group.
    /// `random` gives, in the order in which they are needed: the nonce s, the mapping key or the nonce t, the
    /// ephemeral key.
    Party(Role role, const asn1::Oid& protocol, Group group, const Password& password,
          RandomSource random = system_random);

    /// Chip, step 1: draws s; the content of DO'80'.
    Bytes encrypted_nonce();
    /// Terminal, step 1. Throws MalformedData "pace.nonce".
    void accept_nonce(ByteView encrypted);

    /// Step 2: the content of DO'81' (terminal) or DO'82' (chip). Generic and chip authentication mapping: a public
    /// key. Integrated mapping: t of the terminal, nothing of the chip.
    Bytes mapping_data();
    /// Takes the other side's mapping data. Throws CryptoError "crypto.bad_key" for a key that can not be used,
    /// MalformedData "pace.mapping_data" for data of the wrong length.
    void map(ByteView peer_mapping_data);

    /// Step 3: the content of DO'83' (terminal) or DO'84' (chip).
    Bytes public_key();
    /// Takes the other side's ephemeral key and derives the session keys. Throws CryptoError "crypto.bad_key" when it
    /// can not be used or equals the own one.
    void agree(ByteView peer_public_key);

    /// Step 4: the content of DO'85' (terminal) or DO'86' (chip).
    Bytes token() const;
    /// Whether the other side's token is right: whether it knows the password. Compares in constant time.
    bool accepts(ByteView peer_token) const;

    /// Chip, chip authentication mapping: A_IC for DO'8A' with the static key of chip authentication (4.4.3.5.1).
    Bytes chip_authentication_data(const PrivateKey& static_key) const;
    /// Terminal, chip authentication mapping: whether A_IC proves that the chip has this key (4.4.3.5.2). The key must
    /// come from signed data for this to mean anything.
    bool authenticates(ByteView encrypted_chip_authentication_data, const PublicKey& chip_key) const;

    const SessionKeys& session_keys() const;
    /// Of the key agreement, as elements of the group: terminal authentication binds to them.
    const Bytes& own_public_key() const;
    const Bytes& peer_public_key() const;
    const Group& group() const { return group_; }
    const Protocol& protocol() const { return protocol_; }

private:
    bool uses_mapping_keys() const { return protocol_.mapping != Mapping::integrated; }

    Role role_;
    asn1::Oid oid_;
    Protocol protocol_;
    Group group_;
    SecretBytes password_key_;
    RandomSource random_;

    SecretBytes nonce_;
    SecretBytes mapping_scalar_;
    Bytes additional_nonce_;
    Bytes own_mapping_key_;
    Bytes peer_mapping_key_;
    Bytes generator_;
    SecretBytes scalar_;
    Bytes own_public_key_;
    Bytes peer_public_key_;
    std::optional<SessionKeys> keys_;
};

}  // namespace tahvil::pace
