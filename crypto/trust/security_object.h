#pragma once

#include <map>
#include <optional>
#include <string>

#include "crypto/digest.h"
#include "crypto/trust/signed_data.h"

namespace tahvil::trust {

/// LDSSecurityObject (Doc 9303-10, 4.6.2.3): the hashes of the data groups.
struct LdsSecurityObject {
    int version = 0;
    DigestAlgorithm digest = DigestAlgorithm::sha256;
    std::map<int, Bytes> hashes;                 ///< by the number of the data group, 1 to 16
    std::optional<std::string> lds_version;      ///< of version 1: "0108"
    std::optional<std::string> unicode_version;  ///< "040000"

    /// Takes the whole structure, DER or BER, and notes what it has of its own. Throws MalformedData
    /// "trust.security_object" and "asn1.malformed".
    static LdsSecurityObject parse(ByteView content, Deviations& deviations);
};

/// EF.SOD: the SignedData under tag 77, as views into bytes that must outlive it.
struct SecurityObject {
    SignedData signed_data;
    LdsSecurityObject lds;
    Deviations deviations;  ///< of encoding, content type and versions

    /// Takes a whole EF.SOD. Throws MalformedData: "trust.security_object", "trust.signed_data", "asn1.malformed".
    static SecurityObject parse(ByteView file);
};

/// EF.CardSecurity (TR-03110-3, A.1.2.5): a SignedData over SecurityInfos, without a tag around it.
struct CardSecurity {
    SignedData signed_data;
    Deviations deviations;

    static CardSecurity parse(ByteView file);

    /// The SecurityInfos, which count only when the signature and its chain do.
    ByteView security_infos() const { return signed_data.content(); }
};

}  // namespace tahvil::trust
