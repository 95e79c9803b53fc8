#pragma once

#include "daemon/check/signed_file_check.h"

namespace tahvil::daemon {

/// What a PIV card's issuer signed (SP 800-73-4 part 1, 3.1.2, 3.1.7; FIPS 201-2, 4.2): CHUID and facial image by their
/// own signatures, and by the security object the objects that it maps. The checks signed_file.chuid,
/// .security_object and .facial_image, as far as the objects were read; their signers are added to the paths.
void check_piv_objects(CertificatePaths& paths, const CardData& card, SignedFiles& found);

}  // namespace tahvil::daemon
