#pragma once

#include <string>

namespace tahvil::pcsc {

/// Waits for the PC/SC service to come up by watching the folder of its socket.
class ServiceWatch {
public:
    explicit ServiceWatch(std::string socket);
    ServiceWatch(const ServiceWatch&) = delete;
    ServiceWatch& operator=(const ServiceWatch&) = delete;
    ~ServiceWatch();

    /// Begins to watch: what happens between this and wait() is not lost, so the service is tried in between.
    void arm();

    /// Returns when something has happened in the folder, or interrupt() was called.
    void wait();

    /// From any thread; for good.
    void interrupt() noexcept;

private:
    bool watch_nearest_folder();

    std::string folder_;
    int events_ = -1;       // inotify
    int interrupted_ = -1;  // eventfd
};

}  // namespace tahvil::pcsc
