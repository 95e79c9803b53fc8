#include "crypto/random.h"

#include <openssl/rand.h>

#include "crypto/openssl.h"

namespace tahvil {

void system_random(std::span<std::uint8_t> into) {
    openssl::require(RAND_bytes(into.data(), static_cast<int>(into.size())), "draw random bytes");
}

Bytes random_bytes(const RandomSource& random, std::size_t size) {
    Bytes bytes(size);
    random(bytes);
    return bytes;
}

}  // namespace tahvil
