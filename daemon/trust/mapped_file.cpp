#include "daemon/trust/mapped_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw Error("trust.folder", "could not read " + path.string() + ": " + std::generic_category().message(errno),
                "see that the file is there and that the daemon may read it");
}

}  // namespace

MappedFile map_file(const std::filesystem::path& path, Access access) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path);
    struct stat facts {};
    if (::fstat(file, &facts) != 0) {
        ::close(file);
        fail(path);
    }
    const auto size = static_cast<std::size_t>(facts.st_size);
    if (size == 0) {
        ::close(file);
        return {};
    }
    void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    if (memory == MAP_FAILED) fail(path);
    if (access == Access::scattered) ::madvise(memory, size, MADV_RANDOM);
    return {
        {static_cast<const std::uint8_t*>(memory), size},
        std::shared_ptr<const void>(memory, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); })};
}

void forget_pages(const MappedFile& file) {
    if (file.bytes.empty()) return;
    ::madvise(const_cast<std::uint8_t*>(file.bytes.data()), file.bytes.size(), MADV_DONTNEED);
}

}  // namespace tahvil::daemon
