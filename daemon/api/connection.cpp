#include "daemon/api/connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "daemon/api/problem.h"
#include "daemon/api/response_head.h"
#include "daemon/error.h"

namespace asio = boost::asio;

namespace tahvil::daemon::api {

namespace {

using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kHeartbeat = ":\n\n";  // a comment (HTML, 9.2.6)

}  // namespace

Connection::Connection(Serving& serving, Socket socket, Caller caller)
    : serving_(serving),
      socket_(std::move(socket)),
      timer_(serving.context),
      hold_(serving.context),
      caller_(std::move(caller)),
      reader_(serving.limits.header_bytes) {
    socket_.non_blocking(true);
}

void Connection::enter() {
    serving_.open.insert(shared_from_this());
    serving_.allowances.connected(caller_.peer.uid);
}

void Connection::start() {
    enter();
    set_deadline(serving_.limits.first_request_time);
    wait_readable();
}

void Connection::start_refused(const std::exception& why) {
    enter();
    state_ = State::handling;
    Response response = problem(why);
    response.close = true;
    response.not_before = Clock::now() + kPauseAfterFlood;
    respond(std::move(response));
}

void Connection::close() {
    if (state_ == State::closed) return;
    if (state_ == State::streaming) serving_.allowances.close_stream(caller_.peer.uid);
    state_ = State::closed;
    stream_.reset();
    timer_.cancel();
    hold_.cancel();
    error_code ignored;
    socket_.close(ignored);
    serving_.allowances.disconnected(caller_.peer.uid);
    const auto self = shared_from_this();  // the last that holds it may be one of these
    serving_.streaming.erase(self);
    serving_.open.erase(self);
}

void Connection::shed(const std::exception& why) {
    serving_.application.refused(caller_, why);
    close();
}

// -- time: one timer that is set again only when it would ring too late --

void Connection::set_deadline(std::chrono::milliseconds in) {
    deadline_ = Clock::now() + in;
    if (!timer_set_ || timer_.expiry() > deadline_) set_timer();
}

void Connection::set_timer() {
    timer_set_ = true;
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](error_code error) {
        if (error || self->state_ == State::closed) return;
        self->timer_set_ = false;
        if (self->deadline_ == kNever) return;
        if (Clock::now() < self->deadline_) {
            self->set_timer();
        } else {
            self->deadline_passed();
        }
    });
}

void Connection::deadline_passed() {
    const HttpError too_slow{408, "http.too_slow", "the request did not arrive in time", "Send it at once."};
    switch (state_) {
        case State::head:
        case State::body:
            if (request_begun_) {
                refuse(too_slow);
            } else if (asked_) {
                close();
            } else {
                shed(too_slow);
            }
            break;
        case State::paused:
            state_ = State::head;
            set_deadline(serving_.limits.idle_time);
            advance();
            break;
        case State::streaming:
            if (writing_) {
                shed(HttpError(408, "http.slow_reader", "the client does not take its events"));
            } else {
                write_stream(chunk_of(kHeartbeat));
            }
            break;
        case State::writing:
            shed(HttpError(408, "http.slow_reader", "the client does not take its answer"));
            break;
        case State::draining:
            close();
            break;
        case State::handling:
        case State::closed:
            break;
    }
}

// -- reading --

void Connection::wait_readable() {
    if (waiting_) return;
    waiting_ = true;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](error_code error) {
        self->waiting_ = false;
        if (self->state_ == State::closed) return;
        if (error) return self->close();
        // While an answer is made and sent nothing is read: what a client sends meanwhile waits in the kernel.
        const State state = self->state_;
        if (state == State::head || state == State::body || state == State::streaming || state == State::draining)
            self->readable();
    });
}

void Connection::readable() {
    const std::span scratch{serving_.scratch};
    error_code error;
    const std::size_t size = socket_.read_some(asio::buffer(scratch.data(), scratch.size()), error);
    if (error == asio::error::would_block) return wait_readable();
    if (error || size == 0) return close();
    const auto piece = scratch.first(size);
    if (state_ == State::draining) {
        wipe(piece);
        drained_ += size;
        return drained_ > kDrainedAfterRefusal ? close() : wait_readable();
    }
    if (state_ == State::streaming) {
        wipe(piece);
        return close();
    }
    input_.insert(input_.end(), piece.begin(), piece.end());
    wipe(piece);
    advance();
}

void Connection::advance() {
    try {
        if (!request_begun_ && !input_.empty()) {
            request_begun_ = true;
            set_deadline(serving_.limits.request_time);
        }
        RequestReader::State reached = reader_.feed(input_);
        if (state_ == State::head && reached == RequestReader::State::head_done) {
            if (!begin()) return;
            reached = reader_.feed(input_);
        }
        if (reached == RequestReader::State::complete) return handle();
        wait_readable();
    } catch (const HttpError& error) {
        refuse(error);
    }
}

