#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "crypto/bytes.h"
#include "crypto/key.h"
#include "crypto/random.h"
#include "crypto/signer.h"

/// SD-JWT (RFC 9901) as receipts use it: compact, signed by ES256, certificates in the x5c header, SHA-256, without key
/// binding.
namespace tahvil::daemon {

constexpr std::size_t kMaxSdJwt = std::size_t{256} * 1024;  ///< bytes
constexpr std::size_t kMaxDisclosures = 256;

struct SdJwtContent {
    std::string type;                 ///< the typ header: "tahvil-receipt+sd-jwt"
    std::vector<Bytes> certificates;  ///< DER, the signer's first
    boost::json::object open;         ///< claims that everyone sees
    boost::json::object disclosable;  ///< claims of which only a salted digest is signed
};

/// Signs, and answers with every disclosure attached. Throws InvalidInput "sd_jwt.claim" when a claim stands in both
/// objects or has a name that the format reserves; CryptoError "crypto.wrong_key" when the key is not on P-256.
std::string issue_sd_jwt(const SdJwtContent& content, const Signer& signer, const RandomSource& random = system_random);

/// The same with only those disclosures left whose claims are named. Throws as SdJwt::parse().
std::string withhold(std::string_view sd_jwt, const std::set<std::string, std::less<>>& disclosed);

/// What was found out about a signed text. Claims are there only when it is verified.
struct SdJwtCheck {
    enum class Result : std::uint8_t { verified, bad_signature, not_yet_valid, expired };
    Result result = Result::bad_signature;
    boost::json::object claims;  ///< open ones, and those that are disclosed
};

/// An SD-JWT that was read, and of which nothing is believed yet.
class SdJwt {
public:
    /// Follows RFC 9901, 7.1 but for the signature. Throws MalformedData "sd_jwt.malformed" for any departure: an
    /// algorithm other than ES256, a critical header, a disclosure that no digest asks for, a digest or a claim that
    /// stands twice, a key binding.
    static SdJwt parse(std::string_view text);

    const std::string& type() const { return type_; }
    /// DER, the signer's first; whether they lead to an anchor is for the caller to find out.
    const std::vector<Bytes>& certificates() const { return certificates_; }

    /// `now` is held against the claims nbf and exp, where they are there; without it they are the caller's business.
    SdJwtCheck check(const PublicKey& issuer, std::optional<std::chrono::sys_seconds> now) const;

private:
    SdJwt() = default;

    std::string type_;
    std::vector<Bytes> certificates_;
    std::string signed_part_;
    Bytes signature_;
    boost::json::object claims_;
};

}  // namespace tahvil::daemon
