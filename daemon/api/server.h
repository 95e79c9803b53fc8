#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <initializer_list>
#include <memory>
#include <variant>

#include "daemon/api/access.h"
#include "daemon/api/call.h"
#include "daemon/api/http.h"
#include "daemon/api/limits.h"
#include "daemon/log.h"

namespace tahvil::daemon::api {

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
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tahvil::daemon::api
