// The one place that includes Beast, which is slow to compile: the server's connections and the client's transport.
#include "daemon/api/http.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <boost/beast/http/write.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/api/problem.h"
#include "daemon/api/strict_head.h"
#include "daemon/client/client.h"
#include "daemon/client/transport.h"
#include "daemon/error.h"

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace tahvil::daemon::api {

namespace {

using Clock = std::chrono::steady_clock;
using Socket = asio::local::stream_protocol::socket;
using boost::system::error_code;

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t kLongestChunkLine = 256;

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
    });
    return result;
}

HttpError body_too_large(std::uint64_t most) {
    return {413, "http.body_too_large", "the body is larger than " + std::to_string(most) + " bytes"};
}

}  // namespace

std::optional<std::string_view> Head::field(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const auto& [key, value] : fields) {
        if (key != name) continue;
        if (found) throw HttpError(400, "http.malformed", "the field " + std::string{name} + " stands twice");
        found = value;
    }
    return found;
}

// --- reading a request -----------------------------------------------------------------------------------------------

struct RequestReader::Parser {
    using Body = http::vector_body<std::uint8_t, WipingAllocator<std::uint8_t>>;

    explicit Parser(std::size_t most) : header_bytes(most) {
        beast.header_limit(std::numeric_limits<std::uint32_t>::max());  // kept by header_bytes
        beast.body_limit(std::numeric_limits<std::uint64_t>::max());    // kept by allow_body()
    }

    void read_head(WipingBuffer& input) {
        const std::string_view text = as_text(ByteView{input});
        const std::size_t end = text.substr(0, header_bytes).find(kHeadEnd);
        if (end == std::string_view::npos) {
            if (text.size() >= header_bytes)
                throw HttpError(431, "http.header_too_large",
                                "the head of the request is larger than " + std::to_string(header_bytes) + " bytes");
            return;
        }
        const std::size_t size = end + kHeadEnd.size();
        require_strict_head(text.substr(0, size));
        error_code error;
        beast.put(asio::buffer(input.data(), size), error);
        if ((error && error != http::error::need_more) || !beast.is_header_done())
            throw HttpError(400, "http.malformed", "the head of the request can not be read");
        consume(input, size);

        const auto& message = beast.get();
        head.method = std::string{message.method_string()};
        head.target = std::string{message.target()};
        for (const auto& field : message)
            head.fields.emplace_back(lower(field.name_string()), std::string{field.value()});
        if (const auto length = beast.content_length()) head.content_length = *length;
        head.chunked = beast.chunked();
        head.keep_alive = beast.keep_alive();
        if (const auto expect = head.field("expect")) {
            if (lower(*expect) != "100-continue")
                throw HttpError(417, "http.expectation", "the request expects what is not known here");
            head.expects_continue = head.has_body();
        }
        state = State::head_done;
    }

    void read_body(WipingBuffer& input) {
        while (!input.empty() && !beast.is_done()) {
            error_code error;
            const std::size_t taken = beast.put(asio::buffer(input.data(), input.size()), error);
            consume(input, taken);
            if (error == http::error::body_limit) throw body_too_large(body_bytes);
            if (error && error != http::error::need_more)
                throw HttpError(400, "http.malformed", "the body of the request can not be read");
            if (taken == 0) break;
        }
        if (!beast.is_done() && input.size() > kLongestChunkLine)
            throw HttpError(400, "http.malformed", "a line between the pieces of the body is too long");
        if (beast.is_done()) state = State::complete;
    }

    std::size_t header_bytes;
    std::uint64_t body_bytes = 0;
    http::request_parser<Body> beast;
    Head head;
    State state = State::head;
};

RequestReader::RequestReader(std::size_t header_bytes) : parser_(std::make_unique<Parser>(header_bytes)) {}
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;
RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::feed(WipingBuffer& input) {
    if (parser_->state == State::head) parser_->read_head(input);
    if (parser_->state == State::body) parser_->read_body(input);
    return parser_->state;
}

const Head& RequestReader::head() const {
    return parser_->head;
}

void RequestReader::allow_body(std::size_t most) {
    if (parser_->head.content_length.value_or(0) > most) throw body_too_large(most);
    parser_->body_bytes = most;
    parser_->beast.body_limit(most);
    parser_->state = parser_->beast.is_done() ? State::complete : State::body;
}

WipingBuffer RequestReader::take_body() {
    return std::move(parser_->beast.get().body());
}

// --- the server ------------------------------------------------------------------------------------------------------

