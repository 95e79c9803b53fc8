#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/bytes.h"
#include "daemon/api/access.h"

namespace tahvil::daemon::api {

struct Route;

/// An endless answer: server-sent events. Asked on the server's thread only.
class Stream {
public:
    Stream() = default;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream() = default;

    /// What is to be sent now, about `most` bytes of it; empty when there is nothing. Server::wake_streams() tells that
    /// there may be something again.
    virtual std::string take(std::size_t most) = 0;
};

/// One request that was let in: its route is known, its caller has the right, its size is within bounds.
struct Call {
    const Route* route = nullptr;
    const Caller* caller = nullptr;
    std::vector<std::string> path;                           ///< the values of the template's parameters
    std::vector<std::pair<std::string, std::string>> query;  ///< only names that the contract knows, each once
    ByteView body;                                           ///< wiped after the call
    std::string target;                                      ///< path and query as they came
    std::string idempotency_key;
    Bytes body_digest;  ///< SHA-256 of the body without its secret members, where there is an idempotency_key
    std::string last_event_id;

    std::optional<std::string_view> query_value(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string media;  ///< of the body; empty without one
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields;  ///< beside media and length
    std::shared_ptr<Stream> stream;                           ///< in place of a body
    std::string created;                                      ///< the id of what was made
    std::chrono::steady_clock::time_point not_before;         ///< held back until then
    bool close = false;                                       ///< nothing more is read from this connection
};

/// 200 with a JSON text.
Response json_response(std::string text);

/// The answer of a POST that made something: the route's status, {"id": ...}, and its Location. So the same answer can
/// be given again from the id alone.
Response created_response(const Route& route, std::string_view id);

}  // namespace tahvil::daemon::api
