#pragma once

#include <span>

#include "crypto/bytes.h"
#include "crypto/signer.h"
#include "crypto/trust/certificate.h"

namespace tahvil::trust {

/// A CMS SignedData (RFC 5652) in DER with the content enclosed as id-data and one signer, who is named by issuer and
/// serial number and signs content type, digest and signing time. `certificates` are DER, the signer's first. For keys
/// in a token as well; with every departure from the standards that documents have, see issuer.h. Throws InvalidInput
/// "signed_message.certificate" without a certificate, and as Signer::sign().
Bytes sign_message(ByteView content, const Signer& signer, std::span<const Bytes> certificates, Time signing_time);

}  // namespace tahvil::trust
