#include "daemon/journal/commitment.h"

#include "crypto/digest.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kSaltSize = 32;

Bytes hash_of(ByteView salt, std::string_view field, std::string_view value) {
    // The length keeps a field's end apart from its value's beginning.
    return digest(DigestAlgorithm::sha256, {salt, to_big_endian(field.size(), 4), as_bytes(field), as_bytes(value)});
}

}  // namespace

Commitment commit(std::string_view field, std::string_view value, const RandomSource& random) {
    Commitment commitment{random_bytes(random, kSaltSize), {}};
    commitment.hash = hash_of(commitment.salt, field, value);
    return commitment;
}

bool opens(ByteView hash, ByteView salt, std::string_view field, std::string_view value) {
    return salt.size() == kSaltSize && equal_in_constant_time(hash, hash_of(salt, field, value));
}

}  // namespace tahvil::daemon
