#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "crypto/trust/check.h"
#include "crypto/trust/trust_store.h"

/// Certification paths by the rules of Doc 9303-12, clause 4 and 7, which are not those of TLS.
namespace tahvil::trust {

/// One certificate tried as the issuer of another, for a person who asks why.
struct PathStep {
    std::string certificate;  ///< whose issuer was looked for
    std::string candidate;    ///< what was tried; empty when there was nothing to try
    bool accepted = false;
    std::string reason;   ///< stable: "signature_invalid"; empty when accepted
    std::string words;    ///< a sentence
    std::string openssl;  ///< what OpenSSL says of the same, in its own words; empty when it was not asked
    std::vector<std::string> values = {};  ///< what the sentence names, to be said in another language
};

/// What a signer has to be, beside being below an anchor.
struct SignerRules {
    Purpose purpose = Purpose::documents;
    /// Extended key usage that the signer's certificate must have: a list signer's.
    std::optional<asn1::Oid> extended_key_usage;
    bool explain = false;  ///< asks OpenSSL as well, for the steps

    static SignerRules document_signer();
    static SignerRules master_list_signer();  ///< 2.23.136.1.1.3
    static SignerRules hot_list_signer();     ///< hot_list_signer_usage()
};

/// The extended key usage of this program's own that a signer of hot lists must have.
const asn1::Oid& hot_list_signer_usage();

/// How a signer hangs together with the store. Time and revocation are other questions, see below.
struct DocumentPath {
    Result result = Result::undetermined;
    std::string reason;
    Details detail;
    Deviations deviations;
    std::vector<PathStep> steps;
    std::vector<Certificate> chain;     ///< from the signer to the anchor, when passed
    std::optional<std::size_t> anchor;  ///< its index in the store
};

/// Looks for a path from the signer to an anchor: the issuer in one step, or over link certificates. Candidates are
/// found by key identifier, then by name, and tried in turn. The views in the result live as long as the store and the
/// signer.
DocumentPath find_document_path(const TrustStore& store, const Certificate& signer, const SignerRules& rules);

/// The validity of a chain at a time, by the rule for expired signers. `chain` may be the signer alone.
/// passed with a deviation, or failed: "not_yet_valid", "expired" (signed outside the validity), "issuer_expired".
Check judge_validity(std::string id, const std::vector<Certificate>& chain, std::optional<Time> signing_time, Time at,
                     Deviations& deviations);

struct RevocationJudgement {
    Check check;
    std::optional<Time> as_of;  ///< thisUpdate of the oldest list that was relied upon
};

/// What the store's lists say of each certificate of the chain below the anchor.
/// passed, failed "revoked", undetermined "no_list", "list_unusable" or "list_too_old".
RevocationJudgement judge_revocation(std::string id, const TrustStore& store, const std::vector<Certificate>& chain,
                                     Time at, std::optional<std::chrono::hours> age_limit);

}  // namespace tahvil::trust
