#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/api/access.h"
#include "daemon/api/call.h"
#include "daemon/api/limits.h"
#include "daemon/api/wiping.h"
#include "daemon/log.h"

namespace tahvil::daemon::api {

/// The request line and the fields of a request.
struct Head {
    std::string method;
    std::string target;                                       ///< origin form: path and query as they came
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;
    bool expects_continue = false;

    /// The one value of a field; nothing when it is missing. Throws HttpError when it stands twice.
    std::optional<std::string_view> field(std::string_view name) const;
    bool has_body() const { return chunked || content_length.value_or(0) != 0; }
};

/// Reads one request of HTTP/1.1 (RFC 9112), strictly: what two readers could take in two ways is refused. Every
/// refusal is an HttpError, after which the connection is of no more use.
class RequestReader {
public:
    explicit RequestReader(std::size_t header_bytes);
    RequestReader(RequestReader&&) noexcept;
    RequestReader& operator=(RequestReader&&) noexcept;
    ~RequestReader();

    enum class State : std::uint8_t {
        head,       ///< more of the head is needed
        head_done,  ///< head() is whole; allow_body() must be called to go on
        body,       ///< more of the body is needed
        complete,
    };

    /// Takes what it can use from the front of `input`.
    State feed(WipingBuffer& input);

    const Head& head() const;
    void allow_body(std::size_t most);  ///< throws HttpError 413 when the announced length is more
    WipingBuffer take_body();

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

/// A request whose head was found good: how much may follow, and what the application needs to go on with it.
struct Admitted {
    std::size_t body_bytes = 0;
    bool worker = false;  ///< takes long: finish() is called on the worker's thread
    std::shared_ptr<void> context;
};

/// What the server serves.
class Application {
public:
    Application() = default;
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    virtual ~Application() = default;

    /// The roles of a new connection.
    virtual Caller greet(Peer peer) = 0;
    /// Judges a head before any of the body is read.
    virtual std::variant<Admitted, Response> begin(const Head& head, const Caller& caller) = 0;
    /// Does the work of an admitted request. Throws nothing.
    virtual Response finish(const Admitted& admitted, const Caller& caller, const WipingBuffer& body) = 0;
    /// A request or connection was refused by the server itself.
    virtual void refused(const Caller& caller, const std::exception& why) = 0;
};

/// HTTP/1.1 on a listening Unix stream socket: one thread for all connections and one for what takes long. It sleeps
/// until something happens; timers run only while a connection is open.
class Server {
public:
    class Impl;
    using IdentifyPeer = std::function<Peer(int socket)>;

    /// Takes over `listening`. `application` outlives the server.
    Server(int listening, Application& application, const Limits& limits, const Log& log,
           IdentifyPeer identify = identify_peer);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Serves until stop() or one of the signals. Signals are those of the whole process: one server at a time.
    void run(std::initializer_list<int> stop_signals = {});

    void stop();          ///< from any thread
    void wake_streams();  ///< from any thread: streams may have something to take

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tahvil::daemon::api
