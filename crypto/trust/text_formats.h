#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

/// The text wrappings in which certificates and lists travel.
namespace tahvil::trust {

struct PemBlock {
    std::string label;  ///< "CERTIFICATE"
    Bytes content;
};

bool looks_like_pem(ByteView file);
/// All blocks (RFC 7468); text between them is passed over. Throws MalformedData: "trust.pem", "base64.malformed".
std::vector<PemBlock> read_pem(ByteView file);

struct LdifValue {
    std::string attribute;  ///< in lower case, without options: "usercertificate"
    Bytes content;
};

bool looks_like_ldif(ByteView file);
/// All base64 values (RFC 2849); others are passed over. Throws MalformedData "base64.malformed".
std::vector<LdifValue> read_ldif(ByteView file);

}  // namespace tahvil::trust
