#pragma once

#include <cstddef>
#include <vector>

struct x509_st;

/// Which certificates may lead from one to an anchor (RFC 5280, 6: "the path must be built first"). Inside crypto/
/// only.
namespace tahvil::trust {

/// From the certificate that is to be judged to an anchor; nothing in it is owned.
using CandidatePath = std::vector<x509_st*>;

struct CandidatePaths {
    std::vector<CandidatePath> paths;  ///< the shortest first
    bool all = true;                   ///< false when there may be more: then that none of these holds proves nothing
};

/// Finds the paths in which each certificate has the name, the key identifier and the signature of the next. Whether
/// they hold is another question. The work is bounded whatever is handed in: kMaxSignatures verifications, kMaxPaths
/// paths, kMaxSteps steps; a certificate that leads to no anchor costs one look.
CandidatePaths find_candidate_paths(x509_st* leaf, const std::vector<x509_st*>& intermediates,
                                    const std::vector<x509_st*>& anchors);

constexpr std::size_t kMaxPathLength = 18;  ///< certificates, the leaf and the anchor among them
constexpr std::size_t kMaxSignatures = 512;
constexpr std::size_t kMaxPaths = 32;
constexpr std::size_t kMaxSteps = 4096;

/// Whether the one may be the other's issuer by name and key identifier, whatever it is allowed to do.
bool likely_issued(x509_st* issuer, x509_st* issued);

}  // namespace tahvil::trust
