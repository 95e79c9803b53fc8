#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace tahvil::daemon::api {

struct Event {
    std::uint64_t number = 0;
    std::string type;            ///< "card.inserted"
    std::string data;            ///< one line of JSON, {"type": ..., "at": ..., ...}
    std::optional<uid_t> owner;  ///< who may see it; everybody when nobody
};

/// What happened lately, in order, kept for those who come back. Services publish from any thread.
class EventLog {
public:
    /// `epoch` tells this run of the daemon from another in the ids of events: a short random word.
    EventLog(std::string epoch, std::size_t kept) : epoch_(std::move(epoch)), kept_(kept) {}

    /// `data` is a JSON object in one line whose members `type` and `at` the contract asks for.
    void publish(std::string type, std::string data, std::optional<uid_t> owner = std::nullopt);

    /// Called after each event, on the publisher's thread. Set before the first event.
    void on_publish(std::function<void()> notify) { notify_ = std::move(notify); }

    std::uint64_t last_number() const;

    /// The number that an id of an earlier event stands for; nothing when it is of another run or no id at all.
    std::optional<std::uint64_t> number_of(std::string_view id) const;
    std::string id_of(std::uint64_t number) const;

    /// The first event after `number`; sets `lost` when events between were already dropped.
    std::shared_ptr<const Event> next_after(std::uint64_t number, bool& lost) const;

private:
    std::string epoch_;
    std::size_t kept_;
    std::function<void()> notify_;
    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<const Event>> events_;
    std::uint64_t last_ = 0;
};

}  // namespace tahvil::daemon::api
