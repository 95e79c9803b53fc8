#pragma once

#include <vector>

#include "apdu/channel.h"
#include "crypto/bytes.h"

namespace tahvil::pkcs15 {

/// Reads EF.DIR by its short identifier (ISO/IEC 7816-4, 12.2.1), which takes one command, or where it has records one
/// more for each, and answers as application_identifiers(). Empty for a card that has none.
std::vector<Bytes> read_application_identifiers(Channel& card);

/// The AIDs that EF.DIR lists (ISO/IEC 7816-4, 12.2.1): the values of DO'4F', in DO'61' or alone, those of 1 to 16
/// bytes. A file that can not be understood lists what stands before the trouble.
std::vector<Bytes> application_identifiers(ByteView directory_file);

}  // namespace tahvil::pkcs15
