#pragma once

#include <chrono>
#include <cstddef>
#include <map>

#include <sys/types.h>

#include "daemon/api/limits.h"

namespace tahvil::daemon::api {

/// What each uid, and all together, have open and have asked for lately, held against the limits. Not for two threads
/// at once.
class Allowances {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `limits` is kept by reference.
    explicit Allowances(const Limits& limits) : limits_(limits) {}

    /// One request or connection more. False when the uid asks for more than its burst and its rate allow.
    bool take_token(uid_t uid, Time now);

    bool own_connections_full(uid_t uid) const;
    /// Whether the uid may have one connection more.
    bool has_room(uid_t uid) const { return !own_connections_full(uid) && connections_ < limits_.connections; }
    void connected(uid_t uid);
    void disconnected(uid_t uid);

    /// False, and nothing is counted, at a limit.
    bool open_stream(uid_t uid);
    void close_stream(uid_t uid);

    std::size_t remembered() const { return usage_.size(); }

private:
    struct Usage {
        std::size_t connections = 0;
        std::size_t streams = 0;
        double tokens = 0;
        Time counted_at;
    };

    double tokens_of(const Usage& used, Time now) const;
    void forget_idle(Time now);

    const Limits& limits_;
    std::map<uid_t, Usage> usage_;
    std::size_t connections_ = 0;
    std::size_t streams_ = 0;
};

}  // namespace tahvil::daemon::api
