#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/trust/check.h"
#include "crypto/trust/path.h"
#include "crypto/trust/trust_store.h"

/// Certification paths of national hierarchies by RFC 5280, clause 6: several levels, name constraints, policies and
/// revocation lists, as OpenSSL judges them with its strict rules. (For documents see path.h, whose rules are others.)
namespace tahvil::trust {

/// What a path is to be built from; each element one certificate or list in DER.
struct NationalPathInput {
    ByteView leaf;
    std::vector<ByteView> intermediates;
    std::vector<ByteView> anchors;
    std::vector<ByteView> revocation_lists;
    Time at{};
};

/// The checks certificate_path.signature, .chain, .validity and .revocation, always all of them.
struct NationalPath {
    std::vector<Check> checks;
    std::vector<PathStep> steps;  ///< each error, in OpenSSL's words
    std::vector<Bytes> chain;     ///< from the leaf to the anchor, as far as it was built
    std::string anchor;           ///< in words, when the chain passed

    /// Whether all four passed.
    bool authentic() const;
    /// Whether signature, chain and validity passed, whatever is known of revocation.
    bool authentic_without_revocation() const;
};

/// Without any list, revocation is undetermined "no_list"; with lists, every certificate below the anchor needs one.
NationalPath verify_national_path(const NationalPathInput& input);

/// With the store's anchors for national PKIs, its other certificates as intermediates, and its lists.
NationalPath verify_national_path(ByteView leaf, const std::vector<ByteView>& intermediates, const TrustStore& store,
                                  Time at);

}  // namespace tahvil::trust
