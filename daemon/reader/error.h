#pragma once

#include <string>

#include "crypto/error.h"

namespace tahvil::daemon {

/// No reader of this id is there.
class ReaderNotFound : public Error {
public:
    explicit ReaderNotFound(const std::string& id)
        : Error("reader.not_found", "no reader \"" + id + "\" is connected",
                "Look at the list of readers; plug the reader in again if it is missing there.") {}
};

/// The reader is there and empty.
class NoCard : public Error {
public:
    explicit NoCard(const std::string& reader)
        : Error("reader.no_card", "there is no card in reader \"" + reader + "\"", "Put the card into the reader.") {}
    bool try_again() const noexcept override { return true; }
};

/// So many jobs wait for this reader that no more are taken.
class ReaderQueueFull : public Error {
public:
    explicit ReaderQueueFull(const std::string& reader)
        : Error("reader.queue_full", "too many requests wait for reader \"" + reader + "\" already",
                "Wait until some of them are done.") {}
    bool try_again() const noexcept override { return true; }
};

/// A call into the reader has not come back in the time that is allowed for one.
class ReaderStuck : public Error {
public:
    explicit ReaderStuck(const std::string& reader)
        : Error("reader.stuck", "reader \"" + reader + "\" does not answer",
                "Take the card out. If that does not help, unplug the reader and plug it in again.") {}
    bool try_again() const noexcept override { return true; }
};

/// The reader was unplugged, or the daemon stops.
class ReaderGone : public Error {
public:
    explicit ReaderGone(const std::string& reader)
        : Error("reader.removed", "reader \"" + reader + "\" was removed", "Plug the reader in again.") {}
    bool try_again() const noexcept override { return true; }
};

/// Whoever asked for the job has withdrawn it.
class JobCancelled : public Error {
public:
    JobCancelled() : Error("job.cancelled", "the request was cancelled") {}
};

/// The time that was given for the job is over.
class DeadlinePassed : public Error {
public:
    DeadlinePassed()
        : Error("job.deadline_passed", "the time allowed for the request is over",
                "Leave the card on the reader and try again.") {}
    bool try_again() const noexcept override { return true; }
};

}  // namespace tahvil::daemon
