#include "apdu/emulator/vpcd_link.h"

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "apdu/error.h"

namespace tahvil::emulator {

namespace {

// Bodies of one byte are not for the card but for its reader.
constexpr std::uint8_t kPowerOff = 0;
constexpr std::uint8_t kPowerOn = 1;
constexpr std::uint8_t kReset = 2;
constexpr std::uint8_t kGetAtr = 4;

constexpr timeval kSendTimeout{10, 0};

std::string reason(int error) {
    return std::generic_category().message(error);
}

[[noreturn]] void broken(const std::string& doing, int error) {
    throw Error("vpcd.broken", "the connection to vpcd failed to " + doing + ": " + reason(error));
}

/// An event that a stop request raises.
class StopEvent {
public:
    StopEvent() : event_(::eventfd(0, EFD_CLOEXEC)) {
        if (event_ < 0) broken("set up", errno);
    }
    StopEvent(const StopEvent&) = delete;
    StopEvent& operator=(const StopEvent&) = delete;
    ~StopEvent() { ::close(event_); }

    void raise() const noexcept { ::eventfd_write(event_, 1); }
    int descriptor() const { return event_; }

private:
    int event_;
};

void set(int socket, int level, int option, int value) {
    ::setsockopt(socket, level, option, &value, sizeof(value));
}

}  // namespace

VpcdLink::VpcdLink(const std::string& host, std::uint16_t port) {
    const auto unreachable = [&](const std::string& why) {
        return Error("vpcd.unreachable", "no vpcd answers at " + host + ":" + std::to_string(port) + ": " + why,
                     "Install vsmartcard-vpcd and start pcscd; its reader listens on port 35963 by default.");
    };
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0)
        throw unreachable(::gai_strerror(error));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
    int error = 0;
    for (const addrinfo* address = found; address != nullptr && socket_ < 0; address = address->ai_next) {
        const int attempt = ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol);
        if (attempt < 0) {
            error = errno;
            continue;
        }
        ::setsockopt(attempt, SOL_SOCKET, SO_SNDTIMEO, &kSendTimeout, sizeof(kSendTimeout));  // bounds connect() too
        if (::connect(attempt, address->ai_addr, address->ai_addrlen) == 0) {
            socket_ = attempt;
        } else {
            error = errno;
            ::close(attempt);
        }
    }
    if (socket_ < 0) throw unreachable(reason(error));
    set(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
}

VpcdLink::~VpcdLink() {
    if (socket_ >= 0) ::close(socket_);
}

VpcdLink::Wait VpcdLink::wait(int stop_event) const {
    std::array<pollfd, 2> events{{{socket_, POLLIN, 0}, {stop_event, POLLIN, 0}}};
    while (::poll(events.data(), events.size(), -1) < 0)
        if (errno != EINTR) broken("wait", errno);
    return events[1].revents != 0 ? Wait::stopped : Wait::readable;
}

bool VpcdLink::receive(std::span<std::uint8_t> into, int stop_event, Ended& ended) const {
    while (!into.empty()) {
        // vpcd sends length and body apart without TCP_NODELAY: unless its first segment is acknowledged at once, the
        // second waits for the delayed acknowledgement. The kernel forgets the option, so it is set each time.
        set(socket_, IPPROTO_TCP, TCP_QUICKACK, 1);
        const ssize_t size = ::recv(socket_, into.data(), into.size(), MSG_DONTWAIT);
        if (size > 0) {
            into = into.subspan(static_cast<std::size_t>(size));
            continue;
        }
        if (size == 0 || errno == ECONNRESET) {
            ended = Ended::closed;
            return false;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) broken("receive", errno);
        if (wait(stop_event) == Wait::stopped) {
            ended = Ended::stopped;
            return false;
        }
    }
    return true;
}

void VpcdLink::send(ByteView body) const {
    const Bytes message = concat({to_big_endian(body.size(), 2), body});  // in one write, see receive()
    ByteView rest = message;
    while (!rest.empty()) {
        const ssize_t size = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (size >= 0)
            rest = rest.subspan(static_cast<std::size_t>(size));
        else if (errno != EINTR)
            broken("send", errno);
    }
}

VpcdLink::Ended VpcdLink::serve(Card& card, const std::stop_token& stop) {
    const StopEvent event;
    const std::stop_callback raise(stop, [&event] { event.raise(); });
    auto ended = Ended::stopped;
    std::array<std::uint8_t, 2> length{};
    Bytes body;
    card.reset();
    while (!stop.stop_requested()) {
        if (!receive(length, event.descriptor(), ended)) return ended;
        body.resize(static_cast<std::size_t>(from_big_endian(length)));
        if (!receive(body, event.descriptor(), ended)) return ended;
        if (body.size() == 1 && (body[0] == kPowerOff || body[0] == kPowerOn || body[0] == kReset)) {
            card.reset();
        } else if (body.size() == 1 && body[0] == kGetAtr) {
            send(card.atr());
        } else if (!body.empty()) {
            try {
                send(card.respond(body));
            } catch (const CardGone&) {
                return Ended::removed;
            } catch (const CardReset&) {
                return Ended::removed;  // a vpcd reader can not be told of a reset: the card goes and comes back
            }
        }
        wipe(body);  // it may have held a PIN
    }
    return Ended::stopped;
}

}  // namespace tahvil::emulator
