#include "bare_handler.h"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace tahvil::bench {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Socket = asio::local::stream_protocol::socket;

struct Session : std::enable_shared_from_this<Session> {
    Session(Socket accepted, const std::string& answer) : socket(std::move(accepted)), body(answer) {}

    void read() {
        request = {};
        http::async_read(socket, buffer, request, [self = shared_from_this()](error_code error, std::size_t) {
            if (!error) self->write();
        });
    }

    void write() {
        response = {http::status::ok, request.version()};
        response.set(http::field::content_type, "application/json");
        response.body() = body;
        response.prepare_payload();
        http::async_write(socket, response, [self = shared_from_this()](error_code error, std::size_t) {
            if (!error) self->read();
        });
    }

    Socket socket;
    const std::string& body;
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::response<http::string_body> response;
};

}  // namespace

class BareHandler::Impl {
public:
    Impl(const std::string& path, std::string body) : body_(std::move(body)), acceptor_(context_, path) {
        accept();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        context_.stop();
        thread_.join();
    }

private:
    void accept() {
        acceptor_.async_accept([this](error_code error, Socket socket) {
            if (error) return;
            std::make_shared<Session>(std::move(socket), body_)->read();
            accept();
        });
    }

    std::string body_;
    asio::io_context context_{1};
    asio::local::stream_protocol::acceptor acceptor_;
    std::thread thread_;
};

BareHandler::BareHandler(const std::string& path, std::string body)
    : impl_(std::make_unique<Impl>(path, std::move(body))) {}
BareHandler::~BareHandler() = default;

}  // namespace tahvil::bench
