#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/asn1.h"
#include "crypto/curve.h"
#include "crypto/group.h"
#include "crypto/pss.h"
#include "crypto/random.h"

struct evp_pkey_st;

namespace tahvil {

enum class KeyKind : std::uint8_t { rsa, ec, dh, ed25519 };

/// A public key that was checked when it was made: a point is on its curve and not at infinity, an RSA modulus is odd
/// and of 1024 to 8192 bits and its exponent odd and above 1, a DH value is neither 0, 1 nor p-1 and, where q is known,
/// of that order. Cheap to copy, and may be used by several threads at once.
class PublicKey {
public:
    /// From a SubjectPublicKeyInfo: rsaEncryption, id-RSASSA-PSS, id-ecPublicKey, dhKeyAgreement (PKCS #3),
    /// dhpublicnumber (X9.42) and Ed25519. Throws MalformedData: "crypto.unknown_key", "crypto.unknown_curve",
    /// "crypto.bad_key".
    static PublicKey from_spki(ByteView spki);
    /// These throw CryptoError "crypto.bad_key".
    static PublicKey ec(Curve curve, ByteView uncompressed_point);
    static PublicKey rsa(ByteView modulus, ByteView exponent);
    static PublicKey dh(const Group& group, ByteView value);
    static PublicKey ed25519(ByteView value);

    KeyKind kind() const;
    unsigned bits() const;
    Curve curve() const;               ///< of an EC key
    const Group& group() const;        ///< of an EC or DH key
    bool explicit_parameters() const;  ///< the curve was spelled out, see read_curve_parameters()
    /// What an RSASSA-PSS key (RFC 4055, 3.1) allows to be signed with it.
    const std::optional<PssParameters>& pss_restriction() const;

    /// The uncompressed point, the DH value (as long as the prime), or the Ed25519 value.
    const Bytes& value() const;
    const Bytes& rsa_modulus() const;
    const Bytes& rsa_exponent() const;

    /// DER, with a named curve whatever was read.
    Bytes spki() const;
    /// "RSA 2048", "EC brainpoolP256r1".
    std::string description() const;

    friend bool operator==(const PublicKey& a, const PublicKey& b);

    evp_pkey_st* handle() const;  ///< for crypto/ only; nothing for DH, which Group does

private:
    struct Facts;
    explicit PublicKey(std::shared_ptr<const Facts> facts);
    std::shared_ptr<const Facts> facts_;
};

/// A private key in this program's memory. (One in a token is a Signer.) Cheap to copy.
class PrivateKey {
public:
    static PrivateKey generate_ec(Curve curve, const RandomSource& random = system_random);
    static PrivateKey generate_dh(const Group& group, const RandomSource& random = system_random);
    static PrivateKey generate_rsa(unsigned bits);
    static PrivateKey generate_ed25519(const RandomSource& random = system_random);
    /// Throw CryptoError "crypto.bad_key" when the number is no private key of the group.
    static PrivateKey ec(Curve curve, ByteView scalar);
    static PrivateKey dh(const Group& group, ByteView exponent);
    static PrivateKey ed25519(ByteView seed);
    /// From an unencrypted PrivateKeyInfo (RFC 5208). Throws MalformedData as PublicKey::from_spki().
    static PrivateKey from_pkcs8(ByteView der);
    /// From PEM: "PRIVATE KEY", "EC PRIVATE KEY" (SEC 1) or "RSA PRIVATE KEY" (PKCS #1), not encrypted. Whatever comes
    /// before, such as "EC PARAMETERS", is passed over.
    static PrivateKey from_pem(std::string_view pem);

    const PublicKey& public_key() const;
    SecretBytes pkcs8() const;
    SecretBytes pem() const;

    /// The private number of an EC or DH key, the seed of an Ed25519 key.
    ByteView scalar() const;

    evp_pkey_st* handle() const;  ///< for crypto/ only; nothing for DH

private:
    struct Facts;
    explicit PrivateKey(std::shared_ptr<const Facts> facts);
    static PrivateKey from_ec_structure(ByteView der, std::optional<Curve> curve);
    static PrivateKey from_rsa_structure(ByteView der);
    std::shared_ptr<const Facts> facts_;
};

}  // namespace tahvil
