#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "crypto/key.h"
#include "crypto/signature.h"

/// Card verifiable certificates (Doc 9303-12, 7; TR-03110-3, C), with which a terminal shows a chip what it may read.
namespace tahvil::cv {

using Date = std::chrono::sys_days;

/// What an identifier below id-TA (Doc 9303-11, 9.2.9; TR-03110-3, A.7.2) says: RSA PKCS #1 and PSS, plain ECDSA, SHA-1
/// to SHA-512. Nothing for any other.
std::optional<SignatureAlgorithm> signature_algorithm(const asn1::Oid& identifier);
/// Throws InvalidInput for an algorithm without an identifier.
asn1::Oid oid_of(const SignatureAlgorithm& algorithm);

enum class Role : std::uint8_t { terminal, foreign_verifier, domestic_verifier, authority };

/// The certificate holder authorization template: the type of terminal, and its access rights, whose first two bits are
/// the role.
struct Authorization {
    asn1::Oid terminal_type;  ///< id-IS, id-AT or id-ST
    Bytes rights;             ///< one byte (IS, ST) or five (AT)

    Role role() const;
    /// Whether a right is there, by its number in TR-03110-4: 0 is the least significant bit of the last byte. For an
    /// inspection system 0 is DG3 and 1 is DG4.
    bool has(unsigned right) const;
    /// DO'7F4C', as a certificate and PACE have it.
    Bytes encode() const;

    friend bool operator==(const Authorization&, const Authorization&) = default;
};

const asn1::Oid& inspection_system();        ///< id-IS
const asn1::Oid& authentication_terminal();  ///< id-AT
const asn1::Oid& signature_terminal();       ///< id-ST

/// A public key as certificates carry it: with its algorithm, and on a curve perhaps without the domain parameters,
/// which are then those of the issuer.
struct CertificateKey {
    asn1::Oid algorithm;
    std::optional<Curve> curve;  ///< where domain parameters were given
    Bytes point;
    Bytes modulus;
    Bytes exponent;

    /// Throws MalformedData "cv.no_domain_parameters" when neither the key nor the issuer says the curve, CryptoError
    /// "crypto.bad_key" for a key that can not be used.
    PublicKey resolve(const std::optional<Curve>& issuers) const;

    /// Whether it is this key, on whichever curve where none is said.
    bool is(const PublicKey& other) const;
};

/// A certificate, taken apart.
struct Certificate {
    std::string authority_reference;  ///< CAR: whose key verifies it
    CertificateKey key;
    std::string holder_reference;  ///< CHR
    Authorization authorization;
    Date effective;
    Date expiration;   ///< the last day on which it is valid
    Bytes extensions;  ///< the content of DO'65', not looked at

    Bytes body;       ///< DO'7F4E', which is signed
    Bytes signature;  ///< the content of DO'5F37'

    /// From DO'7F21'. Throws MalformedData "cv.malformed": unknown or missing data objects, dates that do not exist, an
    /// unknown algorithm, or domain parameters of no known curve.
    static Certificate parse(ByteView encoded);
    /// From DO'7F4E' and DO'5F37' one after the other, as PSO: Verify Certificate has them.
    static Certificate parse_content(ByteView content);

    Bytes encode() const;   ///< DO'7F21'
    Bytes content() const;  ///< what PSO: Verify Certificate sends

    /// Whether the signature is that of this key with this algorithm.
    bool is_signed_by(const PublicKey& issuer, const SignatureAlgorithm& algorithm) const;
};

/// What a certificate is to say.
struct Request {
    std::string authority_reference;
    std::string holder_reference;
    Authorization authorization;
    Date effective;
    Date expiration;
    PublicKey key;
    SignatureAlgorithm key_algorithm;
    bool with_domain_parameters = false;  ///< authorities' certificates have them, others do not
};

/// Makes a certificate. Throws InvalidInput for references of more than 16 characters and for dates before 2000 or
/// after 2099.
Certificate issue(const Request& request, const PrivateKey& issuer, const SignatureAlgorithm& algorithm);

/// Why a chip does not take a certificate.
enum class Refusal : std::uint8_t {
    unknown_authority,  ///< CAR names neither a trust point nor the key imported last
    wrong_issuer,       ///< the issuer's role does not let it issue this role
    other_terminal_type,
    bad_signature,
    expired,
    issuer_expired,
    known_reference,  ///< an authority's certificate for a reference that is there already
    bad_key,
};

std::string_view name(Refusal refusal);

/// A key that a chip has accepted, with what it stores beside it (Doc 9303-11, 7.1.4.3.7).
struct TrustedKey {
    std::string reference;
    PublicKey key;
    SignatureAlgorithm algorithm;
    Authorization authorization;  ///< effective: that of the certificate and of all its issuers together
    Date effective;
    Date expiration;

    /// A trust point from an authority's certificate, which must carry its domain parameters.
    static TrustedKey trust_point(const Certificate& certificate);
};

/// The chip's verification of a chain (Doc 9303-11, 7.1.4.3): its trust points, its notion of the date, and the key
/// imported last.
class Verifier {
public:
    Verifier(std::vector<TrustedKey> trust_points, Date current);

    /// Takes one certificate, in the order in which they come: links, then a verifier's, then a terminal's. Nothing
    /// when it was accepted.
    std::optional<Refusal> take(const Certificate& certificate);

    /// Whether MSE:Set DST may name this reference.
    bool knows(std::string_view reference) const;

    /// The terminal's key, when the certificate taken last was a terminal's.
    const TrustedKey* terminal() const;

    const std::vector<TrustedKey>& trust_points() const { return trust_points_; }
    Date current() const { return current_; }

private:
    const TrustedKey* find(std::string_view reference) const;

    std::vector<TrustedKey> trust_points_;
    Date current_;
    std::optional<TrustedKey> imported_;
};

/// The terminal's side: the certificates to send, in order, from the chip's trust point that `authority_reference`
/// names to the terminal's certificate, picked from `available` by their references. Empty when there is no such chain.
std::vector<Certificate> chain(std::string_view authority_reference, const Certificate& terminal,
                               const std::vector<Certificate>& available);

}  // namespace tahvil::cv
