#include "pcsc/reader_monitor.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <winscard.h>

#include "pcsc/context.h"
#include "pcsc/error.h"
#include "pcsc/handle.h"
#include "pcsc/service_watch.h"

namespace tahvil::pcsc {

namespace {

constexpr const char* kNewReaders = R"(\\?PnP?\Notification)";

// The library turns INFINITE into a wake-up every minute; a long wait is left alone.
constexpr DWORD kDayMilliseconds = DWORD{24} * 3600U * 1000U;

// A reader that is added between the listing and the wait is not announced by pcsclite before 2.3. They come in bursts,
// the slots of one device after another, so the list is looked at again a few times after every change of it.
constexpr std::array<DWORD, 3> kSettleMilliseconds{100, 400, 1500};

// A reader that is listed and unknown at once has just gone; more often in a row means a broken service.
constexpr int kMaxContradictions = 20;

// How long the service must have been there for its end to be no part of a failing start.
constexpr auto kLongEnough = std::chrono::seconds(1);

constexpr auto kCancelAgain = std::chrono::milliseconds(20);

Slot slot_of(const std::string& name, const SCARD_READERSTATE& state) {
    Slot slot;
    slot.name = name;
    slot.card_present = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
    slot.mute = (state.dwEventState & SCARD_STATE_MUTE) != 0;
    slot.exclusive = (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0;
    slot.events = static_cast<std::uint16_t>((state.dwEventState >> 16U) & 0xFFFFU);
    if (slot.card_present) {
        const std::size_t length = std::min<std::size_t>(state.cbAtr, sizeof state.rgbAtr);
        slot.atr.assign(state.rgbAtr, state.rgbAtr + length);
    }
    return slot;
}

}  // namespace

class ReaderMonitor::State {
public:
    explicit State(std::function<void(const MonitorReport&)> report)
        : report_(std::move(report)), watch_(service_socket()) {}

    void run() {
        while (!stopping_) {
            try {
                watch_.arm();
                const auto context = std::make_shared<Context>();
                set_context(context);
                follow(*context);
            } catch (const Error& error) {
                set_context(nullptr);
                tell({{}, ServiceTrouble{std::string(error.code()), error.what(), std::string(error.remedy())}});
                if (!stopping_) retry_or_wait();
            }
        }
        set_context(nullptr);
        const std::lock_guard lock(mutex_);
        finished_ = true;
        changed_.notify_all();
    }

    bool stop(std::chrono::milliseconds patience) {
        {
            // Held while a report runs: none begins from here on.
            const std::lock_guard lock(report_mutex_);
            stopping_ = true;
        }
        watch_.interrupt();
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [this] { return finished_; });
    }

    /// Runs beside stop(): cancelling talks to the service, which may hang.
    void cancel_until_finished() {
        std::unique_lock lock(mutex_);
        while (!finished_) {
            if (const auto context = context_) {
                lock.unlock();
                context->cancel();
                lock.lock();
            }
            changed_.wait_for(lock, kCancelAgain, [this] { return finished_; });
        }
    }

    std::thread thread;

private:
    void set_context(std::shared_ptr<Context> context) {
        const std::lock_guard lock(mutex_);
        context_.swap(context);
    }

    void tell(MonitorReport report) {
        const std::lock_guard lock(report_mutex_);
        if (stopping_ || last_ == report) return;
        last_ = std::move(report);
        report_(*last_);
    }

    /// A service that was there for a while may be back already, or be started by asking for it (socket activation): it
    /// is tried once without waiting.
    void retry_or_wait() {
        const auto now = std::chrono::steady_clock::now();
        if (!std::exchange(followed_, false) || now - following_since_ < kLongEnough) watch_.wait();
    }

