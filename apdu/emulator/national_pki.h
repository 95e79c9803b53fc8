#pragma once

#include <string_view>
#include <vector>

#include "apdu/emulator/person.h"
#include "crypto/trust/issuer.h"

namespace tahvil::emulator {

/// A specimen of a national PKI, for cards that rest on X.509: a root, an issuing authority below it, and the lists of
/// both. Keys exist only as long as this object, and the names say SPECIMEN.
struct NationalPki {
    trust::CertifiedKey root;
    trust::CertifiedKey issuing_authority;
    Bytes root_revocation_list;  ///< DER, of the root
    Bytes revocation_list;       ///< DER, of the issuing authority

    /// New keys. Certificates are valid from six years before `now`, the lists are an hour old and valid for 30 days.
    /// `country` has two letters.
    static NationalPki make(trust::Time now, std::string_view country = "UT");

    /// A certificate of the issuing authority for a person: serialNumber is the national code, the common name both
    /// names and `purpose`. `extensions` are further ones, DER.
    trust::CertifiedKey certify(const Person& person, std::string_view purpose, PrivateKey key,
                                std::vector<trust::KeyUsage> usage, trust::Validity validity,
                                std::vector<Bytes> extensions = {}) const;

    /// A key of the authority itself, which signs data on cards. `usage` are extended key usages.
    trust::CertifiedKey object_signer(std::string_view common_name, PrivateKey key, trust::Validity validity,
                                      std::vector<asn1::Oid> usage = {}) const;
};

}  // namespace tahvil::emulator
