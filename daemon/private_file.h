#pragma once

#include <filesystem>
#include <string_view>

#include "crypto/bytes.h"

/// Files that hold secrets, or what must not be half written.
namespace tahvil::daemon {

constexpr std::size_t kMaxPrivateFile = std::size_t{64} * 1024;  ///< bytes

/// Reads a file that holds a secret. It must be a plain file of this process's user or of root, closed to everybody
/// else: mode 0600 or less. Throws InvalidInput: "private_file.unreadable", "private_file.open_to_others",
/// "private_file.too_large".
SecretBytes read_private_file(const std::filesystem::path& path);

/// A credential that systemd handed over ($CREDENTIALS_DIRECTORY, see systemd.exec(5)). The folder is closed to others
/// by systemd. Throws InvalidInput "private_file.no_credential" and as above.
SecretBytes read_credential(std::string_view name);

/// Writes a file of mode 0600 so that a crash leaves the one before it or the new one, whole: under another name,
/// synced, renamed, and the folder synced. Throws Error "private_file.write".
void write_private_file(const std::filesystem::path& path, ByteView content);

}  // namespace tahvil::daemon