namespace {

/// What one uid has open and has asked for lately.
struct Usage {
    std::size_t connections = 0;
    std::size_t streams = 0;
    double tokens = 0;
    Clock::time_point counted_at;
};

/// One thread that does one thing after the other and sleeps in between.
class Worker {
public:
    Worker() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

    /// False when too much waits already.
    bool submit(std::function<void()> job) {
        const std::lock_guard lock{mutex_};
        if (jobs_.size() >= kWorkerQueue) return false;
        jobs_.push_back(std::move(job));
        arrived_.notify_one();
        return true;
    }

private:
    void run(const std::stop_token& stop) {
        std::unique_lock lock{mutex_};
        while (arrived_.wait(lock, stop, [this] { return !jobs_.empty(); })) {
            if (stop.stop_requested()) return;
            const std::function<void()> job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<std::function<void()>> jobs_;
    std::jthread thread_;  // last, so that it ends first
};

}  // namespace

class Connection;

class Server::Impl {
public:
    Impl(int listening, Application& application, const Limits& limits, const Log& log, IdentifyPeer identify)
        : application_(application),
          limits_(limits),
          log_(log),
          identify_(std::move(identify)),
          acceptor_(context_, asio::local::stream_protocol{}, listening),
          accept_pause_(context_),
          signals_(context_),
          scratch_(kReadPiece) {
        acceptor_.non_blocking(true);
    }

    void run(std::initializer_list<int> stop_signals) {
        for (const int number : stop_signals) signals_.add(number);
        if (stop_signals.size() != 0)
            signals_.async_wait([this](error_code error, int) {
                if (!error) end();
            });
        accept();
        context_.run();
    }

    void stop() {
        asio::post(context_, [this] { end(); });
    }

    void wake_streams();
    bool take_token(uid_t uid);
    void forget(const std::shared_ptr<Connection>& connection, const Caller& caller, bool streaming);
    bool admit_stream(const Caller& caller);

    Application& application() { return application_; }
    const Limits& limits() const { return limits_; }
    asio::io_context& context() { return context_; }
    std::span<std::uint8_t> scratch() { return scratch_; }
    Worker& worker() { return worker_; }
    std::set<std::shared_ptr<Connection>>& streaming() { return streaming_; }

private:
    void accept();
    void welcome(Socket socket);
    bool make_room(const Caller& caller);
    static void turn_away(Socket& socket, const std::exception& why);
    void end();

    Application& application_;
    const Limits limits_;
    const Log& log_;
    IdentifyPeer identify_;
    asio::io_context context_{1};
    asio::local::stream_protocol::acceptor acceptor_;
    asio::steady_timer accept_pause_;
    asio::signal_set signals_;
    WipingBuffer scratch_;
    std::set<std::shared_ptr<Connection>> connections_;
    std::set<std::shared_ptr<Connection>> streaming_;
    std::map<uid_t, Usage> usage_;
    std::size_t streams_ = 0;
    std::atomic<bool> wake_pending_ = false;
    bool ended_ = false;
    Worker worker_;  // last: its thread ends before anything that it uses
};

/// A client's connection: reads a request, has it answered, reads the next. Lives on the server's thread only.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Server::Impl& server, Socket socket, Caller caller)
        : server_(server),
          socket_(std::move(socket)),
          timer_(server.context()),
          hold_(server.context()),
          caller_(std::move(caller)),
          reader_(server.limits().header_bytes) {
        socket_.non_blocking(true);
    }

    void start() {
        set_deadline(server_.limits().first_request_time);
        wait_readable();
    }

    const Caller& caller() const { return caller_; }
    bool never_asked() const { return !asked_ && state_ == State::head; }
    bool pending_since_before(const Connection& other) const { return started_at_ < other.started_at_; }

    void close() {
        if (state_ == State::closed) return;
        const bool streaming = state_ == State::streaming;
        state_ = State::closed;
        stream_.reset();
        timer_.cancel();
        hold_.cancel();
        error_code ignored;
        socket_.close(ignored);
        server_.forget(shared_from_this(), caller_, streaming);
    }

    void shed(const std::exception& why) {
        server_.application().refused(caller_, why);
        close();
    }

    /// Sends what the stream has, unless the client still has to take what was sent before.
    void pump() {
        if (state_ != State::streaming || writing_) return;
        const std::string text = stream_->take(kStreamPiece);
        if (text.empty()) {
            set_deadline(server_.limits().heartbeat_time);
        } else {
            write_chunk(text);
        }
    }

private:
    enum class State : std::uint8_t { head, body, handling, writing, paused, streaming, draining, closed };

    // -- time: one timer that is set again only when it would ring too late --

