#pragma once

#include <map>
#include <optional>

#include "crypto/trust/path_finding.h"
#include "crypto/trust/path_material.h"

/// Whether the certificates of a path are revoked, as their issuers' lists and responders say. Inside crypto/ only.
namespace tahvil::trust {

/// What lists have said while OpenSSL walked over a path, by the place of the certificate in it (the leaf is 0).
class ListEvidence {
public:
    /// Lists that are older than `oldest` do not count.
    explicit ListEvidence(std::optional<Time> oldest) : oldest_(oldest) {}

    /// OpenSSL found fault with a list, or found a certificate on it.
    void object(int place, const Finding& finding);

    /// OpenSSL has looked for a certificate in a list. A base that a delta has carried forward is as old as the delta,
    /// which is looked at before it; `last` says that the base is not going to be looked at.
    void searched(int place, const x509_st* certificate, const X509_crl_st* list, bool last);

    struct Found {
        Check judged{{}, Result::passed, {}, {}};
        std::optional<Time> as_of;  ///< thisUpdate of the oldest list that was searched
    };
    /// Nothing was found where no list was searched.
    const Found* at(int place) const;

private:
    std::optional<Time> oldest_;
    std::map<int, Found> found_;
    const x509_st* carried_ = nullptr;
    Time carried_to_{};
};

/// Fills in certificate_path.revocation and revocation_as_of of a path whose chain holds. A certificate is revoked when
/// a list or a responder says so, and not when one of them says that; what neither says is undetermined.
void judge_revocation(NationalPath& path, const ListEvidence& lists, const PathMaterial& material,
                      const NationalPathInput& input);

}  // namespace tahvil::trust
