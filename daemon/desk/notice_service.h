#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/delivery/notice_channel.h"
#include "daemon/desk/desk.h"
#include "daemon/log.h"

namespace tahvil::daemon {

/// Raises the notices that are due and sends them, every minute, when a card arrived, and on a thread of its own, when
/// the configuration says by whom. A desk that can not be opened is tried again the next minute.
class NoticeService {
public:
    /// All must outlive this. `told` gets the id of a delivery whose holder was told.
    NoticeService(Desk& desk, const Log& log, std::function<void(const std::string&)> told);
    NoticeService(const NoticeService&) = delete;
    NoticeService& operator=(const NoticeService&) = delete;
    ~NoticeService();

    /// A card has arrived, of which its holder may be told at once.
    void wake();

private:
    void run();
    void work_once();

    Desk* desk_;
    const Log* log_;
    std::function<void(const std::string&)> told_;
    NoticeChannel channel_;
    std::string trouble_;  // that was logged last
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stop_ = false;
    bool wake_ = false;
    std::thread thread_;
};

}  // namespace tahvil::daemon
