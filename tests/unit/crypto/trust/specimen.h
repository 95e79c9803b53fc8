#pragma once

#include <chrono>

#include "crypto/trust/issuer.h"
#include "crypto/trust/trust_store.h"

/// A small PKI with fresh keys, for the tests of this folder.
namespace tahvil::trust::specimen {

inline Time at(int year, unsigned month = 1, unsigned day = 1) {
    return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day));
}

inline const Validity kIssuerValidity{at(2020), at(2040)};
inline const Validity kSignerValidity{at(2024), at(2034)};
inline const Time kNow = at(2026, 6);

inline Bytes issuer_name(std::string_view country = "UT") {
    return NameWriter().country(country).organization("Specimen").common_name("CSCA of " + std::string(country)).der();
}

inline Bytes signer_name(std::string_view country = "UT") {
    return NameWriter().country(country).organization("Specimen").common_name("Document Signer 1").der();
}

inline CertifiedKey country_signer(std::string_view country = "UT", Curve curve = Curve::brainpool_p256r1) {
    return issue_self_signed(CertificateTemplate::country_signer(issuer_name(country), kIssuerValidity),
                             PrivateKey::generate_ec(curve));
}

inline CertificateTemplate document_signer_template(std::string_view country = "UT") {
    CertificateTemplate what = CertificateTemplate::document_signer(signer_name(country), kSignerValidity);
    what.serial = {0x10, 0x01};
    return what;
}

inline CertifiedKey document_signer(const CertifiedKey& issuer, std::string_view country = "UT") {
    return issue(document_signer_template(country), PrivateKey::generate_ec(Curve::secp256r1), issuer);
}

/// A store whose anchors for documents are these certificates.
inline std::shared_ptr<const TrustStore> store_of(const std::vector<Bytes>& anchors,
                                                  const std::vector<Bytes>& others = {},
                                                  const std::vector<Bytes>& revocation_lists = {},
                                                  Purposes purposes = {Purpose::documents}) {
    StoreContent content;
    content.number = 1;
    content.created_at = kNow;
    for (const Bytes& anchor : anchors) content.items.push_back({anchor, purposes, Status::trusted, {}});
    for (const Bytes& other : others) content.items.push_back({other, {}, Status::certificate, {}});
    content.revocation_lists = revocation_lists;
    return TrustStore::from_bytes(encode(content));
}

}  // namespace tahvil::trust::specimen
