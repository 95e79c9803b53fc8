#include "daemon/desk/notice_service.h"

#include <utility>

namespace tahvil::daemon {

namespace {

constexpr std::chrono::minutes kPause{1};
constexpr std::size_t kRaisedAtOnce = 100;  // in one transaction, for which others wait
constexpr std::size_t kSentAtOnce = 100;    // before there is a look whether to stop

NoticeChannel channel_of(const NoticeConfig& config) {
    if (!config.command.empty()) return command_channel(config.command);
    if (!config.socket.empty()) return webhook_channel(config.socket, config.target);
    return {};
}

}  // namespace

NoticeService::NoticeService(Desk& desk, const Log& log, std::function<void(const std::string&)> told)
    : desk_(&desk), log_(&log), told_(std::move(told)), channel_(channel_of(desk.config().notices)) {
    if (channel_) thread_ = std::thread([this] { run(); });
}

NoticeService::~NoticeService() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void NoticeService::wake() {
    {
        const std::lock_guard lock(mutex_);
        wake_ = true;
    }
    changed_.notify_all();
}

void NoticeService::run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        wake_ = false;
        lock.unlock();
        try {
            work_once();
            trouble_.clear();
        } catch (const Error& error) {
            if (trouble_ != error.code()) log_->warning("notices wait: " + std::string(error.code()));
            trouble_ = error.code();
        } catch (const std::exception&) {
            log_->error("notices wait: a fault of the program");
        }
        lock.lock();
        changed_.wait_for(lock, kPause, [this] { return stop_ || wake_; });
    }
}

void NoticeService::work_once() {
    const auto now = [this] { return desk_->now(); };
    desk_->work([&](OpenDesk& open) { open.uncollected.raise_notices(kRaisedAtOnce, {"service", now(), {}, {}}); });
    const auto with_outbox = [this](const std::function<void(Outbox&)>& work) {
        desk_->work([&](OpenDesk& open) { work(open.outbox); });
    };
    const auto stopped = [this] {
        const std::lock_guard lock(mutex_);
        return stop_;
    };
    for (std::size_t i = 0; i < kSentAtOnce && !stopped(); ++i) {
        std::string delivery;
        const NoticeChannel noted = [&](const NoticeMessage& message) {
            delivery = message.delivery;
            return channel_(message);
        };
        if (send_due(with_outbox, noted, now, 1) == 0) break;
        told_(delivery);
    }
}

}  // namespace tahvil::daemon
