#pragma once

#include <functional>
#include <span>

#include "crypto/bytes.h"

namespace tahvil {

/// Fills the span with random bytes. Handed in wherever randomness is used, so that a test can replay published
/// numbers.
using RandomSource = std::function<void(std::span<std::uint8_t>)>;

/// OpenSSL's generator, fit for keys. Throws CryptoError when the system has no entropy.
void system_random(std::span<std::uint8_t> into);

Bytes random_bytes(const RandomSource& random, std::size_t size);

}  // namespace tahvil
