#include "tests/lab/vpcd_card.h"

#include <cerrno>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tahvil::lab {

namespace {

enum Control : std::uint8_t { power_off = 0, power_on = 1, reset = 2, get_atr = 4 };

[[noreturn]] void fail(const char* doing) {
    throw std::system_error(errno, std::generic_category(), doing);
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int connect_to(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("vpcd");
    return fd;
}

bool bind_to(int fd, std::uint16_t port) {
    const sockaddr_in address = loopback(port);
    return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool receive(int fd, std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        // vpcd sends length and body apart: without this the second waits for our delayed acknowledgement of the first.
        const int yes = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
        const ssize_t got = recv(fd, bytes.data(), bytes.size(), 0);
        if (got <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

}  // namespace

VpcdCard::VpcdCard(std::uint16_t port, Bytes atr, Script script)
    : atr_(std::move(atr)), script_(std::move(script)), socket_(connect_to(port)), thread_([this] { run(); }) {}

VpcdCard::~VpcdCard() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
}

void VpcdCard::run() {
    for (;;) {
        Bytes length(2);
        if (!receive(socket_, length)) return;
        Bytes message(static_cast<std::size_t>(from_big_endian(length)));
        if (!receive(socket_, message)) return;
        Bytes answer;
        if (message.size() == 1) {
            if (message[0] == power_on || message[0] == reset) ++resets_;
            if (message[0] != get_atr) continue;
            answer = atr_;
        } else {
            answer = script_(message);
        }
        const Bytes framed = concat({to_big_endian(answer.size(), 2), answer});
        if (send(socket_, framed.data(), framed.size(), MSG_NOSIGNAL) < 0) return;
    }
}

std::uint16_t free_port_pair() {
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
        const int first = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int second = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        socklen_t size = sizeof address;
        const bool bound = bind_to(first, 0) && getsockname(first, reinterpret_cast<sockaddr*>(&address), &size) == 0;
        const std::uint16_t port = ntohs(address.sin_port);
        const bool both = bound && port < 65535 && bind_to(second, static_cast<std::uint16_t>(port + 1));
        close(first);
        close(second);
        if (both) return port;
    }
    throw std::runtime_error("no two free ports side by side");
}

}  // namespace tahvil::lab
