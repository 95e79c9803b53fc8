#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/trust/certificate.h"
#include "daemon/check/document_check.h"

namespace tahvil::daemon {

/// The certificates that a card's proofs rest on, each with its path to an anchor of a national PKI.
class CertificatePaths {
public:
    explicit CertificatePaths(const Knowledge& knowledge) : knowledge_(knowledge) {}

    /// A certificate that came with the card and may stand between the others and an anchor.
    void add_issuer(Bytes certificate) { issuers_.push_back(std::move(certificate)); }
    /// Verifies the path of a certificate. Throws MalformedData when it is none.
    void add(const std::string& name, Bytes certificate);

    /// The certificate of that name, whose views live as long as this; null when there is none.
    const trust::Certificate* find(std::string_view name) const;
    /// The first that was added, or null.
    const trust::Certificate* first() const;
    /// Whether signature, chain and validity of its path passed.
    bool authentic(std::string_view name) const;

    /// certificate_path.signature, .chain, .validity and .revocation: of each the worst of all paths, which is named.
    std::vector<Check> checks() const;
    TrustFacts trust() const;
    Deviations deviations() const;

private:
    struct Entry {
        std::string name;
        Bytes bytes;
        trust::Certificate certificate;
        trust::NationalPath path;
    };

    const Entry* entry(std::string_view name) const;

    const Knowledge& knowledge_;
    std::vector<Bytes> issuers_;
    std::vector<std::unique_ptr<const Entry>> entries_;
};

}  // namespace tahvil::daemon
