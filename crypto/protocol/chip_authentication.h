#pragma once

#include <optional>
#include <vector>

#include "crypto/kdf.h"
#include "crypto/key.h"
#include "crypto/protocol/security_infos.h"
#include "crypto/random.h"

/// Chip Authentication, version 1 (Doc 9303-11, 6.2) and 2 (TR-03110-2, 3.4): what both sides compute. The commands are
/// those of apdu/access and of the emulated card.
namespace tahvil::chip_authentication {

/// What a chip authentication object identifier says (Doc 9303-11, 9.2.7).
struct Protocol {
    bool elliptic = true;  ///< ECDH, or DH
    CipherAlgorithm cipher = CipherAlgorithm::aes128;

    friend bool operator==(const Protocol&, const Protocol&) = default;
};

std::optional<Protocol> protocol_by_oid(const asn1::Oid& identifier);
asn1::Oid oid_of(const Protocol& protocol);
std::string description(const Protocol& protocol);  ///< "CA-ECDH-AES-128"

/// id-PK-ECDH or id-PK-DH, of ChipAuthenticationPublicKeyInfo.
asn1::Oid public_key_oid(const Group& group);

/// One way to authenticate a chip: an entry on the protocol together with the key that it uses.
struct Offer {
    asn1::Oid oid;
    Protocol protocol;
    int version = 1;
    PublicKey key;
    /// What DO'84' of MSE names, where the entries have one.
    std::optional<int> key_id;
    /// DO'84' must be there: the chip has more than one key.
    bool ambiguous = false;
    /// The chip lists a key without a protocol, as the first ones did: triple DES by MSE:Set KAT is meant.
    bool implied = false;
};

/// The offers of EF.DG14 or EF.CardSecurity of this version, whose keys could be read and are of the kind that the
/// protocol asks for, strongest cipher first, and among those the longest key.
std::vector<Offer> offers(const SecurityInfos& infos, int version);

/// Version 1: the keys of secure messaging after the agreement. Version 2: with the chip's nonce.
SessionKeys derive_keys(const Protocol& protocol, ByteView shared_secret, ByteView nonce = {});

inline constexpr std::size_t kNonceSize = 8;  ///< r_PICC of version 2

/// The terminal's ephemeral key, made for the domain parameters of the chip's key. In version 2 terminal authentication
/// has bound it before the chip's key is known.
class Terminal {
public:
    explicit Terminal(Group group, const RandomSource& random = system_random);

    /// What is sent: DO'91' of MSE:Set KAT, DO'80' of GENERAL AUTHENTICATE.
    Bytes public_key() const { return group_.send(public_key_); }
    /// Comp(PK_DH,IFD), which terminal authentication signs.
    Bytes compressed_public_key() const;
    const Group& group() const { return group_; }

    /// Version 1. That the chip has the key shows in its first response under these keys. Throws CryptoError
    /// "crypto.wrong_group" for a key of another group.
    SessionKeys agree(const Protocol& protocol, const PublicKey& chip_key) const;

    /// Version 2: the session keys, when the token proves that the chip has the key; nothing otherwise. `protocol` is
    /// the identifier that MSE:Set AT named. Throws CryptoError "crypto.wrong_group".
    std::optional<SessionKeys> agree(const asn1::Oid& protocol, const PublicKey& chip_key, ByteView nonce,
                                     ByteView token) const;

private:
    Group group_;
    SecretBytes scalar_;
    Bytes public_key_;
};

/// \name The chip's side
/// @{
/// Version 1. Throws CryptoError "crypto.bad_key" for an ephemeral key that can not be used.
SessionKeys chip_agree(const Protocol& protocol, const PrivateKey& chip_key, ByteView terminal_key);

struct Answer {
    Bytes nonce;  ///< DO'81'
    Bytes token;  ///< DO'82'
    SessionKeys session;
};

/// Version 2.
Answer chip_answer(const asn1::Oid& protocol, const PrivateKey& chip_key, ByteView terminal_key,
                   const RandomSource& random = system_random);
/// @}

}  // namespace tahvil::chip_authentication
