#include "pcsc/service_watch.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "crypto/error.h"

namespace tahvil::pcsc {

namespace {

constexpr std::uint32_t kEvents =
    IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
// Folders that come and go while they are being looked at are given up on after so many rounds.
constexpr int kMaxRounds = 16;
// The service makes its folder, its socket and the rights of the socket one after the other.
constexpr int kSettleMilliseconds = 50;
// Taken only when the kernel has no inotify instance left for us.
constexpr int kBlindMilliseconds = 10'000;

}  // namespace

ServiceWatch::ServiceWatch(std::string socket)
    : folder_(std::filesystem::path(std::move(socket)).parent_path().string()),
      interrupted_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (interrupted_ < 0) throw Error("system.no_descriptor", "no event descriptor for the PC/SC monitor");
}

ServiceWatch::~ServiceWatch() {
    if (events_ >= 0) close(events_);
    close(interrupted_);
}

void ServiceWatch::arm() {
    // A new instance each time drops the watches and the events of before.
    if (events_ >= 0) close(events_);
    events_ = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (events_ < 0) return;
    for (int round = 0; round < kMaxRounds; ++round) {
        if (watch_nearest_folder()) return;
    }
}

bool ServiceWatch::watch_nearest_folder() {
    std::filesystem::path folder = folder_;
    std::filesystem::path missing;
    while (inotify_add_watch(events_, folder.c_str(), kEvents) < 0) {
        if (!folder.has_relative_path()) return true;
        missing = folder;
        folder = folder.parent_path();
    }
    // Made between the two looks? Then nobody would tell us of what is made within.
    return missing.empty() || access(missing.c_str(), F_OK) != 0;
}

void ServiceWatch::wait() {
    std::array<pollfd, 2> waiting{{{interrupted_, POLLIN, 0}, {events_, POLLIN, 0}}};
    const int timeout = events_ >= 0 ? -1 : kBlindMilliseconds;
    while (poll(waiting.data(), waiting.size(), timeout) < 0 && errno == EINTR) {
    }
    if (waiting[0].revents == 0) poll(waiting.data(), 1, kSettleMilliseconds);
}

void ServiceWatch::interrupt() noexcept {
    const std::uint64_t one = 1;
    if (write(interrupted_, &one, sizeof one) < 0) return;  // the counter is full: interrupted already
}

}  // namespace tahvil::pcsc