    void set_deadline(std::chrono::milliseconds in) {
        deadline_ = Clock::now() + in;
        if (!timer_set_ || timer_.expiry() > deadline_) set_timer();
    }

    void set_timer() {
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

    void deadline_passed() {
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
                set_deadline(server_.limits().idle_time);
                advance();
                break;
            case State::streaming:
                if (writing_) {
                    shed(HttpError(408, "http.slow_reader", "the client does not take its events"));
                } else {
                    write_chunk(":\n\n");
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

    void wait_readable() {
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

    void readable() {
        const auto scratch = server_.scratch();
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

    void advance() {
        try {
            if (!request_begun_ && !input_.empty()) {
                request_begun_ = true;
                set_deadline(server_.limits().request_time);
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
    bool begin() {
        asked_ = true;
        const Head& head = reader_.head();
        if (!server_.take_token(caller_.peer.uid)) {
            const Busy flood{"http.too_many_requests", "too many requests in a second", "Ask less often."};
            server_.application().refused(caller_, flood);
            pause_after_ = true;
            answer_early(problem(flood));
            return false;
        }
        auto verdict = server_.application().begin(head, caller_);
        if (auto* response = std::get_if<Response>(&verdict)) {
            answer_early(std::move(*response));
            return false;
        }
        admitted_ = std::get<Admitted>(std::move(verdict));
        reader_.allow_body(admitted_.body_bytes);
        state_ = State::body;
        if (head.expects_continue && input_.empty()) {
            error_code error;
            if (socket_.write_some(asio::buffer(kContinue), error) != kContinue.size()) {
                close();
                return false;
            }
        }
        return true;
    }

    /// The answer to a request whose body is not wanted: with one on its way the connection can not go on.
    void answer_early(Response response) {
        if (reader_.head().has_body()) response.close = true;
        respond(std::move(response));
    }

    void refuse(const std::exception& error) {
        server_.application().refused(caller_, error);
        Response response = problem(error);
        response.close = true;
        respond(std::move(response));
    }

    // -- handling --

    void handle() {
        state_ = State::handling;
        deadline_ = kNever;
        auto body = std::make_shared<const WipingBuffer>(reader_.take_body());
        if (!admitted_.worker) return respond(server_.application().finish(admitted_, caller_, *body));
        const bool taken = server_.worker().submit([self = shared_from_this(), body]() mutable {
            Server::Impl& server = self->server_;
            auto response =
                std::make_shared<Response>(server.application().finish(self->admitted_, self->caller_, *body));
            asio::post(server.context(), [self = std::move(self), response] {
                if (self->state_ == State::handling) self->respond(std::move(*response));
            });
        });
        if (!taken) respond(problem(Busy("http.busy", "too many long requests wait already", "Try again later.")));
    }

    // -- writing --

    /// Sends the answer later, so that its time tells nothing of the work.
    void hold(Response response) {
        hold_.expires_at(std::exchange(response.not_before, {}));
        auto held = std::make_shared<Response>(std::move(response));
        hold_.async_wait([self = shared_from_this(), held](error_code error) {
            if (!error && self->state_ == State::handling) self->respond(std::move(*held));
        });
    }

    void respond(Response response) {
        if (response.not_before > std::chrono::steady_clock::now()) return hold(std::move(response));
        admitted_ = {};
        if (response.stream && !server_.admit_stream(caller_)) {
            const Busy too_many{"http.too_many_streams", "too many event streams are open", "Close one of them."};
            server_.application().refused(caller_, too_many);
            response = problem(too_many);
        }
        if (!reader_.head().keep_alive) response.close = true;
        message_.emplace();
        message_->version(11);
        message_->result(static_cast<unsigned>(response.status));
        message_->set(http::field::cache_control, "no-store");
        for (const auto& [name, value] : response.fields) message_->set(name, value);
        if (!response.media.empty()) message_->set(http::field::content_type, response.media);
        if (response.stream) {
            message_->chunked(true);
            return begin_stream(std::move(response.stream));
        }
        message_->keep_alive(!response.close);
        message_->body() = std::move(response.body);
        if (response.status != 204) message_->content_length(message_->body().size());
        close_after_ = response.close;
        state_ = State::writing;
        set_deadline(server_.limits().response_time);
        http::async_write(socket_, *message_, [self = shared_from_this()](error_code error, std::size_t) {
            if (self->state_ == State::closed) return;
            if (error) return self->close();
            self->answered();
        });
    }

    void answered() {
        auto& body = message_->body();
        wipe({reinterpret_cast<std::uint8_t*>(body.data()), body.size()});
        message_.reset();
        if (close_after_) return drain();
        reader_ = RequestReader{server_.limits().header_bytes};
        request_begun_ = false;
        if (input_.empty()) input_ = {};
        state_ = State::head;
        if (std::exchange(pause_after_, false)) {
            state_ = State::paused;
            return set_deadline(kPauseAfterFlood);
        }
        set_deadline(server_.limits().idle_time);
        advance();
    }

    /// Says that nothing more will come, and takes what the client still sends for a moment, so that it gets to read
    /// the answer.
    void drain() {
        error_code ignored;
        socket_.shutdown(Socket::shutdown_send, ignored);
        input_ = {};
        state_ = State::draining;
        set_deadline(kDrainTime);
        wait_readable();
    }

    void begin_stream(std::shared_ptr<Stream> stream) {
        stream_ = std::move(stream);
        state_ = State::streaming;
        server_.streaming().insert(shared_from_this());
        input_ = {};
        wait_readable();
        writing_ = true;
        set_deadline(server_.limits().response_time);
        serializer_.emplace(*message_);
        http::async_write_header(socket_, *serializer_,
                                 [self = shared_from_this()](error_code error, std::size_t) { self->written(error); });
    }

    void write_chunk(std::string_view text) {
        writing_ = true;
        set_deadline(server_.limits().response_time);
        chunk_ = text;
        asio::async_write(socket_, http::make_chunk(asio::buffer(chunk_)),
                          [self = shared_from_this()](error_code error, std::size_t) { self->written(error); });
    }

    void written(error_code error) {
        if (state_ == State::closed) return;
        writing_ = false;
        if (error) return close();
        pump();
    }

    static constexpr Clock::time_point kNever = Clock::time_point::max();

    Server::Impl& server_;
    Socket socket_;
    asio::steady_timer timer_;
    asio::steady_timer hold_;  // of an answer that is not to be given yet
    Caller caller_;
    RequestReader reader_;
    State state_ = State::head;
    WipingBuffer input_;
    Admitted admitted_;
    std::optional<http::response<http::string_body>> message_;
    std::optional<http::response_serializer<http::string_body>> serializer_;
    std::shared_ptr<Stream> stream_;
    std::string chunk_;
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

void Server::Impl::accept() {
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

void Server::Impl::welcome(Socket socket) {
    try {
        const Caller caller = application_.greet(identify_(socket.native_handle()));
        if (!take_token(caller.peer.uid) || !make_room(caller)) {
            const Busy full{"http.too_many_connections", "too many connections are open or were opened in a second",
                            "Close one of them, and use one for many requests."};
            application_.refused(caller, full);
            return turn_away(socket, full);
        }
        const auto connection = std::make_shared<Connection>(*this, std::move(socket), caller);
        connections_.insert(connection);
        ++usage_[caller.peer.uid].connections;
        connection->start();
    } catch (const std::exception& error) {
        log_.warning("a connection was dropped: " + describe(error));
    }
}

/// At a limit, who never asked for anything goes first.
bool Server::Impl::make_room(const Caller& caller) {
    const bool all_full = connections_.size() >= limits_.connections;
    const bool own_full = usage_[caller.peer.uid].connections >= limits_.connections_per_uid;
    if (!all_full && !own_full) return true;
    std::shared_ptr<Connection> idlest;
    for (const auto& connection : connections_) {
        if (!connection->never_asked() || (own_full && connection->caller().peer.uid != caller.peer.uid)) continue;
        if (!idlest || connection->pending_since_before(*idlest)) idlest = connection;
    }
    if (!idlest) return false;
    idlest->shed(Busy("http.idle_shed", "an idle connection made room for another"));
    return true;
}

/// One try to say why; nothing is kept for this client.
void Server::Impl::turn_away(Socket& socket, const std::exception& why) {
    const Response response = problem(why);
    std::string text = "HTTP/1.1 " + std::to_string(response.status) +
                       " Too Many Requests\r\nContent-Type: " + response.media +
                       "\r\nContent-Length: " + std::to_string(response.body.size()) +
                       "\r\nRetry-After: 1\r\nConnection: close\r\n\r\n" + response.body;
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
}

bool Server::Impl::take_token(uid_t uid) {
    const auto now = Clock::now();
    const double burst = static_cast<double>(limits_.requests_burst_per_uid);
    Usage& used = usage_.try_emplace(uid, Usage{0, 0, burst, now}).first->second;
    const double seconds = std::chrono::duration<double>(now - used.counted_at).count();
    used.counted_at = now;
    used.tokens = std::min(burst, used.tokens + seconds * static_cast<double>(limits_.requests_per_second_per_uid));
    if (used.tokens < 1) return false;
    used.tokens -= 1;
    return true;
}

bool Server::Impl::admit_stream(const Caller& caller) {
    Usage& used = usage_[caller.peer.uid];
    if (streams_ >= limits_.event_streams || used.streams >= limits_.event_streams_per_uid) return false;
    ++streams_;
    ++used.streams;
    return true;
}

void Server::Impl::forget(const std::shared_ptr<Connection>& connection, const Caller& caller, bool streaming) {
    connections_.erase(connection);
    streaming_.erase(connection);
    Usage& used = usage_[caller.peer.uid];
    --used.connections;
    if (!streaming) return;
    --used.streams;
    --streams_;
}

void Server::Impl::wake_streams() {
    if (wake_pending_.exchange(true)) return;
    asio::post(context_, [this] {
        wake_pending_ = false;
        const auto open = streaming_;  // pump() may close one
        for (const auto& connection : open) connection->pump();
    });
}

void Server::Impl::end() {
    if (std::exchange(ended_, true)) return;
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
    signals_.cancel(ignored);
    const auto open = connections_;
    for (const auto& connection : open) connection->close();
    context_.stop();
}

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

// --- the client's transport ------------------------------------------------------------------------------------------

namespace tahvil::client {

namespace {

using Clock = std::chrono::steady_clock;
using boost::system::error_code;

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
            const Unreachable error = unreachable_by_errno("tahvild can not be reached at " + path);
            ::close(socket_);
            throw error;
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

    /// Takes bytes from the daemon into the parser until `enough`.
    template <typename Parser, typename Enough>
    void receive(Parser& parser, Clock::time_point deadline, const Enough& enough) {
        while (true) {
            while (!input_.empty()) {
                error_code error;
                const std::size_t taken = parser.put(asio::buffer(input_), error);
                daemon::api::consume(input_, taken);
                if (error && error != http::error::need_more)
                    throw unreachable("the answer from " + path_ + " is no HTTP: " + error.message());
                if (enough() || taken == 0) break;
            }
            if (enough()) return;
            wait(POLLIN, deadline);
            std::array<std::uint8_t, 16384> piece{};
            const ssize_t size = ::recv(socket_, piece.data(), piece.size(), MSG_DONTWAIT);
            if (size < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (size <= 0) throw unreachable("the connection to tahvild was closed before the answer was whole");
            input_.insert(input_.end(), piece.begin(), piece.begin() + size);
            wipe(piece);  // an answer may hold a key
        }
    }

private:
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

template <typename Parser>
RawAnswer to_answer(Parser& parser) {
    auto& message = parser.get();
    RawAnswer answer;
    answer.status = static_cast<int>(message.result_int());
    answer.media = std::string{message[http::field::content_type]};
    answer.location = std::string{message[http::field::location]};
    answer.body = std::move(message.body());
    answer.keep_alive = parser.keep_alive();
    return answer;
}

}  // namespace

Transport::Transport(const std::string& socket_path) : impl_(std::make_unique<Impl>(socket_path)) {}
Transport::~Transport() = default;

RawAnswer Transport::exchange(std::string_view method, std::string_view target, const Fields& fields, ByteView body,
                              std::chrono::milliseconds answer_time) {
    const auto deadline = Clock::now() + answer_time;
    impl_->send(method, target, fields, body, deadline);
    http::response_parser<http::string_body> parser;
    parser.body_limit(kLargestAnswer);
    parser.eager(true);
    impl_->receive(parser, deadline, [&] { return parser.is_done(); });
    return to_answer(parser);
}

RawAnswer Transport::stream(std::string_view target, const Fields& fields,
                            const std::function<bool(std::string_view)>& each, std::chrono::milliseconds silence) {
    impl_->send("GET", target, fields, {}, Clock::now() + silence);
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    parser.eager(true);
    impl_->receive(parser, Clock::now() + silence, [&] { return parser.is_header_done(); });
    if (parser.get().result_int() != 200) {
        impl_->receive(parser, Clock::now() + silence, [&] { return parser.is_done(); });
        return to_answer(parser);
    }
    std::string& body = parser.get().body();
    while (true) {
        if (!body.empty()) {
            if (!each(body)) return to_answer(parser);
            body.clear();
        }
        if (parser.is_done()) throw unreachable("tahvild ended the stream of events");
        impl_->receive(parser, Clock::now() + silence, [&] { return !body.empty() || parser.is_done(); });
    }
}

}  // namespace tahvil::client
