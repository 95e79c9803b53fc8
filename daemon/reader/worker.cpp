#include "daemon/reader/worker.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "apdu/error.h"
#include "daemon/reader/error.h"

namespace tahvil::daemon {

namespace {

using Clock = std::chrono::steady_clock;

ReaderFault fault_of(const Error& error) {
    return {std::string(error.code()), error.what(), std::string(error.remedy())};
}

/// How a job ends that does not end by itself. Asker and job get an exception each: they are on different threads.
enum class End : std::uint8_t { none, cancelled, deadline, stuck, gone };

[[noreturn]] void throw_end(End end, const std::string& reader) {
    switch (end) {
        case End::cancelled:
            throw JobCancelled();
        case End::stuck:
            throw ReaderStuck(reader);
        case End::gone:
            throw ReaderGone(reader);
        case End::deadline:
        case End::none:
            break;
    }
    throw DeadlinePassed();
}

std::exception_ptr exception_of(End end, const std::string& reader) {
    try {
        throw_end(end, reader);
    } catch (...) {
        return std::current_exception();
    }
}

/// Whether a failure to take hold of the card says something of the reader, and not of a card that is not there.
std::optional<ReaderFault> fault_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const NoCard&) {
    } catch (const CardGone&) {
    } catch (const JobCancelled&) {
    } catch (const DeadlinePassed&) {
    } catch (const Error& failure) {
        return fault_of(failure);
    } catch (...) {
        // No words of ours: the asker gets it as it is.
    }
    return std::nullopt;
}

}  // namespace

class Worker::State : public std::enable_shared_from_this<State> {
public:
    State(std::shared_ptr<Reader> reader, AlarmClock& alarms, WorkerLimits limits, std::function<void()> fault_changed)
        : reader_(std::move(reader)), alarms_(alarms), limits_(limits), fault_changed_(std::move(fault_changed)) {}

    std::shared_ptr<JobTicket> submit(Job job);
    bool stop();
    void run();
    void card_changed();

    std::optional<ReaderFault> fault() const {
        const std::lock_guard lock(mutex_);
        return stuck_ ? fault_of(ReaderStuck(reader_->name())) : open_fault_;
    }
    bool busy() const {
        const std::lock_guard lock(mutex_);
        return current_ != nullptr;
    }
    std::size_t queued() const {
        const std::lock_guard lock(mutex_);
        return queue_.size();
    }

    std::thread thread;

private:
    struct Entry;
    class Session;
    class Call;

    void settle(const std::shared_ptr<Entry>& entry, std::exception_ptr error, End end = End::none);
    void end(const std::shared_ptr<Entry>& entry, End how) { settle(entry, exception_of(how, reader_->name()), how); }
    std::exception_ptr run_with_card(Entry& entry, std::unique_ptr<CardSession>& session);
    void perform(const std::shared_ptr<Entry>& entry);
    void watch_call(Clock::time_point from);
    void look_at_call();
    void set_open_fault(std::optional<ReaderFault> fault);

    const std::shared_ptr<Reader> reader_;
    AlarmClock& alarms_;  // not touched any more once stopping_ is set
    const WorkerLimits limits_;
    const std::function<void()> fault_changed_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Entry>> queue_;
    std::shared_ptr<Entry> current_;
    std::optional<AlarmClock::Id> call_alarm_;
    std::optional<ReaderFault> open_fault_;
    bool stopping_ = false;
    bool finished_ = false;

    // The two sides of the watchdog: each writes its own and then reads the other's, so that one of them sees both.
    std::atomic<Clock::rep> call_since_ = 0;  // 0: no call is under way
    std::atomic<bool> stuck_ = false;
};

struct Worker::State::Entry : JobTicket, std::enable_shared_from_this<Entry> {
    Entry(Job what, std::weak_ptr<State> by) : job(std::move(what)), worker(std::move(by)) {}

    void cancel() override {
        if (const auto state = worker.lock()) state->end(shared_from_this(), End::cancelled);
    }

    /// Throws when the job has been ended from outside.
    void check(const Reader& reader) const {
        End end = ended;
        if (end == End::none && Clock::now() >= job.deadline) end = End::deadline;
        if (end != End::none) throw_end(end, reader.name());
    }

    Job job;
    const std::weak_ptr<State> worker;
    std::optional<AlarmClock::Id> deadline_alarm;  // under the worker's mutex
    bool settled = false;                          // under the worker's mutex
    std::atomic<End> ended = End::none;
};

/// Marks the time that is spent within the reader, for the watchdog.
class Worker::State::Call {
public:
    explicit Call(State& state) : state_(state) { state_.call_since_ = Clock::now().time_since_epoch().count(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() {
        state_.call_since_ = 0;
        if (state_.stuck_.exchange(false)) state_.fault_changed_();
    }

private:
    State& state_;
};

/// The reader's session as a job sees it: before every command it is asked whether the job may go on.
class Worker::State::Session : public CardSession, private Wire {
public:
    Session(State& state, const Entry& entry, CardSession& inner) : state_(state), entry_(entry), inner_(inner) {}

    Wire& wire() override { return *this; }
    ByteView atr() const override { return inner_.atr(); }
    std::uint64_t epoch() const override { return inner_.epoch(); }
    pcsc::Control control() override {
        auto control = inner_.control();
        if (!control) return {};
        // Not under the watchdog: a holder who types a PIN is slower than any reader that works. The times of the pad
        // end it.
        return [this, control = std::move(control)](std::uint32_t code, ByteView command,
                                                    std::span<std::uint8_t> response) {
            entry_.check(*state_.reader_);
            return control(code, command, response);
        };
    }

private:
    WireLimits limits() const override { return inner_.wire().limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        entry_.check(*state_.reader_);
        const Call call(state_);
        return inner_.wire().exchange(command, response);
    }

    State& state_;
    const Entry& entry_;
    CardSession& inner_;
};

std::shared_ptr<JobTicket> Worker::State::submit(Job job) {
    const auto entry = std::make_shared<Entry>(std::move(job), weak_from_this());
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) throw ReaderGone(reader_->name());
        if (stuck_) throw ReaderStuck(reader_->name());
        if (queue_.size() >= limits_.queue) throw ReaderQueueFull(reader_->name());
        if (entry->job.deadline != Clock::time_point::max()) {
            entry->deadline_alarm = alarms_.set(entry->job.deadline, [waiting = std::weak_ptr(entry)] {
                const auto late = waiting.lock();
                if (!late) return;
                if (const auto state = late->worker.lock()) state->end(late, End::deadline);
            });
        }
        queue_.push_back(entry);
    }
    changed_.notify_all();
    return entry;
}

