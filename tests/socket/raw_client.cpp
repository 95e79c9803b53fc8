#include "raw_client.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <system_error>

#include <boost/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace tahvil::test {

namespace {

constexpr int kHangs = 20000;  // milliseconds after which a test counts as hanging

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("path too long");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

void require(bool good, const char* what) {
    if (!good) throw std::system_error(errno, std::generic_category(), what);
}

std::atomic<unsigned> g_clients = 0;

}  // namespace

RawClient::RawClient(const std::string& socket_path, uid_t as)
    : path_(socket_path + "-as-" + std::to_string(as) + "-" + std::to_string(++g_clients)) {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(socket_ >= 0, "socket");
    const sockaddr_un own = address_of(path_);
    require(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0, "bind");
    const sockaddr_un server = address_of(socket_path);
    require(::connect(socket_, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0, "connect");
}

RawClient::~RawClient() {
    ::close(socket_);
    ::unlink(path_.c_str());
}

bool RawClient::try_send(std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (size < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

void RawClient::send(std::string_view text) {
    require(try_send(text), "send");
}

void RawClient::request(std::string_view method, std::string_view target, std::string_view body, std::string_view media,
                        std::string_view more_fields) {
    method_ = method;
    target_ = target;
    std::string text = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: test\r\n";
    text += more_fields;
    if (!body.empty())
        text += "Content-Type: " + std::string{media} + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    try_send(text + "\r\n" + std::string{body});
}

bool RawClient::read_more() {
    pollfd entry{socket_, POLLIN, 0};
    if (::poll(&entry, 1, kHangs) == 0) throw std::runtime_error("the server says nothing");
    std::array<char, 65536> piece{};
    const ssize_t size = ::recv(socket_, piece.data(), piece.size(), 0);
    if (size <= 0) return false;
    input_.append(piece.data(), static_cast<std::size_t>(size));
    return true;
}

RawResponse RawClient::receive_head() {
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos)
        if (!read_more()) return {};
    RawResponse response;
    std::string_view head{input_.data(), end + 2};
    response.status = std::stoi(std::string{head.substr(9, 3)});
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        std::string name{line.substr(0, line.find(':'))};
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        response.fields[name] = line.substr(line.find(':') + 2);
    }
    input_.erase(0, end + 4);
    return response;
}

std::optional<RawResponse> RawClient::receive() {
    RawResponse response = receive_head();
    if (response.status == 0) return std::nullopt;
    if (response.status == 100) return receive();
    const std::size_t size =
        response.fields.contains("content-length") ? std::stoul(response.fields["content-length"]) : 0;
    while (input_.size() < size)
        if (!read_more()) throw std::runtime_error("the answer is not whole");
    response.body = input_.substr(0, size);
    input_.erase(0, size);
    if (!method_.empty())
        record_answer(method_, target_, response.status, response.fields["content-type"], response.body);
    return response;
}

RawResponse RawClient::call(std::string_view method, std::string_view target, std::string_view body,
                            std::string_view media, std::string_view more_fields) {
    request(method, target, body, media, more_fields);
    auto response = receive();
    if (!response) throw std::runtime_error("the server closed the connection without an answer");
    return *std::move(response);
}

std::string RawClient::receive_until(std::string_view text) {
    std::size_t found = 0;
    while ((found = input_.find(text)) == std::string::npos)
        if (!read_more()) throw std::runtime_error("the stream ended, after: " + input_);
    std::string taken = input_.substr(0, found + text.size());
    input_.erase(0, found + text.size());
    return taken;
}

bool RawClient::closed_by_server() {
    try {
        while (read_more()) {
        }
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

void RawClient::finish_sending() {
    ::shutdown(socket_, SHUT_WR);
}

void RawClient::shrink_receive_buffer() {
    const int size = 1024;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void record_answer(std::string_view method, std::string_view target, int status, std::string_view media,
                   std::string_view body) {
    static std::mutex mutex;
    static const char* const path = std::getenv("TAHVIL_RECORD");  // NOLINT(concurrency-mt-unsafe)
    if (path == nullptr) return;
    const std::lock_guard lock{mutex};
    static std::ofstream file{path};
    file << boost::json::object{{"method", method},
                                {"target", target},
                                {"status", status},
                                {"media", media},
                                {"body", body}}
         << std::endl;
}

std::optional<uid_t> pretended_uid(int server_side_socket) {
    sockaddr_un address{};
    socklen_t size = sizeof address;
    if (::getpeername(server_side_socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
    const std::string path{static_cast<const char*>(address.sun_path)};
    const std::size_t mark = path.rfind("-as-");
    if (mark == std::string::npos) return std::nullopt;
    return static_cast<uid_t>(std::stoul(path.substr(mark + 4)));
}

}  // namespace tahvil::test
