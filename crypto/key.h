#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "crypto/asn1.h"
#include "crypto/curve.h"
#include "crypto/digest.h"
#include "crypto/random.h"

struct evp_pkey_st;

namespace tahvil {

enum class KeyKind : std::uint8_t { rsa, ec, dh, ed25519 };

/// What an RSASSA-PSS key (RFC 4055, 3.1) allows to be signed with it.
struct PssRestriction {
    DigestAlgorithm digest = DigestAlgorithm::sha1;
    DigestAlgorithm mask_digest = DigestAlgorithm::sha1;
    std::size_t minimum_salt = 20;  ///< bytes
};

/// Diffie-Hellman domain parameters, as big-endian magnitudes; `order` is empty where they were given without q.
struct DhGroup {
    Bytes prime;
    Bytes generator;
    Bytes order;

    friend bool operator==(const DhGroup&, const DhGroup&) = default;
};

/// A public key that was checked when it was made: a point is on its curve and not at infinity, an RSA modulus is odd
/// and of 1024 to 8192 bits, a DH value is neither 0, 1 nor p-1 and, where q is known, of that order. Cheap to copy.
class PublicKey {
public:
    /// From a SubjectPublicKeyInfo. Throws MalformedData: "crypto.unknown_key", "crypto.unknown_curve",
    /// "crypto.bad_key".
    static PublicKey from_spki(ByteView spki);
    static PublicKey ec(Curve curve, ByteView uncompressed_point);
    static PublicKey rsa(ByteView modulus, ByteView exponent);
    static PublicKey dh(const DhGroup& group, ByteView value);
    static PublicKey ed25519(ByteView value);

    KeyKind kind() const;
    unsigned bits() const;
    Curve curve() const;               ///< of an EC key
    bool explicit_parameters() const;  ///< the curve was spelled out, see read_curve_parameters()
    const std::optional<PssRestriction>& pss_restriction() const;

    /// The uncompressed point, the DH value (as long as the prime), or the Ed25519 value.
    const Bytes& value() const;
    const DhGroup& dh_group() const;
    const Bytes& rsa_modulus() const;
    const Bytes& rsa_exponent() const;

    /// DER, with a named curve whatever was read.
    Bytes spki() const;
    /// "RSA 2048", "EC brainpoolP256r1".
    std::string description() const;

    evp_pkey_st* handle() const;  ///< for crypto/ only

private:
    struct Facts;
    explicit PublicKey(std::shared_ptr<const Facts> facts);
    std::shared_ptr<const Facts> facts_;
};

/// A private key in this program's memory. (One in a token is a Signer.)
class PrivateKey {
public:
    static PrivateKey generate_ec(Curve curve);
    static PrivateKey generate_ec(Curve curve, const RandomSource& random);
    static PrivateKey generate_rsa(unsigned bits);
    static PrivateKey generate_dh(const DhGroup& group, const RandomSource& random);
    static PrivateKey generate_ed25519();
    static PrivateKey ec(Curve curve, ByteView scalar);
    static PrivateKey dh(const DhGroup& group, ByteView exponent);
    static PrivateKey from_pkcs8(ByteView der);
    static PrivateKey from_pem(std::string_view pem);

    const PublicKey& public_key() const { return public_key_; }
    SecretBytes pkcs8() const;
    std::string pem() const;

    evp_pkey_st* handle() const { return handle_.get(); }  ///< for crypto/ only

private:
    PrivateKey(std::shared_ptr<evp_pkey_st> handle, PublicKey public_key)
        : handle_(std::move(handle)), public_key_(std::move(public_key)) {}

    std::shared_ptr<evp_pkey_st> handle_;
    PublicKey public_key_;
};

}  // namespace tahvil
