#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "crypto/asn1.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "crypto/trust/certificate.h"
#include "crypto/trust/check.h"
#include "crypto/trust/deviation.h"

/// Cryptographic Message Syntax (RFC 5652), the SignedData of EF.SOD, EF.CardSecurity and master lists.
namespace tahvil::trust {

struct SignerInfo {
    int version = 0;
    ByteView issuer;  ///< the whole Name; empty where the signer is identified by key_id
    ByteView serial;
    ByteView key_id;
    asn1::Oid digest_identifier;
    std::optional<DigestAlgorithm> digest;  ///< nothing when digest_identifier is not one of ours
    bool has_attributes = false;
    ByteView attributes;               ///< content octets of the signed attributes, as they are on the wire
    asn1::Oid content_type;            ///< from the signed attributes
    ByteView message_digest;           ///< from the signed attributes
    std::optional<Time> signing_time;  ///< nothing as well when it is no time
    ByteView signature_algorithm;      ///< AlgorithmIdentifier
    ByteView signature;
};

/// A SignedData as views into bytes that are not owned and must outlive it.
class SignedData {
public:
    /// Takes one ContentInfo, all of `raw`, in DER or BER. Throws MalformedData: "trust.signed_data" or
    /// "asn1.malformed".
    static SignedData parse(ByteView raw);

    int version() const { return version_; }
    const asn1::Oid& content_type() const { return content_type_; }
    /// Whether there is an eContent; without one the content was signed where it stands.
    bool encloses_content() const { return encloses_content_; }
    /// Takes what was signed elsewhere as the content. Throws MalformedData "trust.signed_data" when one is enclosed.
    void attach(ByteView content);
    /// What was signed: the value of eContent, or what was attached. Empty when there is neither.
    ByteView content() const { return content_; }
    const std::vector<Certificate>& certificates() const { return certificates_; }
    const std::vector<ByteView>& revocation_lists() const { return revocation_lists_; }
    const std::vector<SignerInfo>& signers() const { return signers_; }
    const asn1::Departures& departures() const { return departures_; }
    /// Versions, order of attributes, digests that are not listed. (What BER means depends on the file, see
    /// departures().)
    const Deviations& deviations() const { return deviations_; }

private:
    ByteView read_octets(asn1::Cursor& cursor);
    void read_content(asn1::Cursor encapsulated);
    void read_certificates(asn1::Cursor certificates);
    void read_signer(asn1::Cursor signer);
    void read_attributes(SignerInfo& info, asn1::Cursor attributes);
    void judge_versions();

    int version_ = 0;
    std::vector<asn1::Oid> digests_;
    asn1::Oid content_type_;
    bool encloses_content_ = false;
    ByteView content_;
    std::vector<std::shared_ptr<const Bytes>> joined_;  // strings that came in pieces; views go into them
    std::vector<Certificate> certificates_;
    std::vector<ByteView> revocation_lists_;
    std::vector<SignerInfo> signers_;
    asn1::Departures departures_;
    Deviations deviations_;
};

/// What was found out about one signer. `result` is failed (with a reason), undetermined (the certificate is not there)
/// or passed: the signature is that of `certificate`'s key, which says nothing yet of whose key it is.
struct SignerCheck {
    Result result = Result::failed;
    std::string reason;
    Details detail;
    Deviations deviations;
    std::optional<Certificate> certificate;
};

/// Verifies one signer of the data. Its certificate is looked for in the data, then among `others`.
SignerCheck verify_signer(const SignedData& data, const SignerInfo& signer, std::span<const Certificate> others = {});

/// \name Weaknesses of what made a signature, as deviations
/// @{
void note_weakness(Deviations& deviations, const SignatureAlgorithm& algorithm, const PublicKey& key,
                   const std::string& where);
void note_explicit_parameters(Deviations& deviations, const PublicKey& key, const std::string& where);
/// @}

}  // namespace tahvil::trust
