#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "crypto/asn1.h"
#include "crypto/digest.h"
#include "crypto/key.h"

namespace tahvil {

enum class SignatureScheme : std::uint8_t {
    rsa_pkcs1,    ///< RSASSA-PKCS1-v1_5
    rsa_pss,      ///< RSASSA-PSS
    ecdsa,        ///< r and s in a DER sequence
    ecdsa_plain,  ///< r and s one after the other, each as long as the order (TR-03111, IEEE P1363)
    ed25519,
};

struct SignatureAlgorithm {
    SignatureScheme scheme{};
    DigestAlgorithm digest = DigestAlgorithm::sha256;       ///< not for ed25519
    DigestAlgorithm mask_digest = DigestAlgorithm::sha256;  ///< of MGF1, for rsa_pss
    std::size_t salt = 32;                                  ///< bytes, for rsa_pss

    friend bool operator==(const SignatureAlgorithm&, const SignatureAlgorithm&) = default;
};

std::string description(const SignatureAlgorithm& algorithm);  ///< "ECDSA with SHA-256"

/// Reads an AlgorithmIdentifier. CMS writers put a key's algorithm (rsaEncryption, id-ecPublicKey) where a signature's
/// belongs: the digest is then `fallback`, of the SignerInfo. Throws MalformedData
/// "crypto.unknown_signature_algorithm".
SignatureAlgorithm read_signature_algorithm(asn1::Cursor& cursor, std::optional<DigestAlgorithm> fallback = {});

/// What an identifier alone says, which for RSASSA-PSS is nothing.
std::optional<SignatureAlgorithm> signature_algorithm_by_oid(const asn1::Oid& identifier);

/// The AlgorithmIdentifier, DER.
Bytes encode(const SignatureAlgorithm& algorithm);

/// Whether the signature over the parts, one after the other, is the key's. False for a key of another kind, for a
/// signature of a wrong length or encoding, and where the key's own restriction forbids the algorithm. A PSS salt must
/// have the stated length.
bool verify(const PublicKey& key, const SignatureAlgorithm& algorithm, std::initializer_list<ByteView> message,
            ByteView signature);

/// Signs. Throws CryptoError when the key is of another kind.
Bytes sign(const PrivateKey& key, const SignatureAlgorithm& algorithm, ByteView message);

/// What the RSA public operation makes of a signature with message recovery (ISO/IEC 9796-2), as long as the modulus.
/// Throws CryptoError when the signature is not below the modulus.
Bytes rsa_recover(const PublicKey& key, ByteView signature);

/// The raw RSA private operation on a block as long as the modulus: the card's side of rsa_recover().
Bytes rsa_private_operation(const PrivateKey& key, ByteView block);

/// ECDSA over what the caller says is the digest already, in DER: the card's side of a signature whose digest the
/// terminal takes. Throws CryptoError when the key is no EC key.
Bytes ecdsa_sign_digest(const PrivateKey& key, ByteView value);

/// \name Between the two forms of an ECDSA signature
/// @{
/// Throws MalformedData when the length is not twice order_size().
Bytes ecdsa_plain_to_der(Curve curve, ByteView plain);
Bytes ecdsa_der_to_plain(Curve curve, ByteView der);
/// @}

}  // namespace tahvil
