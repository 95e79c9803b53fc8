#include "daemon/reader/reader_pool.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "daemon/reader/alarm_clock.h"
#include "daemon/reader/error.h"
#include "daemon/reader/pcsc_reader.h"
#include "pcsc/reader_monitor.h"

namespace tahvil::daemon {

namespace {

/// "ACS ACR39U [CCID] (12) 00 00" becomes "acs-acr39u-ccid-12-00-00".
std::string id_from(std::string_view name) {
    std::string id;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && std::isalnum(byte) != 0) {
            id += static_cast<char>(std::tolower(byte));
        } else if (!id.empty() && id.back() != '-') {
            id += '-';
        }
    }
    while (!id.empty() && id.back() == '-') id.pop_back();
    return id.empty() ? "reader" : id;
}

}  // namespace

std::string_view name(ReaderEvent::Kind kind) {
    switch (kind) {
        case ReaderEvent::Kind::reader_added:
            return "reader.added";
        case ReaderEvent::Kind::reader_removed:
            return "reader.removed";
        case ReaderEvent::Kind::card_inserted:
            return "card.inserted";
        case ReaderEvent::Kind::card_removed:
            return "card.removed";
        case ReaderEvent::Kind::state_changed:
            return "reader.changed";
        case ReaderEvent::Kind::fault:
            return "reader.fault";
        case ReaderEvent::Kind::fault_cleared:
            return "reader.fault_cleared";
        case ReaderEvent::Kind::service_lost:
            return "pcsc.lost";
        case ReaderEvent::Kind::service_found:
            return "pcsc.found";
    }
    return "unknown";
}

class ReaderPool::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(AlarmClock& alarms, WorkerLimits limits, std::function<void(const ReaderEvent&)> listener)
        : alarms_(alarms), limits_(limits), listener_(std::move(listener)) {}

    void watch_pcsc();
    void add(const std::shared_ptr<Reader>& reader, std::optional<pcsc::UsbReader> usb);
    void remove(std::string_view id);
    std::vector<ReaderView> readers() const;
    ReaderView reader(std::string_view id) const;
    ServiceView service() const;
    std::shared_ptr<JobTicket> submit(std::string_view id, Job job);
    void stop();

private:
    struct Place {
        std::shared_ptr<Reader> reader;
        std::shared_ptr<Worker> worker;
        std::optional<pcsc::UsbReader> usb;
        ReaderState told;  // what the listener knows
        std::optional<ReaderFault> told_fault;
    };

    static ReaderView view_of(const Place& place);
    const Place& find(std::string_view id) const;
    void push(ReaderEvent::Kind kind, const Place& place) { events_.push_back({kind, view_of(place), {}}); }
    void push_card_events(Place& place, const ReaderState& now);
    void tell();

    void reader_changed(const std::string& id);
    void fault_changed(const std::string& id);
    void service_reported(const pcsc::MonitorReport& report);
    void note_service(const std::optional<pcsc::ServiceTrouble>& trouble);
    std::string free_id(const std::string& name) const;

    // Outlived by what a thread that hangs in a reader keeps of this, which then has no worker and needs no alarm.
    AlarmClock& alarms_;
    const WorkerLimits limits_;
    const std::function<void(const ReaderEvent&)> listener_;

    mutable std::mutex mutex_;
    std::map<std::string, Place, std::less<>> places_;
    std::map<std::string, std::shared_ptr<PcscReader>, std::less<>> slots_;  // by the name of the service
    ServiceView service_;
    std::deque<ReaderEvent> events_;
    bool telling_ = false;
    bool stopped_ = false;

    std::unique_ptr<pcsc::ReaderMonitor> monitor_;
};

ReaderView ReaderPool::Impl::view_of(const Place& place) {
    ReaderView view;
    view.id = place.reader->id();
    view.name = place.reader->name();
    view.kind = place.reader->kind();
    view.state = place.reader->state();
    view.usb = place.usb;
    view.fault = place.worker->fault();
    view.busy = place.worker->busy();
    view.queued = place.worker->queued();
    return view;
}

