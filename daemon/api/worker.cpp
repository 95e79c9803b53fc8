#include "daemon/api/worker.h"

#include "daemon/api/limits.h"

namespace tahvil::daemon::api {

Worker::Worker() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

bool Worker::submit(std::function<void()> job) {
    const std::lock_guard lock{mutex_};
    if (jobs_.size() >= kWorkerQueue) return false;
    jobs_.push_back(std::move(job));
    arrived_.notify_one();
    return true;
}

void Worker::run(const std::stop_token& stop) {
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

}  // namespace tahvil::daemon::api
