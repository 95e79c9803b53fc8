#include "crypto/trust/path_material.h"

#include <algorithm>

#include "crypto/error.h"
#include "crypto/openssl.h"
#include "crypto/trust/certificate_profile.h"

namespace tahvil::trust {

namespace {

X509Certificate parse_certificate(ByteView der) {
    const unsigned char* at = der.data();
    X509Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
    if (!certificate || at != der.data() + der.size()) {
        openssl::clear_errors();
        throw MalformedData("trust.certificate", "Certificate: not one that can be read");
    }
    return certificate;
}

X509List parse_list(ByteView der) {
    const unsigned char* at = der.data();
    X509List list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())), X509_CRL_free);
    if (!list || at != der.data() + der.size()) {
        openssl::clear_errors();
        throw MalformedData("trust.revocation_list", "Revocation list: not one that can be read");
    }
    return list;
}

}  // namespace

PathMaterial read_material(const NationalPathInput& input) {
    PathMaterial material;
    for (const ByteView anchor : input.anchors) material.anchors.push_back(parse_certificate(anchor));
    for (const ByteView other : input.intermediates) {
        try {
            material.intermediates.push_back(parse_certificate(other));
        } catch (const MalformedData&) {
        }
    }
    for (const ByteView raw : input.revocation_lists) {
        try {
            X509List list = parse_list(raw);
            if (!refuse_by_profile(list.get())) {
                material.lists.push_back(std::move(list));
                continue;
            }
        } catch (const MalformedData&) {
        }
        material.some_list_left_out = true;
    }
    for (const ByteView raw : input.ocsp_responses) {
        try {
            material.responses.push_back(OcspResponse::parse(raw));
        } catch (const MalformedData&) {
        }
    }
    material.leaf = parse_certificate(input.leaf);
    return material;
}

std::vector<X509*> pointers(const std::vector<X509Certificate>& certificates) {
    std::vector<X509*> all;
    all.reserve(certificates.size());
    for (const X509Certificate& certificate : certificates) all.push_back(certificate.get());
    return all;
}

Bytes to_der(X509* certificate) {
    Bytes der(static_cast<std::size_t>(std::max(i2d_X509(certificate, nullptr), 0)));
    unsigned char* at = der.data();
    if (!der.empty()) i2d_X509(certificate, &at);
    return der;
}

std::string describe(ByteView der) {
    try {
        return Certificate::parse(der).description();
    } catch (const MalformedData&) {
        return "a certificate that our own reader refuses";
    }
}

std::string describe(X509* certificate) {
    return certificate == nullptr ? std::string() : describe(ByteView(to_der(certificate)));
}

}  // namespace tahvil::trust
