#pragma once

#include "crypto/bytes.h"

namespace tahvil::piv {

/// The content of one gzip member (RFC 1952), as cards keep certificates that are too long otherwise (SP 800-73-4 part
/// 1, appendix A); some leave gzip's header away and have the zlib form (RFC 1950). Throws MalformedData
/// "piv.compressed_certificate" for what is neither, is broken off, or gives more than `most` bytes.
Bytes gunzip(ByteView compressed, std::size_t most);

}  // namespace tahvil::piv
