#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/reader/reader.h"
#include "daemon/reader/worker.h"
#include "pcsc/usb_inventory.h"

namespace tahvil::daemon {

/// One reader as GET /v1/readers tells it.
struct ReaderView {
    std::string id;
    std::string name;
    ReaderKind kind = ReaderKind::pcsc;
    ReaderState state;
    std::optional<pcsc::UsbReader> usb;  ///< what the reader says of itself on the bus, when it is on one
    std::optional<ReaderFault> fault;
    bool busy = false;       ///< a job holds the card
    std::size_t queued = 0;  ///< jobs that wait

    friend bool operator==(const ReaderView&, const ReaderView&) = default;
};

/// The PC/SC service as GET /v1/health tells it.
struct ServiceView {
    bool watched = false;    ///< whether this daemon uses PC/SC at all
    bool available = false;  ///< the service answers
    std::optional<ReaderFault> last_error;
};

struct ReaderEvent {
    enum class Kind : std::uint8_t {
        reader_added,
        reader_removed,
        card_inserted,
        card_removed,
        state_changed,  ///< taken or released by another program, found mute
        fault,
        fault_cleared,
        service_lost,
        service_found,
    };
    Kind kind = Kind::state_changed;
    ReaderView reader;    ///< as it was then; empty for the service events
    ServiceView service;  ///< for the service events
};

/// "reader.added", as the event stream names it.
std::string_view name(ReaderEvent::Kind kind);

/// All readers of the machine with their workers: those of the PC/SC service, that come and go, and embedded ones.
class ReaderPool {
public:
    /// `listener` hears every event, one at a time and in order, on changing threads with no lock held. It must be
    /// quick (post it elsewhere) and may call back into the pool.
    ReaderPool(WorkerLimits limits, std::function<void(const ReaderEvent&)> listener);
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;
    ~ReaderPool();

    /// Follows the readers of the PC/SC service from now on, whether it runs already or not.
    void watch_pcsc();

    /// Throws InvalidInput when a reader of that id is there already.
    void add(const std::shared_ptr<Reader>& reader);
    /// Without effect when there is none of that id.
    void remove(std::string_view id);

    std::vector<ReaderView> readers() const;
    /// Throws ReaderNotFound.
    ReaderView reader(std::string_view id) const;
    ServiceView service() const;

    /// Throws ReaderNotFound, ReaderQueueFull and ReaderStuck.
    std::shared_ptr<JobTicket> submit(std::string_view reader_id, Job job);

    /// Ends all jobs with ReaderGone, and the threads; the pool takes no readers any more.
    void stop();

private:
    class Impl;
    std::unique_ptr<AlarmClock> alarms_;
    std::shared_ptr<Impl> impl_;
};

}  // namespace tahvil::daemon
