#pragma once

#include <string_view>

#include "crypto/bytes.h"
#include "crypto/random.h"

namespace tahvil::daemon {

/// Stands for a personal value in the journal. Who has the salt can show that the value was this one; when the salt is
/// erased, the hash says nothing any more, and the journal still verifies.
struct Commitment {
    Bytes salt;  ///< 32 bytes, to be kept in the record and nowhere else
    Bytes hash;  ///< SHA-256, for the journal
};

Commitment commit(std::string_view field, std::string_view value, const RandomSource& random = system_random);

/// Whether `hash` was made of that field, value and salt.
bool opens(ByteView hash, ByteView salt, std::string_view field, std::string_view value);

}  // namespace tahvil::daemon
