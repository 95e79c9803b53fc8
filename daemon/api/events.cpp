#include "daemon/api/events.h"

#include <charconv>
#include <utility>

#include <boost/json.hpp>

#include "daemon/text/time.h"

namespace tahvil::daemon::api {

std::string EventLog::text_of(std::uint64_t number, std::string_view type, const boost::json::object& members) const {
    boost::json::object event{{"type", type}, {"at", to_iso(now_())}};
    event.insert(members.begin(), members.end());
    return "id: " + epoch_ + "-" + std::to_string(number) + "\nevent: " + std::string{type} +
           "\ndata: " + boost::json::serialize(event) + "\n\n";
}

void EventLog::publish(std::string_view type, const boost::json::object& members, std::optional<uid_t> owner,
                       std::string_view right) {
    {
        const std::lock_guard lock{mutex_};
        const std::uint64_t number = last_ + 1;
        events_.push_back(
            std::make_shared<const Event>(Event{number, text_of(number, type, members), owner, std::string{right}}));
        last_ = number;
        if (events_.size() > kept_) events_.pop_front();
    }
    const std::lock_guard lock{notify_mutex_};
    if (notify_) notify_();
}

void EventLog::on_publish(std::function<void()> notify) {
    const std::lock_guard lock{notify_mutex_};
    notify_ = std::move(notify);
}

std::uint64_t EventLog::last_number() const {
    const std::lock_guard lock{mutex_};
    return last_;
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
    lost = false;
    if (events_.empty() || number >= last_) return nullptr;
    const std::uint64_t first = events_.front()->number;
    lost = number + 1 < first;
    return lost ? events_.front() : events_[static_cast<std::size_t>(number + 1 - first)];
}

EventStream::EventStream(const EventLog& log, std::string_view last_event_id, Caller caller)
    : log_(log), caller_(std::move(caller)), position_(log.last_number()) {
    if (last_event_id.empty()) return;
    if (const auto number = log.number_of(last_event_id)) {
        position_ = *number;
    } else {
        reset_ = true;
    }
}

std::string EventStream::take(std::size_t most) {
    std::string text;
    while (text.size() < most) {
        bool lost = false;
        const auto event = log_.next_after(position_, lost);
        if (std::exchange(reset_, false) || lost) {
            if (lost) position_ = event->number - 1;
            text += log_.text_of(position_, "reset", {});
        }
        if (!event) break;
        position_ = event->number;
        const bool is_theirs = !event->owner || caller_.may_touch(*event->owner, "checks.any");
        if (is_theirs && (event->right.empty() || caller_.may(event->right))) text += event->text;
    }
    return text;
}

}  // namespace tahvil::daemon::api
