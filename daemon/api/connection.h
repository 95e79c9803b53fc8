#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/api/allowances.h"
#include "daemon/api/server.h"
#include "daemon/api/worker.h"

namespace tahvil::daemon::api {

class Connection;

/// What the connections of one server share. It belongs to the server's thread.
struct Serving {
    Serving(Application& served, const Limits& limited) : application(served), limits(limited) {}

    Application& application;
    const Limits limits;
    Allowances allowances{limits};
    boost::asio::io_context context{1};
    WipingBuffer scratch = WipingBuffer(kReadPiece);  ///< what is received goes through here
    std::set<std::shared_ptr<Connection>> open;
    std::set<std::shared_ptr<Connection>> streaming;  ///< of those
    Worker worker;                                    ///< last: its thread ends before anything that it uses
};

/// A client's connection: reads a request, has it answered, reads the next. Lives on the server's thread only.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Clock = std::chrono::steady_clock;
    using Socket = boost::asio::local::stream_protocol::socket;

    Connection(Serving& serving, Socket socket, Caller caller);

    /// Enters it among the open ones, and reads.
    void start();
    /// Enters it, and tells it after a moment why it is not served: who floods gets to try again no sooner.
    void start_refused(const std::exception& why);
    void close();
    /// Closes it without an answer, and has that noted.
    void shed(const std::exception& why);
    /// Sends what the stream has, unless the client still has to take what was sent before.
    void pump();

    const Caller& caller() const { return caller_; }
    bool never_asked() const { return !asked_ && state_ == State::head; }
    bool older_than(const Connection& other) const { return started_at_ < other.started_at_; }

private:
    void enter();

    enum class State : std::uint8_t { head, body, handling, writing, paused, streaming, draining, closed };

    void set_deadline(std::chrono::milliseconds in);
    void set_timer();
    void deadline_passed();

    void wait_readable();
    void readable();
    void advance();
    bool begin();
    bool tell_to_continue();

    void handle();
    void hold(Response response);
    void respond(Response response);
    void answer_early(Response response);
    void refuse(const std::exception& why);

    void answered();
    void drain();
    void begin_stream();
    void write_stream(std::string text);

    static constexpr Clock::time_point kNever = Clock::time_point::max();

    Serving& serving_;
    Socket socket_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer hold_;  ///< of an answer that is not to be given yet
    Caller caller_;
    RequestReader reader_;
    State state_ = State::head;
    WipingBuffer input_;
    Admitted admitted_;
    std::string head_;  ///< of the answer that is being sent
    std::string body_;
    std::shared_ptr<Stream> stream_;
    std::string piece_;  ///< of the stream
    Clock::time_point deadline_ = kNever;
    Clock::time_point started_at_ = Clock::now();
    std::size_t drained_ = 0;
    bool timer_set_ = false;
    bool waiting_ = false;
    bool writing_ = false;
    bool asked_ = false;
    bool request_begun_ = false;
    bool close_after_ = false;
    bool pause_after_ = false;
};

}  // namespace tahvil::daemon::api
