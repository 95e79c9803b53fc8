#include "daemon/api/events.h"

#include <charconv>
#include <utility>

namespace tahvil::daemon::api {

void EventLog::publish(std::string type, std::string data, std::optional<uid_t> owner) {
    {
        const std::lock_guard lock{mutex_};
        events_.push_back(std::make_shared<const Event>(Event{++last_, std::move(type), std::move(data), owner}));
        if (events_.size() > kept_) events_.pop_front();
    }
    if (notify_) notify_();
}

std::uint64_t EventLog::last_number() const {
    const std::lock_guard lock{mutex_};
    return last_;
}

std::string EventLog::id_of(std::uint64_t number) const {
    return epoch_ + "-" + std::to_string(number);
}

std::optional<std::uint64_t> EventLog::number_of(std::string_view id) const {
    if (!id.starts_with(epoch_ + "-")) return std::nullopt;
    const std::string_view digits = id.substr(epoch_.size() + 1);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || end != digits.data() + digits.size() || number > last_number()) return std::nullopt;
    return number;
}

std::shared_ptr<const Event> EventLog::next_after(std::uint64_t number, bool& lost) const {
    const std::lock_guard lock{mutex_};
    if (events_.empty() || number >= last_) {
        lost = false;
        return nullptr;
    }
    const std::uint64_t first = events_.front()->number;
    lost = number + 1 < first;
    return lost ? events_.front() : events_[static_cast<std::size_t>(number + 1 - first)];
}

}  // namespace tahvil::daemon::api
