#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "crypto/trust/check.h"
#include "crypto/trust/path.h"
#include "crypto/trust/security_object.h"
#include "crypto/trust/trust_store.h"

/// Passive authentication (Doc 9303-11, 5.1): whether what was read is what an issuer signed. Bytes in, facts out;
/// nothing about a card is ever an exception here.
namespace tahvil::trust {

/// What the checks are judged by, beside the store.
struct Evaluation {
    Time at{};
    /// Older lists do not count; without a limit, a list counts until its own nextUpdate.
    std::optional<std::chrono::hours> revocation_age_limit;
    bool explain = false;  ///< fills in what OpenSSL says of each step
};

/// What EF.COM says, which nobody signed. (Its reader lies with the card's other files.)
struct StatedByCom {
    std::string lds_version;  ///< "0107"
    std::set<int> groups;     ///< 1 to 16
    std::string trouble;      ///< why the file could not be read; empty when it could
};

/// The files as they were read, each whole.
struct LdsFiles {
    ByteView security_object;
    std::optional<StatedByCom> com;       ///< nothing when the file was not read
    std::map<int, ByteView> data_groups;  ///< by number, 1 to 16
};

/// What a verdict says of trust.
struct TrustFacts {
    std::string anchor;                ///< in words, empty when there is none
    Bytes anchor_fingerprint;          ///< SHA-256 of its certificate
    std::string anchor_country;        ///< "DE"
    std::string signer_country;        ///< "DE"
    std::vector<std::string> sources;  ///< files that vouch for the anchor
    std::optional<Time> revocation_as_of;
    std::optional<Time> signing_time;
    bool specimen = false;
    std::uint64_t trust_version = 0;
};

/// The checks passive_authentication.structure, .signature, .chain, .validity, .revocation, .data_group_hashes and
/// .com_consistent, in this order, always all of them.
struct PassiveAuthentication {
    std::vector<Check> checks;
    Deviations deviations;
    TrustFacts trust;
    std::vector<PathStep> steps;
    /// The hashes of EF.SOD, when it could be read. They count only when signature and chain passed.
    std::optional<LdsSecurityObject> lds;
    /// Groups that were handed in and whose hash matches. Nothing of another group may be used.
    std::set<int> matching;

    /// Whether structure, signature, chain, validity and hashes passed: what chip authentication may be bound to.
    bool authentic() const;
};

PassiveAuthentication authenticate(const LdsFiles& files, const TrustStore& store, const Evaluation& evaluation);

/// The checks card_security.signature, .chain, .validity and .revocation of EF.CardSecurity, always all of them.
struct CardSecurityAuthentication {
    std::vector<Check> checks;
    Deviations deviations;
    TrustFacts trust;
    std::vector<PathStep> steps;
    Bytes security_infos;  ///< the signed SecurityInfos; empty when the file could not be read

    bool authentic() const;
};

CardSecurityAuthentication authenticate_card_security(ByteView file, const TrustStore& store,
                                                      const Evaluation& evaluation);

}  // namespace tahvil::trust
