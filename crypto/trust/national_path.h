#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "crypto/trust/check.h"
#include "crypto/trust/path.h"
#include "crypto/trust/trust_store.h"

/// Certification paths of national hierarchies by RFC 5280, clause 6: several levels, name constraints, policies,
/// revocation lists and OCSP responses, as OpenSSL judges them with its strict rules, and what the profile asks beyond
/// these. Every path that can be built is tried until one holds. Names of hosts, extended key usages and policies that
/// a caller wants are no questions here. (For documents see path.h, whose rules are others.)
namespace tahvil::trust {

/// What a path is to be built from; each element one certificate or list in DER.
struct NationalPathInput {
    ByteView leaf;
    std::vector<ByteView> intermediates;
    std::vector<ByteView> anchors;
    std::vector<ByteView> revocation_lists;
    Time at{};
    /// Older lists do not count; without a limit, a list counts until its own nextUpdate.
    std::optional<std::chrono::hours> revocation_age_limit = {};
    std::vector<ByteView> ocsp_responses = {};  ///< fetched before; nobody is asked now
};

/// The checks certificate_path.signature, .chain, .validity and .revocation, always all of them.
struct NationalPath {
    std::vector<Check> checks;
    Deviations deviations;
    std::vector<PathStep> steps;                ///< of every path that was tried; errors in OpenSSL's words
    std::vector<Bytes> chain;                   ///< from the leaf to the anchor, as far as it was built
    std::string anchor;                         ///< in words, when the chain passed
    std::optional<Time> revocation_as_of = {};  ///< thisUpdate of the oldest list or answer that was judged by

    /// Whether all four passed.
    bool authentic() const;
    /// Whether signature, chain and validity passed, whatever is known of revocation.
    bool authentic_without_revocation() const;
};

/// Every certificate below the anchor needs a list of its issuer or an answer of its responder: without either,
/// revocation is undetermined "no_list".
/// Where there are more paths than may be tried and none of those tried holds, the chain is undetermined
/// "too_many_paths".
NationalPath verify_national_path(const NationalPathInput& input);

/// With the store's anchors for national PKIs, its other certificates as intermediates, and its lists.
NationalPath verify_national_path(ByteView leaf, const std::vector<ByteView>& intermediates, const TrustStore& store,
                                  Time at, std::optional<std::chrono::hours> revocation_age_limit = {});

}  // namespace tahvil::trust
