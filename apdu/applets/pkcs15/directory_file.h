#pragma once

#include <vector>

#include "crypto/bytes.h"

namespace tahvil::pkcs15 {

/// The AIDs that EF.DIR lists (ISO/IEC 7816-4, 12.2.1): the values of DO'4F', in DO'61' or alone, those of 1 to 16
/// bytes. A file that can not be understood lists what stands before the trouble.
std::vector<Bytes> application_identifiers(ByteView directory_file);

}  // namespace tahvil::pkcs15
