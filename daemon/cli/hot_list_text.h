#pragma once

#include <filesystem>

#include "crypto/trust/hot_list.h"
#include "daemon/cli/verbs.h"

namespace tahvil::cli {

/// Prints what the file of a hot list, whole or a delta, says of itself.
void print_hot_list(const Context& context, const std::filesystem::path& path);

/// The key that issuer and terminals share, from its file of 32 bytes.
trust::HotListKey read_hot_list_key(const std::filesystem::path& path);

}  // namespace tahvil::cli