/// Judges the head. False when it was answered already.
bool Connection::begin() {
    asked_ = true;
    if (!serving_.allowances.take_token(caller_.peer.uid, Clock::now())) {
        const Busy flood{"http.too_many_requests", "too many requests in a second", "Ask less often."};
        serving_.application.refused(caller_, flood);
        pause_after_ = true;
        answer_early(problem(flood));
        return false;
    }
    auto verdict = serving_.application.begin(reader_.head(), caller_);
    if (auto* response = std::get_if<Response>(&verdict)) {
        answer_early(std::move(*response));
        return false;
    }
    admitted_ = std::get<Admitted>(std::move(verdict));
    reader_.allow_body(admitted_.body_bytes);
    state_ = State::body;
    return tell_to_continue();
}

/// False when a client that asked first does not take the answer.
bool Connection::tell_to_continue() {
    if (!reader_.head().expects_continue || !input_.empty()) return true;
    error_code error;
    if (socket_.write_some(asio::buffer(kContinue), error) == kContinue.size()) return true;
    close();
    return false;
}

// -- handling --

void Connection::handle() {
    state_ = State::handling;
    deadline_ = kNever;
    auto body = std::make_shared<const WipingBuffer>(reader_.take_body());
    if (!admitted_.worker) return respond(serving_.application.finish(admitted_, caller_, *body));
    const bool taken = serving_.worker.submit([self = shared_from_this(), body]() mutable {
        Serving& serving = self->serving_;
        auto response = std::make_shared<Response>(serving.application.finish(self->admitted_, self->caller_, *body));
        asio::post(serving.context, [self = std::move(self), response] {
            if (self->state_ == State::handling) self->respond(std::move(*response));
        });
    });
    if (!taken) respond(problem(Busy("http.busy", "too many long requests wait already", "Try again later.")));
}

/// Sends the answer later, so that its time tells nothing of the work.
void Connection::hold(Response response) {
    hold_.expires_at(std::exchange(response.not_before, {}));
    auto held = std::make_shared<Response>(std::move(response));
    hold_.async_wait([self = shared_from_this(), held](error_code error) {
        if (!error && self->state_ == State::handling) self->respond(std::move(*held));
    });
}

// -- answering --

/// The answer to a request whose body is not wanted: with one on its way the connection can not go on.
void Connection::answer_early(Response response) {
    if (reader_.head().has_body()) response.close = true;
    respond(std::move(response));
}

void Connection::refuse(const std::exception& why) {
    serving_.application.refused(caller_, why);
    Response response = problem(why);
    response.close = true;
    respond(std::move(response));
}

void Connection::respond(Response response) {
    if (response.not_before > Clock::now()) return hold(std::move(response));
    admitted_ = {};
    if (response.stream && !serving_.allowances.open_stream(caller_.peer.uid)) {
        const Busy too_many{"http.too_many_streams", "too many event streams are open", "Close one of them."};
        serving_.application.refused(caller_, too_many);
        response = problem(too_many);
    }
    if (!response.stream && !reader_.head().keep_alive) response.close = true;
    head_ = response_head(response);
    if (response.stream) {
        stream_ = std::move(response.stream);
        return begin_stream();
    }
    body_ = std::move(response.body);
    close_after_ = response.close;
    state_ = State::writing;
    set_deadline(serving_.limits.response_time);
    const std::array<asio::const_buffer, 2> whole{asio::buffer(head_), asio::buffer(body_)};
    asio::async_write(socket_, whole, [self = shared_from_this()](error_code error, std::size_t) {
        if (self->state_ == State::closed) return;
        if (error) return self->close();
        self->answered();
    });
}

void Connection::answered() {
    wipe({reinterpret_cast<std::uint8_t*>(body_.data()), body_.size()});
    body_ = {};
    if (close_after_) return drain();
    reader_ = RequestReader{serving_.limits.header_bytes};
    request_begun_ = false;
    if (input_.empty()) input_ = {};
    state_ = State::head;
    if (std::exchange(pause_after_, false)) {
        state_ = State::paused;
        return set_deadline(kPauseAfterFlood);
    }
    set_deadline(serving_.limits.idle_time);
    advance();
}

/// Says that nothing more will come, and takes what the client still sends for a moment, so that it gets to read the
/// answer.
void Connection::drain() {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    input_ = {};
    state_ = State::draining;
    set_deadline(kDrainTime);
    wait_readable();
}

// -- streams --

void Connection::begin_stream() {
    state_ = State::streaming;
    serving_.streaming.insert(shared_from_this());
    input_ = {};
    wait_readable();
    write_stream(std::move(head_));
}

void Connection::pump() {
    if (state_ != State::streaming || writing_) return;
    const std::string text = stream_->take(kStreamPiece);
    if (text.empty()) {
        set_deadline(serving_.limits.heartbeat_time);
    } else {
        write_stream(chunk_of(text));
    }
}

void Connection::write_stream(std::string text) {
    writing_ = true;
    set_deadline(serving_.limits.response_time);
    piece_ = std::move(text);
    asio::async_write(socket_, asio::buffer(piece_), [self = shared_from_this()](error_code error, std::size_t) {
        if (self->state_ == State::closed) return;
        self->writing_ = false;
        if (error) return self->close();
        self->pump();
    });
}

}  // namespace tahvil::daemon::api
