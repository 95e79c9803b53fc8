#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/trust/national_path.h"
#include "crypto/trust/ocsp_response.h"

struct x509_st;
struct X509_crl_st;

/// What a path is built from, taken apart once for all attempts. Inside crypto/ only.
namespace tahvil::trust {

using X509Certificate = std::shared_ptr<x509_st>;
using X509List = std::shared_ptr<X509_crl_st>;

struct PathMaterial {
    X509Certificate leaf;
    std::vector<X509Certificate> anchors;
    std::vector<X509Certificate> intermediates;
    std::vector<X509List> lists;
    std::vector<OcspResponse> responses;  ///< views into what came in
    bool some_list_left_out = false;
};

/// Leaf and anchors must be certificates: throws MalformedData. Of the rest, which others hand in, what can not be read
/// or is not of the profile is left out.
PathMaterial read_material(const NationalPathInput& input);

std::vector<x509_st*> pointers(const std::vector<X509Certificate>& certificates);

Bytes to_der(x509_st* certificate);
/// As Certificate::description(), in words as well where our own reader refuses the certificate.
std::string describe(ByteView der);
std::string describe(x509_st* certificate);  ///< nothing of no certificate

}  // namespace tahvil::trust
