#pragma once

#include <string>
#include <vector>

#include "crypto/openssl.h"
#include "crypto/trust/national_path.h"
#include "crypto/trust/ocsp_response.h"

/// What a path is built from, taken apart once for all attempts. Inside crypto/ only.
namespace tahvil::trust {

using X509List = openssl::Handle<X509_CRL, X509_CRL_free>;

struct PathMaterial {
    openssl::Certificate leaf;
    std::vector<openssl::Certificate> anchors;
    std::vector<openssl::Certificate> intermediates;
    std::vector<X509List> lists;
    std::vector<OcspResponse> responses;  ///< views into what came in
    bool some_list_left_out = false;
};

/// Leaf and anchors must be certificates: throws MalformedData. Of the rest, which others hand in, what can not be read
/// or is not of the profile is left out.
PathMaterial read_material(const NationalPathInput& input);

std::vector<X509*> pointers(const std::vector<openssl::Certificate>& certificates);

Bytes to_der(X509* certificate);
/// As Certificate::description(), in words as well where our own reader refuses the certificate.
std::string describe(ByteView der);
std::string describe(X509* certificate);  ///< nothing of no certificate

}  // namespace tahvil::trust
