#pragma once

#include <vector>

#include "crypto/trust/signed_data.h"

namespace tahvil::trust {

/// A CSCA master list (Doc 9303-12, 8 and appendix D): certificates of issuers, signed by one of them. Views into bytes
/// that must outlive it.
struct MasterList {
    SignedData signed_data;
    std::vector<ByteView> certificates;  ///< each raw and not looked into yet

    /// Throws MalformedData: "trust.master_list", "trust.signed_data", "asn1.malformed".
    static MasterList parse(ByteView file);
};

/// id-icao-cscaMasterList
const asn1::Oid& master_list_content_type();

}  // namespace tahvil::trust
