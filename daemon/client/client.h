#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/error.h"

namespace tahvil::client {

inline constexpr std::string_view kDefaultSocket = "/run/tahvil/tahvild.sock";

/// The daemon can not be reached, or it broke off (exit status 5).
class Unreachable : public Error {
public:
    using Error::Error;
    bool try_again() const noexcept override { return true; }
};

/// The daemon answered with a problem document (RFC 9457). code() is its type without the prefix urn:tahvil:problem:.
class Refused : public Error {
public:
    Refused(int status, std::string code, const std::string& what, std::string remedy, bool try_again,
            std::vector<std::string> choices, std::string document)
        : Error(std::move(code), what, std::move(remedy)),
          status_(status),
          try_again_(try_again),
          choices_(std::move(choices)),
          document_(std::move(document)) {}

    int status() const noexcept { return status_; }
    bool try_again() const noexcept override { return try_again_; }
    const std::vector<std::string>& choices() const noexcept { return choices_; }
    const std::string& document() const noexcept { return document_; }  ///< the JSON text as it came

private:
    int status_;
    bool try_again_;
    std::vector<std::string> choices_;
    std::string document_;
};

/// The status that a program ends with after the error: 2 bad input, 4 no reader or no card, 5 the daemon can not be
/// reached, 6 not permitted, 3 for everything else that stopped the work (a person must look).
int exit_status(const Error& error);

struct Answer {
    int status = 0;
    std::string media;
    std::string body;
    std::string location;
};

/// An event of GET /v1/events.
struct Event {
    std::string id;
    std::string type;
    std::string data;  ///< JSON
};

/// A connection to tahvild. Made when it is first needed, and made again after the daemon has closed an idle one. Not
/// for two threads at once.
class Client {
public:
    static constexpr std::chrono::milliseconds kAnswerTime = std::chrono::seconds{60};

    /// Connects to nothing yet. `answer_time` is how long one answer may take.
    explicit Client(std::string socket_path, std::chrono::milliseconds answer_time = kAnswerTime);
    ~Client();
    Client(Client&& other) noexcept;
    Client& operator=(Client&& other) noexcept;

    /// Each throws Unreachable, or Refused when the answer is a problem document. `target` is path and query, already
    /// percent-encoded.
    Answer get(std::string_view target);
    Answer post(std::string_view target, std::string_view json, std::string_view idempotency_key = {});
    /// JSON that holds a secret: it is in locked memory here and wiped on the way.
    Answer post_secret(std::string_view target, const SecretBytes& json, std::string_view idempotency_key = {});
    Answer post_file(std::string_view target, ByteView file, std::string_view idempotency_key = {});
    Answer remove(std::string_view target);  ///< DELETE

    /// Reads the event stream on a connection of its own until `each` says false. `last_event_id` resumes. Throws
    /// Unreachable when the stream ends by itself, or stays without even a heartbeat for `silence`.
    void events(const std::function<bool(const Event&)>& each, std::string_view last_event_id = {},
                std::chrono::milliseconds silence = std::chrono::seconds{60});

private:
    struct Connection;

    Answer send(std::string_view method, std::string_view target, std::string_view media, ByteView body,
                std::string_view idempotency_key);

    std::string socket_path_;
    std::chrono::milliseconds answer_time_;
    std::unique_ptr<Connection> connection_;
};

/// Percent-encodes a part of a path or a query.
std::string encode(std::string_view part);

}  // namespace tahvil::client
