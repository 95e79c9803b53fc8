#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "crypto/sealed.h"
#include "daemon/delivery/deliveries.h"
#include "daemon/delivery/handover.h"
#include "daemon/delivery/inquiry.h"
#include "daemon/delivery/outbox.h"
#include "daemon/delivery/shipment.h"
#include "daemon/delivery/uncollected.h"
#include "daemon/desk/desk_config.h"
#include "daemon/error.h"
#include "daemon/journal/journal.h"
#include "daemon/store/database.h"
#include "daemon/store/error.h"
#include "daemon/terminal/terminal.h"

namespace tahvil::daemon {

/// A request that may come twice and is to have one effect.
struct DeskRequest {
    uid_t caller = 0;
    std::string key;  ///< method, path and Idempotency-Key; empty: the caller sent none
    Bytes digest;     ///< SHA-256 of its body without secrets; only a blind index of it is kept
};

/// What keeps the desk from its work, in words for a person.
struct DeskFault {
    std::string code;
    std::string detail;
    std::string remedy;
};

/// How the desk is doing.
struct DeskState {
    bool configured = false;         ///< there is a key for a store
    bool open = false;               ///< so is the store
    std::optional<DeskFault> fault;  ///< the last one; nothing once the store has taken something again
};

/// The store while it is open, for one thread at a time.
struct OpenDesk {
    OpenDesk(const DeskConfig& config, const StoreKeys& keys, const Terminal& terminal);
    OpenDesk(const OpenDesk&) = delete;
    OpenDesk& operator=(const OpenDesk&) = delete;

    std::shared_ptr<const SigningIdentity> checkpoints;
    Database database;
    Journal journal;
    Deliveries deliveries;
    Handover handover;
    OfficeCalendar calendar;
    Outbox outbox;
    Uncollected uncollected;
    Shipments shipments;
};

/// The office's desk in a running daemon: opens the store when its keys are there and the terminal is enrolled, and
/// lets one caller after the other work with it. Every function may be called from any thread.
class Desk {
public:
    using Clock = std::function<std::chrono::sys_seconds()>;

    /// The terminal must outlive this.
    Desk(DeskConfig config, std::chrono::milliseconds request_time, const Terminal& terminal, Clock now);

    const DeskConfig& config() const { return config_; }
    std::chrono::sys_seconds now() const { return now_(); }

    /// Lets `work` use the store. Throws Unavailable "store.no_key", "terminal.not_enrolled" and whatever keeps the
    /// store from being opened, and what `work` throws.
    template <typename Work>
    auto work(const Work& work) {
        const std::lock_guard lock(mutex_);
        try {
            OpenDesk& desk = opened();
            const Watch watch(*this, desk.database);
            return work(desk);
        } catch (const Unavailable& error) {
            note(error);
            throw;
        } catch (const StoreError& error) {
            note(error);
            throw;
        }
    }

    /// Opens the store if it can be, so that state() says how it is before anybody works.
    void try_to_open() noexcept;

    /// Never waits for who works.
    DeskState state() const;

    /// Lets `work`, which commits one transaction, use the store unless the same request did before, also before a
    /// restart or in another daemon on this store. Answers with the id of what it made: what `result` says of the store
    /// at the end of that transaction. Throws MalformedData "idempotency.other_body" when the key came with another
    /// body, and as work().
    std::string once(const DeskRequest& request, const std::function<std::string(Database&)>& result,
                     const std::function<void(OpenDesk&)>& work);

    /// Answers inquiries; see Inquiry.
    InquiryAnswer inquire(const std::function<InquiryAnswer(Inquiry&, Deliveries&)>& ask);

    /// Goes on sealing what older keys of the store sealed under the current one: up to `records` records in one
    /// transaction, from the first after a restart on. False when all are done, and the older keys may be taken out of
    /// the configuration. Throws as work().
    bool reseal(std::size_t records);

    /// Opens the store anew, if it can be: the terminal's keys have changed.
    void reopen() noexcept;

private:
    /// Sees whether a transaction was committed meanwhile.
    class Watch {
    public:
        Watch(Desk& desk, const Database& database)
            : desk_(&desk), database_(&database), commits_(database.commits()) {}
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;
        ~Watch() {
            if (database_->commits() != commits_) desk_->note_commit();
        }

    private:
        Desk* desk_;
        const Database* database_;
        std::uint64_t commits_;
    };

    std::string once(OpenDesk& desk, const DeskRequest& request, const std::function<std::string(Database&)>& result,
                     const std::function<void(OpenDesk&)>& work);
    OpenDesk& opened();
    void load_keys();
    void note(const Error& error);
    void note_commit();
    std::optional<std::string> made_before(Database& database, const DeskRequest& request);

    DeskConfig config_;
    std::chrono::seconds request_time_;
    const Terminal* terminal_;
    Clock now_;
    std::mutex mutex_;
    StoreKeys keys_;
    Inquiry inquiry_;
    std::unique_ptr<OpenDesk> open_;
    std::int64_t resealed_ = 0;  // see Deliveries::walk()
    mutable std::mutex state_mutex_;
    DeskState state_;
};

}  // namespace tahvil::daemon
