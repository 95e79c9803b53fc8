#pragma once

#include <cstddef>
#include <filesystem>

#include "crypto/bytes.h"

namespace tahvil::cli {

/// Reads a whole file that a person named. Throws InvalidInput "file.unreadable", or "file.too_large" beyond `most`
/// bytes.
Bytes read_input_file(const std::filesystem::path& path, std::size_t most);

inline constexpr std::size_t kLargestCardFile = 4UL * 1024 * 1024;
inline constexpr std::size_t kLargestTrustFile = 1024UL * 1024 * 1024;

}  // namespace tahvil::cli
