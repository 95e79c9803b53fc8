#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/digest.h"
#include "crypto/trust/certificate.h"

/// What a responder has said of certificates (RFC 6960). A response is fetched by an operator and taken into the trust
/// store, as a revocation list is: nothing here asks anybody anything.
namespace tahvil::trust {

enum class OcspStatus : std::uint8_t { good, revoked, unknown };

/// A SingleResponse, as views into the response.
struct OcspAnswer {
    ByteView certificate_id;  ///< the whole CertID
    DigestAlgorithm digest{};
    ByteView issuer_name_hash, issuer_key_hash;
    ByteView serial;  ///< content octets
    OcspStatus status{};
    Time this_update{};
    std::optional<Time> next_update;
    std::optional<Time> revoked_since;
};

/// A successful basic response as views into bytes that must outlive it.
class OcspResponse {
public:
    static constexpr std::size_t kMaxAnswers = 256;

    /// Whether these bytes begin as an OCSPResponse does: told from certificates, lists and CMS by its first element.
    static bool looks_like_one(ByteView file);

    /// Takes one OCSPResponse, all of `raw`. Throws MalformedData "trust.ocsp_response": malformed, a refusal of the
    /// responder, more than kMaxAnswers answers, a critical extension.
    static OcspResponse parse(ByteView raw);

    ByteView raw() const { return raw_; }
    Time produced_at() const { return produced_at_; }
    const std::vector<OcspAnswer>& answers() const& { return answers_; }
    const std::vector<OcspAnswer>& answers() && = delete;  // they go with the response

    /// The answer about a certificate of that issuer, by the digests of its name and key; null when there is none.
    const OcspAnswer* about(const Certificate& issued, const Certificate& issuer) const;
    /// Whether every answer is about a certificate of that issuer.
    bool is_of(const Certificate& issuer) const;

    /// Whether the issuer signed it, or one whom the issuer has delegated (RFC 6960, 4.2.2.2) by a certificate that is
    /// valid at that time, is in the response, and needs no revocation check of its own (id-pkix-ocsp-nocheck). Made
    /// with SHA-1 or MD5 it counts as not signed.
    bool signed_for(const Certificate& issuer, Time at) const;

    std::string description() const;  ///< "OCSP response of 2026-05-28T08:28:45Z for serial 04CD"

private:
    ByteView raw_;
    Time produced_at_{};
    std::vector<OcspAnswer> answers_;
};

}  // namespace tahvil::trust
