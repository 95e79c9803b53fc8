#pragma once

#include <filesystem>
#include <memory>

#include "crypto/bytes.h"

namespace tahvil::daemon {

/// A file mapped into memory, read-only. Its pages belong to the file and not to the process.
struct MappedFile {
    ByteView bytes;
    std::shared_ptr<const void> owner;
};

/// How the file is going to be read: the whole of it, or here and there.
enum class Access : std::uint8_t { whole, scattered };

/// Throws Error "trust.folder" when it can not be opened.
MappedFile map_file(const std::filesystem::path& path, Access access = Access::whole);

/// Takes the file's pages out of this process's memory; what is read next comes back.
void forget_pages(const MappedFile& file);

}  // namespace tahvil::daemon