void Worker::State::settle(const std::shared_ptr<Entry>& entry, std::exception_ptr error, End end) {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(entry->settled, true)) return;
        if (entry->deadline_alarm && !stopping_) alarms_.cancel(*entry->deadline_alarm);
        std::erase(queue_, entry);
        entry->ended = end;
    }
    const auto done = std::exchange(entry->job.done, nullptr);
    if (done) done(std::move(error));
}

void Worker::State::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (queue_.empty()) {
            changed_.wait(lock);
            continue;
        }
        current_ = queue_.front();
        queue_.pop_front();
        watch_call(Clock::now());
        lock.unlock();
        perform(current_);
        lock.lock();
        current_.reset();
        if (call_alarm_ && !stopping_) alarms_.cancel(*call_alarm_);
        call_alarm_.reset();
    }
    finished_ = true;
    changed_.notify_all();
}

void Worker::State::perform(const std::shared_ptr<Entry>& entry) {
    std::unique_ptr<CardSession> session;
    // Handed on whole: the asker may look at it, and drop it, on another thread.
    std::exception_ptr error = run_with_card(*entry, session);
    settle(entry, std::move(error));
    entry->job.run = nullptr;
    const Call call(*this);
    session.reset();
}

std::exception_ptr Worker::State::run_with_card(Entry& entry, std::unique_ptr<CardSession>& session) {
    try {
        entry.check(*reader_);
        {
            const Call call(*this);
            session = reader_->open_session();
        }
        set_open_fault(std::nullopt);
        Session guarded(*this, entry, *session);
        entry.job.run(guarded);
        return nullptr;
    } catch (...) {
        std::exception_ptr error = std::current_exception();
        if (!session) set_open_fault(fault_of(error));
        return error;
    }
}

void Worker::State::set_open_fault(std::optional<ReaderFault> fault) {
    {
        const std::lock_guard lock(mutex_);
        if (open_fault_ == fault) return;
        open_fault_ = std::move(fault);
    }
    fault_changed_();
}

void Worker::State::card_changed() {
    set_open_fault(std::nullopt);
}

/// One alarm for a job, not for a command: a command only writes down when it began. Under the mutex.
void Worker::State::watch_call(Clock::time_point from) {
    if (stopping_) return;
    call_alarm_ = alarms_.set(from + limits_.call, [watched = weak_from_this()] {
        if (const auto state = watched.lock()) state->look_at_call();
    });
}

void Worker::State::look_at_call() {
    std::vector<std::shared_ptr<Entry>> given_up;
    {
        const std::lock_guard lock(mutex_);
        if (!current_ || stopping_) return;
        const Clock::rep since = call_since_;
        const auto now = Clock::now();
        const auto begun = since != 0 ? Clock::time_point(Clock::duration(since)) : now;
        if (now - begun < limits_.call) {
            watch_call(begun);
            return;
        }
        stuck_ = true;
        if (call_since_ != since) {
            // It came back just now.
            stuck_ = false;
            watch_call(now);
            return;
        }
        given_up.assign(queue_.begin(), queue_.end());
        given_up.insert(given_up.begin(), current_);
    }
    fault_changed_();
    for (const auto& entry : given_up) end(entry, End::stuck);
}

bool Worker::State::stop() {
    std::vector<std::shared_ptr<Entry>> given_up;
    {
        const std::lock_guard lock(mutex_);
        given_up.assign(queue_.begin(), queue_.end());
        if (current_) given_up.push_back(current_);
        for (const auto& entry : given_up) {
            if (entry->deadline_alarm) alarms_.cancel(*entry->deadline_alarm);
        }
        if (call_alarm_) alarms_.cancel(*call_alarm_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (const auto& entry : given_up) end(entry, End::gone);
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limits_.stop, [this] { return finished_; });
}

Worker::Worker(std::shared_ptr<Reader> reader, AlarmClock& alarms, WorkerLimits limits,
               std::function<void()> fault_changed)
    : state_(std::make_shared<State>(std::move(reader), alarms, limits, std::move(fault_changed))) {
    state_->thread = std::thread([state = state_] { state->run(); });
}

Worker::~Worker() {
    stop();
}

std::shared_ptr<JobTicket> Worker::submit(Job job) {
    return state_->submit(std::move(job));
}

void Worker::stop() {
    if (!state_->thread.joinable()) return;
    if (state_->stop()) {
        state_->thread.join();
    } else {
        state_->thread.detach();
    }
}

std::optional<ReaderFault> Worker::fault() const {
    return state_->fault();
}

void Worker::card_changed() {
    state_->card_changed();
}

bool Worker::busy() const {
    return state_->busy();
}

std::size_t Worker::queued() const {
    return state_->queued();
}

}  // namespace tahvil::daemon
