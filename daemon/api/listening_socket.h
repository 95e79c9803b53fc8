#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

namespace tahvil::daemon::api {

/// The socket that clients connect to.
class ListeningSocket {
public:
    /// Makes one at `path`, mode 0660 from its first moment on, given to `group` when there is one. A socket that no
    /// process serves any more is replaced. Throws Error("socket....") when the folder can be written by anybody but
    /// root and this user, when something else stands at the path, or when another daemon serves it.
    ListeningSocket(const std::string& path, std::optional<gid_t> group);

    /// The one that systemd opened and handed over (sd_listen_fds(3)); nothing when it did not. Throws Error when what
    /// was handed over is no listening Unix stream socket.
    static std::optional<ListeningSocket> activated();

    ListeningSocket(ListeningSocket&& other) noexcept;
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    /// Removes the file when it was made here.
    ~ListeningSocket();

    /// The descriptor, which is the caller's to close from now on.
    int release();

private:
    explicit ListeningSocket(int descriptor) : descriptor_(descriptor) {}

    int descriptor_ = -1;
    std::string path_;  ///< to be removed
};

}  // namespace tahvil::daemon::api