const ReaderPool::Impl::Place& ReaderPool::Impl::find(std::string_view id) const {
    const auto found = places_.find(id);
    if (found == places_.end()) throw ReaderNotFound(std::string(id));
    return found->second;
}

/// Hands out what waits, in order: by one thread at a time, the others leave theirs to it.
void ReaderPool::Impl::tell() {
    std::unique_lock lock(mutex_);
    if (telling_) return;
    telling_ = true;
    while (!events_.empty()) {
        const ReaderEvent event = std::move(events_.front());
        events_.pop_front();
        lock.unlock();
        if (listener_) listener_(event);
        lock.lock();
    }
    telling_ = false;
}

void ReaderPool::Impl::push_card_events(Place& place, const ReaderState& now) {
    const ReaderState before = std::exchange(place.told, now);
    if (before == now) return;
    const bool was_in = before.card != CardPresence::absent;
    const bool is_in = now.card != CardPresence::absent;
    const bool swapped = before.insertions != now.insertions;
    if (was_in && (!is_in || swapped)) push(ReaderEvent::Kind::card_removed, place);
    if (is_in && (!was_in || swapped)) push(ReaderEvent::Kind::card_inserted, place);
    if (was_in == is_in && !swapped) push(ReaderEvent::Kind::state_changed, place);
}

void ReaderPool::Impl::add(const std::shared_ptr<Reader>& reader, std::optional<pcsc::UsbReader> usb) {
    const std::string id = reader->id();
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        if (places_.contains(id)) throw InvalidInput("reader.duplicate", "there is a reader \"" + id + "\" already");
        Place place;
        place.reader = reader;
        place.usb = std::move(usb);
        place.worker = std::make_shared<Worker>(reader, alarms_, limits_, [pool = weak_from_this(), id] {
            if (const auto self = pool.lock()) self->fault_changed(id);
        });
        Place& placed = places_.emplace(id, std::move(place)).first->second;
        push(ReaderEvent::Kind::reader_added, placed);
    }
    reader->on_change([pool = weak_from_this(), id] {
        if (const auto self = pool.lock()) self->reader_changed(id);
    });
    // A card that was in it before, or came before on_change().
    reader_changed(id);
}

void ReaderPool::Impl::remove(std::string_view id) {
    Place place;
    {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(id);
        if (found == places_.end()) return;
        place = std::move(found->second);
        places_.erase(found);
    }
    place.reader->on_change(nullptr);
    place.worker->stop();
    {
        const std::lock_guard lock(mutex_);
        push(ReaderEvent::Kind::reader_removed, place);
    }
    tell();
}

void ReaderPool::Impl::reader_changed(const std::string& id) {
    std::shared_ptr<Worker> worker;
    {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(id);
        if (found == places_.end()) return;
        const ReaderState now = found->second.reader->state();
        if (now.insertions != found->second.told.insertions) worker = found->second.worker;
        push_card_events(found->second, now);
    }
    if (worker) worker->card_changed();
    tell();
}

void ReaderPool::Impl::fault_changed(const std::string& id) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(id);
        if (found == places_.end()) return;
        Place& place = found->second;
        const std::optional<ReaderFault> now = place.worker->fault();
        if (std::exchange(place.told_fault, now) == now) return;
        push(now ? ReaderEvent::Kind::fault : ReaderEvent::Kind::fault_cleared, place);
    }
    tell();
}

std::string ReaderPool::Impl::free_id(const std::string& name) const {
    const std::string base = id_from(name);
    const std::lock_guard lock(mutex_);
    std::string id = base;
    for (unsigned n = 2; places_.contains(id); ++n) id = base + "-" + std::to_string(n);
    return id;
}

void ReaderPool::Impl::note_service(const std::optional<pcsc::ServiceTrouble>& trouble) {
    {
        const std::lock_guard lock(mutex_);
        const bool was_available = std::exchange(service_.available, !trouble.has_value());
        if (trouble) service_.last_error = ReaderFault{trouble->code, trouble->words, trouble->remedy};
        if (was_available == service_.available) return;
        events_.push_back(
            {service_.available ? ReaderEvent::Kind::service_found : ReaderEvent::Kind::service_lost, {}, service_});
    }
    tell();
}

