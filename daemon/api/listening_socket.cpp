#include "daemon/api/listening_socket.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "crypto/error.h"

namespace tahvil::daemon::api {

namespace {

constexpr mode_t kMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP;

Error failed(const std::string& what) {
    return {"socket.unusable", what + ": " + std::error_code(errno, std::generic_category()).message()};
}

int open_socket() {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) throw failed("no socket could be made");
    return descriptor;
}

void require_safe_folder(const std::string& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) throw failed("the folder " + folder + " of the socket");
    const bool trusted_owner = status.st_uid == 0 || status.st_uid == ::geteuid();
    if (!S_ISDIR(status.st_mode) || !trusted_owner || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        throw Error("socket.unsafe_folder",
                    "the folder " + folder + " of the socket can be written by others, who could put their own there",
                    "Let the folder belong to the daemon's user or root, with mode 0755.");
}

/// Removes what an earlier run left behind.
void clear(const std::string& path, const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return;
        throw failed(path);
    }
    if (!S_ISSOCK(status.st_mode))
        throw Error("socket.in_the_way", path + " is there and is no socket", "Remove it, or choose another path.");
    const int probe = open_socket();
    const int connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int reason = errno;
    ::close(probe);
    if (connected == 0 || reason == EAGAIN)
        throw Error("socket.in_use", "another daemon serves " + path, "Stop it first, or choose another path.");
    if (::unlink(path.c_str()) != 0) throw failed(path);
}

}  // namespace

ListeningSocket::ListeningSocket(const std::string& path, std::optional<gid_t> group) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!path.starts_with('/') || path.size() >= sizeof address.sun_path)
        throw Error("socket.bad_path", "the path of the socket is not absolute or too long",
                    "Use an absolute path of less than " + std::to_string(sizeof address.sun_path) + " bytes.");
    std::memcpy(address.sun_path, path.data(), path.size());
    const std::size_t slash = path.rfind('/');
    require_safe_folder(slash == 0 ? "/" : path.substr(0, slash));
    clear(path, address);

    descriptor_ = open_socket();
    try {
        // The mode of the descriptor becomes that of the file, so that it is never more open than this.
        if (::fchmod(descriptor_, kMode) != 0 ||
            ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw failed(path);
        path_ = path;
        if (group && ::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0)
            throw failed(path + " can not be given to its group");
        if (::chmod(path.c_str(), kMode) != 0 || ::listen(descriptor_, SOMAXCONN) != 0) throw failed(path);
    } catch (...) {
        ::close(descriptor_);
        if (!path_.empty()) ::unlink(path_.c_str());
        throw;
    }
}

std::optional<ListeningSocket> ListeningSocket::activated() {
    const int count = ::sd_listen_fds(1);
    if (count == 0) return std::nullopt;
    if (count != 1 || ::sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, nullptr, 0) <= 0)
        throw Error("socket.activation", "what systemd handed over is not one listening Unix stream socket",
                    "Correct the socket unit.");
    return ListeningSocket{SD_LISTEN_FDS_START};
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::exchange(other.path_, {})) {}

ListeningSocket::~ListeningSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!path_.empty()) ::unlink(path_.c_str());
}

int ListeningSocket::release() {
    return std::exchange(descriptor_, -1);
}

}  // namespace tahvil::daemon::api
