#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace tahvil::daemon::api {

/// One thread that does one thing after the other and sleeps in between.
class Worker {
public:
    Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    /// Waits for the job that runs; what waits is dropped.
    ~Worker() = default;

    /// False when kWorkerQueue jobs wait already. `job` throws nothing.
    bool submit(std::function<void()> job);

private:
    void run(const std::stop_token& stop);

    std::mutex mutex_;
    std::condition_variable_any arrived_;
    std::deque<std::function<void()>> jobs_;
    std::jthread thread_;  // last, so that it ends first
};

}  // namespace tahvil::daemon::api
