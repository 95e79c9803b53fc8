#pragma once

#include <string>

#include "crypto/trust/issuer.h"

namespace tahvil::emulator {

/// The issuer of specimens: a country signer and a document signer whose keys exist only as long as this object, and
/// whose names say SPECIMEN. What a trust store needs of it is in `country_signer.certificate` and `revocation_list`.
struct SpecimenPki {
    trust::CertifiedKey country_signer;
    trust::CertifiedKey document_signer;
    Bytes revocation_list;  ///< DER, of the country signer, empty of entries
    Bytes hot_list;         ///< signed, of cards of the specimens' issuing state, on which none of them stands
    Bytes hot_list_key;     ///< trust::HotListKey::kSize bytes

    /// New keys. Certificates are valid from a day before `now`, the lists are an hour old and the revocation list is
    /// valid for 30 days. `country` has two letters.
    static SpecimenPki make(trust::Time now, std::string_view country = "UT");
};

}  // namespace tahvil::emulator
