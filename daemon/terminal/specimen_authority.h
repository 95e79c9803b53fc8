#pragma once

#include <chrono>

#include "crypto/bytes.h"

namespace tahvil::daemon {

/// What a specimen authority answers to a request.
struct SpecimenCertificate {
    Bytes certificate;  ///< of the key in the request, DER
    Bytes authority;    ///< the anchor, DER; its name says that it is a specimen
};

/// Certifies a terminal for a demonstration. The authority is made for this one request, and its key is gone when this
/// returns. Throws as read_certificate_request().
SpecimenCertificate certify_as_specimen(ByteView request, std::chrono::sys_seconds now);

}  // namespace tahvil::daemon
