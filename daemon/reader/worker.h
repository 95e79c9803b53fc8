#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/reader/alarm_clock.h"
#include "daemon/reader/card_session.h"
#include "daemon/reader/reader.h"

namespace tahvil::daemon {

/// What is to be done with the card of a reader.
struct Job {
    /// Runs on the reader's own thread while the card is held.
    std::function<void(CardSession&)> run;

    /// Called exactly once, from any thread and with no lock held: with null after `run` has returned, otherwise with
    /// what went wrong. After an error `run` may still be under way for a while, inside a reader that does not answer:
    /// it must own whatever it touches.
    std::function<void(std::exception_ptr)> done;

    /// Counted from the moment of asking, waiting in the queue included.
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// By which a job is withdrawn. May outlive job, worker and reader.
class JobTicket {
public:
    JobTicket() = default;
    JobTicket(const JobTicket&) = delete;
    JobTicket& operator=(const JobTicket&) = delete;
    virtual ~JobTicket() = default;

    /// The job ends with JobCancelled: at once for its asker, before the next command for the card. Without effect
    /// when it is done already.
    virtual void cancel() = 0;
};

/// What is wrong with a reader, in words for people.
struct ReaderFault {
    std::string code;
    std::string words;
    std::string remedy;

    friend bool operator==(const ReaderFault&, const ReaderFault&) = default;
};

struct WorkerLimits {
    std::size_t queue = 16;  ///< jobs that may wait, the one that runs not counted
    /// One call into the reader. The slowest honest one is a chip's key operation behind T=1 waiting time extensions.
    std::chrono::milliseconds call{30'000};
    /// How long stop() waits for a call that is under way.
    std::chrono::milliseconds stop{1'000};
};

/// One thread for one reader, because PC/SC blocks, and one bounded queue of jobs before it. A job that has gone past
/// its deadline, or whose call into the reader does not come back, is answered all the same; the reader is then
/// reported as stuck, and refuses jobs until that call has returned. An idle worker sleeps without a time limit.
class Worker {
public:
    /// `fault_changed` is called from any thread with no lock held. `alarms` must outlive the worker.
    Worker(std::shared_ptr<Reader> reader, AlarmClock& alarms, WorkerLimits limits,
           std::function<void()> fault_changed);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    /// Throws ReaderQueueFull, ReaderStuck and ReaderGone.
    std::shared_ptr<JobTicket> submit(Job job);

    /// Ends all jobs with ReaderGone and the thread with them; a thread that hangs in the reader is left to end by
    /// itself.
    void stop();

    /// What the last attempt to take hold of a card failed with, or that the reader is stuck.
    std::optional<ReaderFault> fault() const;
    /// A card has come or gone: what was wrong with the last one does not hold any more.
    void card_changed();

    bool busy() const;
    std::size_t queued() const;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace tahvil::daemon
