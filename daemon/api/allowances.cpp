#include "daemon/api/allowances.h"

#include <algorithm>

namespace tahvil::daemon::api {

double Allowances::tokens_of(const Usage& used, Time now) const {
    const auto burst = static_cast<double>(limits_.requests_burst_per_uid);
    const double seconds = std::chrono::duration<double>(now - used.counted_at).count();
    return std::min(burst, used.tokens + seconds * static_cast<double>(limits_.requests_per_second_per_uid));
}

/// A uid that has nothing open and all its tokens is like one that never came.
void Allowances::forget_idle(Time now) {
    const auto burst = static_cast<double>(limits_.requests_burst_per_uid);
    std::erase_if(usage_, [&](const auto& entry) {
        return entry.second.connections == 0 && tokens_of(entry.second, now) >= burst;
    });
}

bool Allowances::take_token(uid_t uid, Time now) {
    auto found = usage_.find(uid);
    if (found == usage_.end()) {
        if (usage_.size() >= kUidsRemembered) forget_idle(now);
        found = usage_.emplace(uid, Usage{0, 0, static_cast<double>(limits_.requests_burst_per_uid), now}).first;
    }
    Usage& used = found->second;
    used.tokens = tokens_of(used, now);
    used.counted_at = now;
    if (used.tokens < 1) return false;
    used.tokens -= 1;
    return true;
}

bool Allowances::own_connections_full(uid_t uid) const {
    const auto found = usage_.find(uid);
    return found != usage_.end() && found->second.connections >= limits_.connections_per_uid;
}

void Allowances::connected(uid_t uid) {
    ++usage_.at(uid).connections;
    ++connections_;
}

void Allowances::disconnected(uid_t uid) {
    --usage_.at(uid).connections;
    --connections_;
}

bool Allowances::open_stream(uid_t uid) {
    Usage& used = usage_.at(uid);
    if (streams_ >= limits_.event_streams || used.streams >= limits_.event_streams_per_uid) return false;
    ++streams_;
    ++used.streams;
    return true;
}

void Allowances::close_stream(uid_t uid) {
    --usage_.at(uid).streams;
    --streams_;
}

}  // namespace tahvil::daemon::api
