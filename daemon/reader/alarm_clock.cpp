#include "daemon/reader/alarm_clock.h"

namespace tahvil::daemon {

AlarmClock::AlarmClock() : thread_([this] { run(); }) {}

AlarmClock::~AlarmClock() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

AlarmClock::Id AlarmClock::set(Time at, std::function<void()> ring) {
    Id id;
    {
        const std::lock_guard lock(mutex_);
        id = {at, ++last_};
        alarms_.emplace(id, std::move(ring));
        if (alarms_.begin()->first != id) return id;
    }
    changed_.notify_one();
    return id;
}

void AlarmClock::cancel(const Id& id) {
    const std::lock_guard lock(mutex_);
    if (alarms_.erase(id) != 0 && alarms_.empty()) changed_.notify_one();
}

void AlarmClock::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (alarms_.empty()) {
            changed_.wait(lock);
        } else if (const Time next = alarms_.begin()->first.first; std::chrono::steady_clock::now() < next) {
            changed_.wait_until(lock, next);
        } else {
            const std::function<void()> ring = std::move(alarms_.begin()->second);
            alarms_.erase(alarms_.begin());
            lock.unlock();
            ring();
            lock.lock();
        }
    }
}

}  // namespace tahvil::daemon
