#pragma once

#include <string>

#include "crypto/bytes.h"
#include "crypto/key.h"
#include "crypto/signer.h"

/// Asking an authority for a certificate: PKCS #10 (RFC 2986).
namespace tahvil::trust {

/// A request for a certificate that says digitalSignature, signed by the key that it is for, DER. `subject` is a Name,
/// see NameWriter. Throws as Signer::sign().
Bytes make_certificate_request(ByteView subject, const Signer& signer);

/// A request that was read, and whose signature was found good.
struct CertificateRequest {
    Bytes subject;  ///< Name, DER
    PublicKey key;
};

/// Throws MalformedData: "request.malformed", "request.signature", and as PublicKey::from_spki().
CertificateRequest read_certificate_request(ByteView der);

/// The text form (RFC 7468) of one structure: "CERTIFICATE REQUEST", "CERTIFICATE".
std::string write_pem(std::string_view label, ByteView der);

}  // namespace tahvil::trust
