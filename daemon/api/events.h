#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>
#include <sys/types.h>

#include "daemon/api/call.h"

namespace tahvil::daemon::api {

struct Event {
    std::uint64_t number = 0;
    std::string text;            ///< as it is streamed: id, type, and one line of JSON
    std::optional<uid_t> owner;  ///< who may see it; everybody when nobody
    std::string right;           ///< that a caller needs to see it; empty: that of the stream alone
};

/// What happened lately, in order, kept for those who come back. Services publish from any thread.
class EventLog {
public:
    using WallClock = std::function<std::chrono::sys_seconds()>;

    /// `epoch` tells this run of the daemon from another in the ids of events: a short random word.
    EventLog(std::string epoch, std::size_t kept, WallClock now)
        : epoch_(std::move(epoch)), kept_(kept), now_(std::move(now)) {}

    /// `members` are what the event says beside its type and time.
    void publish(std::string_view type, const boost::json::object& members, std::optional<uid_t> owner = std::nullopt,
                 std::string_view right = {});

    /// Called after each event, on the publisher's thread. Waits for a call that is under way.
    void on_publish(std::function<void()> notify);

    std::uint64_t last_number() const;

    /// The number that an id of an earlier event stands for; nothing when it is of another run or no id at all.
    std::optional<std::uint64_t> number_of(std::string_view id) const;

    /// The first event after `number`; sets `lost` when events between were already dropped.
    std::shared_ptr<const Event> next_after(std::uint64_t number, bool& lost) const;

    /// An event as it is streamed, whose data is one line of JSON: {"type": "card.inserted", "at": ..., ...}.
    std::string text_of(std::uint64_t number, std::string_view type, const boost::json::object& members) const;

private:
    std::string epoch_;
    std::size_t kept_;
    WallClock now_;
    std::mutex notify_mutex_;
    std::function<void()> notify_;
    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<const Event>> events_;
    std::uint64_t last_ = 0;
};

/// The events that one caller may see, as server-sent events (HTML, 9.2): from now on, or from after `last_event_id`.
/// When what followed that one is no longer kept, or it is of another run, an event `reset` comes first.
class EventStream : public Stream {
public:
    /// The caller sees what belongs to nobody, what is its own, and with the right checks.any what is others'; of what
    /// takes a right, what it holds.
    EventStream(const EventLog& log, std::string_view last_event_id, Caller caller);

    std::string take(std::size_t most) override;

private:
    const EventLog& log_;
    Caller caller_;
    bool reset_ = false;
    std::uint64_t position_;
};

}  // namespace tahvil::daemon::api
