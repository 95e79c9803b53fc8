#include "daemon/private_file.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
constexpr std::string_view kUnfinished = ".unfinished";

std::string reason() {
    return std::generic_category().message(errno);
}

class Descriptor {
public:
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    int get() const { return value_; }

private:
    int value_;
};

[[noreturn]] void unreadable(const std::filesystem::path& path) {
    throw InvalidInput("private_file.unreadable", path.string() + " can not be read: " + reason(),
                       "Look whether it is there and whether this user may read it.");
}

SecretBytes read(const std::filesystem::path& path, bool closed_by_its_folder) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat about {};
    if (file.get() < 0 || ::fstat(file.get(), &about) != 0) unreadable(path);
    const bool closed = S_ISREG(about.st_mode) && (about.st_uid == ::geteuid() || about.st_uid == 0) &&
                        (closed_by_its_folder || (about.st_mode & (S_IRWXG | S_IRWXO)) == 0);
    if (!closed)
        throw InvalidInput("private_file.open_to_others",
                           path.string() + " holds a secret and is not this user's alone",
                           "chown it to the user of the daemon, and chmod 0600.");
    if (about.st_size > static_cast<off_t>(kMaxPrivateFile))
        throw InvalidInput("private_file.too_large", path.string() + " is too large for a key", "Name the right file.");
    SecretBytes content(static_cast<std::size_t>(about.st_size));
    std::size_t have = 0;
    while (have < content.size()) {
        const ssize_t got = ::read(file.get(), content.writable().data() + have, content.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) unreadable(path);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    content.truncate(have);
    return content;
}

[[noreturn]] void fail(const std::string& doing, const std::filesystem::path& path) {
    throw Error("private_file.write", "could not " + doing + " " + path.string() + ": " + reason(),
                "See that the disk has room and that the folder may be written.");
}

}  // namespace

SecretBytes read_private_file(const std::filesystem::path& path) {
    return read(path, false);
}

SecretBytes read_credential(std::string_view name) {
    const char* const folder = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe): never set here
    if (folder == nullptr || name.empty() || name.find('/') != std::string_view::npos)
        throw InvalidInput("private_file.no_credential", "systemd handed over no credential of that name",
                           "Add LoadCredential= to the unit of tahvild.");
    return read(std::filesystem::path(folder) / name, true);
}

void write_private_file(const std::filesystem::path& path, ByteView content) {
    const std::filesystem::path unfinished = path.string() + std::string(kUnfinished);
    {
        const Descriptor file(
            ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
        if (file.get() < 0 || ::fchmod(file.get(), kOwnerOnly) != 0) fail("make", unfinished);
        while (!content.empty()) {
            const ssize_t written = ::write(file.get(), content.data(), content.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("write", unfinished);
            content = content.subspan(static_cast<std::size_t>(written));
        }
        if (::fsync(file.get()) != 0) fail("sync", unfinished);
    }
    if (::rename(unfinished.c_str(), path.c_str()) != 0) fail("rename", unfinished);
    const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::fsync(folder.get()) != 0) fail("sync", path.parent_path());
}

}  // namespace tahvil::daemon
