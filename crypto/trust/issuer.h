#pragma once

#include <map>
#include <optional>
#include <vector>

#include "crypto/key.h"
#include "crypto/signature.h"
#include "crypto/signer.h"
#include "crypto/trust/certificate.h"
#include "crypto/trust/name.h"

/// The issuing side, for the specimen PKI and for tests: certificates, revocation lists and signed files, with every
/// departure from the standards that real documents have, as a switch. Everything is written by our own DER writer.
namespace tahvil::trust {

/// A key with the certificate that vouches for it.
struct CertifiedKey {
    PrivateKey key;
    Bytes certificate;

    Certificate parsed() const { return Certificate::parse(certificate); }
};

/// What a certificate is to say.
struct CertificateTemplate {
    Bytes serial{0x01};  ///< magnitude
    Bytes subject;       ///< Name, see NameWriter
    Validity validity;
    std::optional<BasicConstraints> basic_constraints;
    std::vector<KeyUsage> key_usage;
    std::vector<asn1::Oid> extended_key_usage;
    std::vector<Bytes> further_extensions;        ///< Extension, DER
    std::optional<SignatureAlgorithm> algorithm;  ///< default_algorithm() of the issuer's key where there is none

    bool explicit_ec_parameters = false;
    bool with_subject_key_id = true;
    bool with_authority_key_id = true;
    std::optional<Bytes> authority_key_id;  ///< in place of the issuer's
    std::optional<Bytes> issuer;            ///< a Name in place of the issuer's subject
    std::optional<Bytes> spki;              ///< in place of the key's

    /// A country signing CA, self-signed or (signed by the one before) a link certificate.
    static CertificateTemplate country_signer(Bytes subject, Validity validity);
    static CertificateTemplate document_signer(Bytes subject, Validity validity);
    static CertificateTemplate master_list_signer(Bytes subject, Validity validity);
};

/// ECDSA or RSASSA-PKCS1-v1_5 with the digest that fits the key's size, or Ed25519.
SignatureAlgorithm default_algorithm(const PublicKey& key);

/// SHA-1 of the public key's bits (RFC 5280, 4.2.1.2), which is an identifier and protects nothing.
Bytes key_identifier(const PublicKey& key);

/// SubjectPublicKeyInfo of an EC key with its curve spelled out.
Bytes explicit_spki(const PublicKey& key);

/// An Extension, DER.
Bytes extension(const asn1::Oid& type, bool critical, ByteView value);

Bytes issue_certificate(const CertificateTemplate& what, const PublicKey& subject_key, const CertifiedKey& issuer);
CertifiedKey issue_self_signed(const CertificateTemplate& what, PrivateKey key);
/// The certificate together with its key.
CertifiedKey issue(const CertificateTemplate& what, PrivateKey key, const CertifiedKey& issuer);

struct RevocationTemplate {
    Time this_update{};
    std::optional<Time> next_update;
    std::uint64_t number = 1;
    std::map<Bytes, Time> revoked;  ///< by content octets of the serial number
};

Bytes issue_revocation_list(const RevocationTemplate& what, const CertifiedKey& issuer);

/// How a SignedData is to be written.
struct SigningOptions {
    std::optional<Time> signing_time;
    std::optional<DigestAlgorithm> digest;        ///< of the content; that of the algorithm where there is none
    std::optional<SignatureAlgorithm> algorithm;  ///< default_algorithm() of the signer's key where there is none
    std::vector<Bytes> further_certificates;      ///< beside the signer's

    bool indefinite_length = false;  ///< BER, the content in pieces
    bool attributes_unsorted = false;
    bool without_attributes = false;
    bool by_key_id = false;
    bool without_certificate = false;
    bool detached = false;        ///< the content is signed but not enclosed
    bool bare_algorithm = false;  ///< the key's algorithm, or RSASSA-PSS without parameters, as signature algorithm
    std::optional<int> version;   ///< of SignedData
    std::optional<Bytes> signer_issuer;          ///< a Name in place of that of the certificate
    std::optional<asn1::Oid> digest_identifier;  ///< a lie about the digest
};

/// A ContentInfo. Several signers sign the same content; none makes an unsigned object.
Bytes sign_data(const asn1::Oid& content_type, ByteView content, const std::vector<CertifiedKey>& signers,
                const SigningOptions& options = {});
/// With a key that may lie in a token.
Bytes sign_data(const asn1::Oid& content_type, ByteView content, ByteView certificate, const Signer& key,
                const SigningOptions& options = {});

/// LDSSecurityObject over data groups, each the whole file.
Bytes lds_security_object(const std::map<int, Bytes>& data_groups, DigestAlgorithm algorithm = DigestAlgorithm::sha256);

struct SecurityObjectOptions : SigningOptions {
    DigestAlgorithm group_digest = DigestAlgorithm::sha256;
    std::optional<asn1::Oid> content_type;  ///< in place of id-icao-mrtd-security-ldsSecurityObject
};

/// EF.SOD over data groups, each the whole file.
Bytes sign_security_object(const std::map<int, Bytes>& data_groups, const CertifiedKey& signer,
                           const SecurityObjectOptions& options = {});

/// EF.CardSecurity over SecurityInfos (a SET, DER).
Bytes sign_card_security(ByteView security_infos, const CertifiedKey& signer, const SigningOptions& options = {});

/// An ICAO master list of the certificates (Doc 9303-12, 8).
Bytes sign_master_list(const std::vector<Bytes>& certificates, const CertifiedKey& signer,
                       const SigningOptions& options);

}  // namespace tahvil::trust
