#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/asn1.h"
#include "crypto/bytes.h"
#include "crypto/key.h"
#include "crypto/signature.h"
#include "crypto/trust/deviation.h"
#include "crypto/trust/signature_attempts.h"

namespace tahvil::trust {

using asn1::Time;

struct Validity {
    Time not_before{};
    Time not_after{};

    bool contains(Time at) const { return not_before <= at && at <= not_after; }
};

struct BasicConstraints {
    bool authority = false;
    std::optional<int> path_length;
};

/// Bits of the key usage extension (RFC 5280, 4.2.1.3), the first bit of the string being the highest.
enum class KeyUsage : std::uint16_t {
    digital_signature = 0x8000,
    content_commitment = 0x4000,
    key_encipherment = 0x2000,
    data_encipherment = 0x1000,
    key_agreement = 0x0800,
    certificate_sign = 0x0400,
    crl_sign = 0x0200,
};

/// An X.509 certificate as a set of views into bytes that are not owned and must outlive it. Reading one allocates
/// nothing, so that a list of hundreds costs little; the key is made when it is asked for.
class Certificate {
public:
    /// Takes one certificate, all of `raw`, in DER or, reported by not_der(), in BER.
    /// Throws MalformedData when it is none, or when an extension that is known is malformed or there twice.
    static Certificate parse(ByteView raw);

    ByteView raw() const { return raw_; }
    ByteView signed_part() const { return tbs_; }                ///< tbsCertificate, the bytes that were signed
    ByteView signature_algorithm() const { return algorithm_; }  ///< AlgorithmIdentifier
    ByteView signature() const { return signature_; }
    int version() const { return version_; }     ///< 1 to 3
    ByteView serial() const { return serial_; }  ///< content octets of the INTEGER, as they are
    ByteView issuer() const { return issuer_; }
    ByteView subject() const { return subject_; }
    const Validity& validity() const { return validity_; }
    ByteView spki() const { return spki_; }
    /// The bits of the public key without algorithm, tag and length, of which identifiers are made. Throws
    /// MalformedData "asn1.malformed".
    ByteView key_bits() const;

    ByteView authority_key_id() const { return authority_key_id_; }  ///< empty when there is none
    ByteView subject_key_id() const { return subject_key_id_; }      ///< empty when there is none
    bool has_key_usage() const { return has_key_usage_; }
    bool allows(KeyUsage usage) const { return (key_usage_ & static_cast<unsigned>(usage)) != 0; }
    const std::optional<BasicConstraints>& basic_constraints() const { return basic_constraints_; }
    bool has_extended_key_usage() const { return !extended_key_usage_.empty(); }
    bool has_extended_key_usage(const asn1::Oid& purpose) const;
    /// The first critical extension that this program does not know, in dotted form.
    std::optional<std::string> unknown_critical_extension() const;
    bool not_der() const { return not_der_; }

    /// Whether issuer and subject are the same bytes.
    bool self_issued() const { return equal(issuer_, subject_); }
    std::string country() const;  ///< of the subject

    /// Throws MalformedData: "crypto.unknown_key", "crypto.unknown_curve", "crypto.bad_key".
    PublicKey public_key() const;
    Bytes fingerprint() const;  ///< SHA-256 of the raw bytes

    /// What its own encoding has of departures: BER, a serial number out of range. (Not the key, which takes longer.)
    Deviations deviations() const;

    /// "C=DE, O=bund, CN=csca-germany, serial 04CD"
    std::string description() const;

private:
    Certificate() = default;
    static Certificate parse(ByteView raw, asn1::Rules rules);
    void read_tbs(asn1::Cursor tbs);
    void read_extensions(asn1::Cursor extensions);
    void read_extension(ByteView type, bool critical, ByteView value, asn1::Rules rules);

    ByteView raw_, tbs_, algorithm_, signature_, serial_, issuer_, subject_, spki_;
    ByteView authority_key_id_, subject_key_id_, extended_key_usage_, unknown_critical_;
    Validity validity_;
    std::optional<BasicConstraints> basic_constraints_;
    int version_ = 1;
    std::uint16_t key_usage_ = 0;
    std::uint16_t extensions_seen_ = 0;
    bool has_key_usage_ = false;
    bool not_der_ = false;
};

/// Whether `issuer`'s key made the certificate's signature. How it was made is in `used`, for those who judge its
/// strength. False when the algorithm is not one of ours.
bool signed_by(const Certificate& certificate, const PublicKey& issuer, SignatureAttempt* used = nullptr);

}  // namespace tahvil::trust