    void follow(const Context& context) {
        std::map<std::string, SCARD_READERSTATE> known;
        DWORD new_readers_state = SCARD_STATE_UNAWARE;
        std::size_t settled = 0;
        int contradictions = 0;
        bool list_again = true;
        following_since_ = std::chrono::steady_clock::now();
        while (!stopping_) {
            if (std::exchange(list_again, false) && update_names(context, known)) {
                settled = 0;
                if (followed_) report_slots(known);
            }

            std::vector<SCARD_READERSTATE> states(1 + known.size());
            states[0].szReader = kNewReaders;
            states[0].dwCurrentState = new_readers_state;
            std::size_t next = 1;
            for (const auto& [name, state] : known) {
                states[next] = state;
                states[next++].szReader = name.c_str();
            }

            const DWORD patience =
                settled < kSettleMilliseconds.size() ? kSettleMilliseconds[settled] : kDayMilliseconds;
            const LONG result = SCardGetStatusChange(context.handle().value, patience, states.data(), states.size());
            const auto code = static_cast<ReturnCode>(result);
            if (code == static_cast<ReturnCode>(SCARD_E_CANCELLED)) continue;
            if (code == static_cast<ReturnCode>(SCARD_E_TIMEOUT)) {
                if (settled < kSettleMilliseconds.size()) ++settled;
                list_again = true;
                report_slots(known);
                continue;
            }
            if (code == static_cast<ReturnCode>(SCARD_E_UNKNOWN_READER) ||
                code == static_cast<ReturnCode>(SCARD_E_READER_UNAVAILABLE)) {
                if (++contradictions > kMaxContradictions) check(result, "waiting for readers and cards");
                list_again = true;
                continue;
            }
            check(result, "waiting for readers and cards");
            contradictions = 0;

            if ((states[0].dwEventState & SCARD_STATE_CHANGED) != 0) list_again = true;
            new_readers_state = states[0].dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
            next = 1;
            for (auto& [name, state] : known) {
                state = states[next++];
                state.dwCurrentState = state.dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
                if ((state.dwEventState & SCARD_STATE_UNKNOWN) != 0) list_again = true;
            }
            if (!list_again) report_slots(known);
        }
    }

    /// Whether readers have come or gone. What is known of the others is kept.
    static bool update_names(const Context& context, std::map<std::string, SCARD_READERSTATE>& known) {
        std::vector<std::string> names = context.readers();
        if (names.size() > kMaxSlots) names.resize(kMaxSlots);
        bool changed = std::erase_if(known, [&](const auto& item) {
                           return std::find(names.begin(), names.end(), item.first) == names.end();
                       }) != 0;
        for (const std::string& name : names) changed = known.try_emplace(name, SCARD_READERSTATE{}).second || changed;
        return changed;
    }

    void report_slots(const std::map<std::string, SCARD_READERSTATE>& known) {
        followed_ = true;
        MonitorReport report;
        for (const auto& [name, state] : known) {
            // One that was listed and not yet asked is left for the report after the wait that has begun.
            if (state.dwEventState != 0) report.slots.push_back(slot_of(name, state));
        }
        tell(std::move(report));
    }

    const std::function<void(const MonitorReport&)> report_;
    ServiceWatch watch_;
    std::atomic<bool> stopping_ = false;
    // Of the monitor's thread:
    bool followed_ = false;
    std::chrono::steady_clock::time_point following_since_;

    std::mutex report_mutex_;
    std::optional<MonitorReport> last_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<Context> context_;
    bool finished_ = false;
};

ReaderMonitor::ReaderMonitor(std::function<void(const MonitorReport&)> report)
    : state_(std::make_shared<State>(std::move(report))) {
    state_->thread = std::thread([state = state_] { state->run(); });
}

ReaderMonitor::~ReaderMonitor() {
    stop();
}

void ReaderMonitor::stop(std::chrono::milliseconds patience) {
    if (!state_->thread.joinable()) return;
    std::thread canceller([state = state_] { state->cancel_until_finished(); });
    if (state_->stop(patience)) {
        canceller.join();
        state_->thread.join();
    } else {
        canceller.detach();
        state_->thread.detach();
    }
}

}  // namespace tahvil::pcsc
