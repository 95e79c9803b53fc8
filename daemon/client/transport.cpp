#include "daemon/client/transport.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/api/http.h"
#include "daemon/client/client.h"

namespace tahvil::client {

namespace {

using Clock = std::chrono::steady_clock;
using daemon::api::ResponseReader;

constexpr std::uint64_t kLargestAnswer = 256ULL * 1024 * 1024;
constexpr timeval kConnectTime{5, 0};

Unreachable unreachable(const std::string& what) {
    return {"daemon.unreachable", what, "Look whether tahvild runs (systemctl status tahvild) and at --socket."};
}

Unreachable unreachable_by_errno(const std::string& what) {
    return unreachable(what + ": " + std::error_code(errno, std::generic_category()).message());
}

}  // namespace

class Transport::Impl {
public:
    explicit Impl(const std::string& path) : path_(path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.empty() || path.size() >= sizeof address.sun_path)
            throw unreachable("the path of the socket is empty or too long");
        std::memcpy(address.sun_path, path.data(), path.size());
        socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (socket_ < 0) throw unreachable_by_errno("no socket could be made");
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kConnectTime, sizeof kConnectTime);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            const int reason = errno;
            ::close(socket_);
            errno = reason;
            throw unreachable_by_errno("tahvild can not be reached at " + path);
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { ::close(socket_); }

    void send(std::string_view method, std::string_view target, const Fields& fields, ByteView body,
              Clock::time_point deadline) {
        std::string head = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: tahvil\r\n";
        for (const auto& [name, value] : fields) head += std::string{name} + ": " + std::string{value} + "\r\n";
        if (!body.empty() || method == "POST") head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        head += "\r\n";
        if (write(as_bytes(head), deadline)) write(body, deadline);
    }

    /// Takes bytes from the daemon into the reader until `enough`.
    template <typename Enough>
    void receive(ResponseReader& reader, Clock::time_point deadline, const Enough& enough) {
        feed(reader);
        while (!enough()) {
            wait(POLLIN, deadline);
            std::array<std::uint8_t, 16384> piece{};
            const ssize_t size = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
            if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (size <= 0) throw unreachable("the connection to tahvild was closed before the answer was whole");
            input_.insert(input_.end(), piece.begin(), piece.begin() + size);
            wipe(piece);  // an answer may hold a key
            feed(reader);
        }
    }

private:
    void feed(ResponseReader& reader) {
        try {
            reader.feed(input_);
        } catch (const MalformedData& error) {
            throw unreachable("the answer from " + path_ + " is no HTTP: " + error.what());
        }
    }

    short wait(short events, Clock::time_point deadline) const {
        while (true) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
            pollfd entry{socket_, events, 0};
            const int ready = left <= 0 ? 0 : ::poll(&entry, 1, static_cast<int>(left));
            if (ready > 0) return entry.revents;
            if (ready == 0) throw unreachable("tahvild did not answer in time");
            if (errno != EINTR) throw unreachable_by_errno("waiting for tahvild failed");
        }
    }

    /// False when the daemon answered or closed before it took everything.
    bool write(ByteView bytes, Clock::time_point deadline) const {
        while (!bytes.empty()) {
            const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (size >= 0) {
                bytes = bytes.subspan(static_cast<std::size_t>(size));
            } else if (errno == EAGAIN) {
                if ((wait(POLLOUT | POLLIN, deadline) & POLLOUT) == 0) return false;
            } else if (errno == EPIPE || errno == ECONNRESET) {
                return false;
            } else if (errno != EINTR) {
                throw unreachable_by_errno("sending to tahvild failed");
            }
        }
        return true;
    }

    std::string path_;
    int socket_ = -1;
    daemon::api::WipingBuffer input_;
};

namespace {

RawAnswer to_answer(ResponseReader& reader) {
    RawAnswer answer;
    answer.status = reader.status();
    answer.media = reader.field("Content-Type");
    answer.location = reader.field("Location");
    answer.body = std::move(reader.body());
    answer.keep_alive = reader.keep_alive();
    return answer;
}

}  // namespace

Transport::Transport(const std::string& socket_path) : impl_(std::make_unique<Impl>(socket_path)) {}
Transport::~Transport() = default;

RawAnswer Transport::exchange(std::string_view method, std::string_view target, const Fields& fields, ByteView body,
                              std::chrono::milliseconds answer_time) {
    const auto deadline = Clock::now() + answer_time;
    impl_->send(method, target, fields, body, deadline);
    ResponseReader reader{kLargestAnswer};
    impl_->receive(reader, deadline, [&] { return reader.done(); });
    return to_answer(reader);
}

RawAnswer Transport::stream(std::string_view target, const Fields& fields,
                            const std::function<bool(std::string_view)>& each, std::chrono::milliseconds silence) {
    impl_->send("GET", target, fields, {}, Clock::now() + silence);
    ResponseReader reader{std::nullopt};
    impl_->receive(reader, Clock::now() + silence, [&] { return reader.head_done(); });
    if (reader.status() != 200) {
        impl_->receive(reader, Clock::now() + silence, [&] { return reader.done(); });
        return to_answer(reader);
    }
    std::string& body = reader.body();
    while (true) {
        if (!body.empty()) {
            if (!each(body)) return to_answer(reader);
            body.clear();
        }
        if (reader.done()) throw unreachable("tahvild ended the stream of events");
        impl_->receive(reader, Clock::now() + silence, [&] { return !body.empty() || reader.done(); });
    }
}

}  // namespace tahvil::client
