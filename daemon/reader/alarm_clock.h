#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace tahvil::daemon {

/// Calls back at given times, from a thread of its own that sleeps without a time limit while nothing is set.
class AlarmClock {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Id = std::pair<Time, std::uint64_t>;

    AlarmClock();
    AlarmClock(const AlarmClock&) = delete;
    AlarmClock& operator=(const AlarmClock&) = delete;
    ~AlarmClock();

    /// `ring` is called once with no lock held; it must be quick and must not throw.
    Id set(Time at, std::function<void()> ring);

    /// An alarm that rings just now may still be under way when this returns.
    void cancel(const Id& id);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<Id, std::function<void()>> alarms_;
    std::uint64_t last_ = 0;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace tahvil::daemon