/// On the monitor's thread.
void ReaderPool::Impl::service_reported(const pcsc::MonitorReport& report) {
    const auto is_named = [](const std::string& name) {
        return [&name](const pcsc::Slot& slot) { return slot.name == name; };
    };
    for (auto it = slots_.begin(); it != slots_.end();) {
        if (std::any_of(report.slots.begin(), report.slots.end(), is_named(it->first))) {
            ++it;
            continue;
        }
        remove(it->second->id());
        it = slots_.erase(it);
    }
    note_service(report.trouble);

    const bool any_new = std::any_of(report.slots.begin(), report.slots.end(),
                                     [this](const pcsc::Slot& slot) { return !slots_.contains(slot.name); });
    std::vector<pcsc::UsbReader> on_the_bus;
    std::vector<std::string> names;
    if (any_new) {
        on_the_bus = pcsc::list_usb_readers();
        for (const pcsc::Slot& slot : report.slots) names.push_back(slot.name);
    }
    for (const pcsc::Slot& slot : report.slots) {
        if (const auto known = slots_.find(slot.name); known != slots_.end()) {
            known->second->update(slot);
            continue;
        }
        auto usb = pcsc::find_usb_reader(slot.name, names, on_the_bus);
        auto reader = std::make_shared<PcscReader>(free_id(slot.name), slot, usb);
        slots_.emplace(slot.name, reader);
        add(reader, std::move(usb));
    }
}

void ReaderPool::Impl::watch_pcsc() {
    {
        const std::lock_guard lock(mutex_);
        if (service_.watched) return;
        service_.watched = true;
    }
    monitor_ = std::make_unique<pcsc::ReaderMonitor>([pool = weak_from_this()](const pcsc::MonitorReport& report) {
        if (const auto self = pool.lock()) self->service_reported(report);
    });
}

std::vector<ReaderView> ReaderPool::Impl::readers() const {
    const std::lock_guard lock(mutex_);
    std::vector<ReaderView> views;
    views.reserve(places_.size());
    for (const auto& [id, place] : places_) views.push_back(view_of(place));
    return views;
}

ReaderView ReaderPool::Impl::reader(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    return view_of(find(id));
}

ServiceView ReaderPool::Impl::service() const {
    const std::lock_guard lock(mutex_);
    return service_;
}

std::shared_ptr<JobTicket> ReaderPool::Impl::submit(std::string_view id, Job job) {
    std::shared_ptr<Worker> worker;
    {
        const std::lock_guard lock(mutex_);
        worker = find(id).worker;
    }
    return worker->submit(std::move(job));
}

void ReaderPool::Impl::stop() {
    monitor_.reset();
    std::vector<std::string> ids;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        for (const auto& [id, place] : places_) ids.push_back(id);
    }
    for (const std::string& id : ids) remove(id);
    slots_.clear();
}

ReaderPool::ReaderPool(WorkerLimits limits, std::function<void(const ReaderEvent&)> listener)
    : alarms_(std::make_unique<AlarmClock>()), impl_(std::make_shared<Impl>(*alarms_, limits, std::move(listener))) {}

ReaderPool::~ReaderPool() {
    stop();
    alarms_.reset();
}

void ReaderPool::watch_pcsc() {
    impl_->watch_pcsc();
}

void ReaderPool::add(const std::shared_ptr<Reader>& reader) {
    impl_->add(reader, std::nullopt);
}

void ReaderPool::remove(std::string_view id) {
    impl_->remove(id);
}

std::vector<ReaderView> ReaderPool::readers() const {
    return impl_->readers();
}

ReaderView ReaderPool::reader(std::string_view id) const {
    return impl_->reader(id);
}

ServiceView ReaderPool::service() const {
    return impl_->service();
}

std::shared_ptr<JobTicket> ReaderPool::submit(std::string_view reader_id, Job job) {
    return impl_->submit(reader_id, std::move(job));
}

void ReaderPool::stop() {
    impl_->stop();
}

}  // namespace tahvil::daemon
