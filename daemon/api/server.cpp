#include "daemon/api/server.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include "daemon/api/connection.h"
#include "daemon/api/problem.h"
#include "daemon/api/response_head.h"
#include "daemon/error.h"

namespace asio = boost::asio;

namespace tahvil::daemon::api {

namespace {

using boost::system::error_code;
using Socket = Connection::Socket;

/// One try to say why; nothing is kept for this client.
void turn_away(Socket& socket, const std::exception& why) {
    Response response = problem(why);
    response.close = true;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(response_head(response) + response.body), ignored);
}

}  // namespace

class Server::Impl {
public:
    Impl(int listening, Application& application, const Limits& limits, const Log& log, IdentifyPeer identify)
        : log_(log),
          identify_(std::move(identify)),
          serving_(application, limits),
          acceptor_(serving_.context, asio::local::stream_protocol{}, listening),
          accept_pause_(serving_.context),
          stream_pause_(serving_.context),
          signals_(serving_.context) {
        acceptor_.non_blocking(true);
    }

    void run(std::initializer_list<int> stop_signals) {
        for (const int number : stop_signals) signals_.add(number);
        if (stop_signals.size() != 0)
            signals_.async_wait([this](error_code error, int) {
                if (!error) end();
            });
        accept();
        serving_.context.run();
    }

    void stop() {
        asio::post(serving_.context, [this] { end(); });
    }

    void wake_streams() {
        if (wake_pending_.exchange(true)) return;
        asio::post(serving_.context, [this] {
            stream_pause_.expires_at(pumped_at_ + kStreamPause);  // past already, unless there was something just now
            stream_pause_.async_wait([this](error_code error) {
                if (!error) pump_streams();
            });
        });
    }

private:
    void accept() {
        acceptor_.async_accept([this](error_code error, Socket socket) {
            if (ended_) return;
            if (!error) {
                welcome(std::move(socket));
                return accept();
            }
            // Out of descriptors or memory: give what is open the time to end.
            log_.warning("a connection could not be accepted: " + error.message());
            accept_pause_.expires_after(kPauseAfterFlood);
            accept_pause_.async_wait([this](error_code cancelled) {
                if (!cancelled) accept();
            });
        });
    }

    void welcome(Socket socket) {
        try {
            const Caller caller = serving_.application.greet(identify_(socket.native_handle()));
            const bool in_time = serving_.allowances.take_token(caller.peer.uid, Connection::Clock::now());
            const bool has_room = serving_.allowances.has_room(caller.peer.uid) || (in_time && make_room(caller));
            const Busy full{"http.too_many_connections", "too many connections are open or were opened in a second",
                            "Close one of them, and use one for many requests."};
            if (!in_time || !has_room) serving_.application.refused(caller, full);
            if (!has_room) return turn_away(socket, full);
            const auto connection = std::make_shared<Connection>(serving_, std::move(socket), caller);
            if (in_time) {
                connection->start();
            } else {
                connection->start_refused(full);
            }
        } catch (const std::exception& error) {
            log_.warning("a connection was dropped: " + describe(error));
        }
    }

    /// At a limit, who never asked for anything goes first. False when everybody has.
    bool make_room(const Caller& caller) {
        const bool own_full = serving_.allowances.own_connections_full(caller.peer.uid);
        std::shared_ptr<Connection> idlest;
        for (const auto& connection : serving_.open) {
            if (!connection->never_asked() || (own_full && connection->caller().peer.uid != caller.peer.uid)) continue;
            if (!idlest || connection->older_than(*idlest)) idlest = connection;
        }
        if (!idlest) return false;
        idlest->shed(Busy("http.idle_shed", "an idle connection made room for another"));
        return true;
    }

    void pump_streams() {
        wake_pending_ = false;
        pumped_at_ = Connection::Clock::now();
        pump_next({serving_.streaming.begin(), serving_.streaming.end()});
    }

    /// One stream after the other; who asks something else meanwhile is served between two of them.
    void pump_next(std::vector<std::shared_ptr<Connection>> rest) {
        if (rest.empty()) return;
        rest.back()->pump();
        rest.pop_back();
        asio::post(serving_.context, [this, rest = std::move(rest)]() mutable { pump_next(std::move(rest)); });
    }

    void end() {
        if (std::exchange(ended_, true)) return;
        error_code ignored;
        acceptor_.close(ignored);
        accept_pause_.cancel();
        stream_pause_.cancel();
        signals_.cancel(ignored);
        const auto open = serving_.open;
        for (const auto& connection : open) connection->close();
        serving_.context.stop();
    }

    const Log& log_;
    IdentifyPeer identify_;
    Serving serving_;
    asio::local::stream_protocol::acceptor acceptor_;
    asio::steady_timer accept_pause_;
    asio::steady_timer stream_pause_;
    Connection::Clock::time_point pumped_at_;
    asio::signal_set signals_;
    std::atomic<bool> wake_pending_ = false;
    bool ended_ = false;
};

Server::Server(int listening, Application& application, const Limits& limits, const Log& log, IdentifyPeer identify)
    : impl_(std::make_unique<Impl>(listening, application, limits, log, std::move(identify))) {}

Server::~Server() = default;

void Server::run(std::initializer_list<int> stop_signals) {
    impl_->run(stop_signals);
}

void Server::stop() {
    impl_->stop();
}

void Server::wake_streams() {
    impl_->wake_streams();
}

}  // namespace tahvil::daemon::api
