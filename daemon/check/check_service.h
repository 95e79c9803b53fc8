#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "daemon/check/card_check.h"
#include "daemon/reader/reader_pool.h"

namespace tahvil::daemon {

enum class CheckState : std::uint8_t { queued, running, finished, cancelled, failed };

std::string_view name(CheckState state);

/// What a caller asks for.
struct CheckRequest {
    std::optional<std::string> reader;  ///< left out: the one that has a card
    CardCheck check;
    bool probe = false;  ///< no check: a walk that only reads and drafts a profile
    uid_t owner = 0;
    std::string id;  ///< left out: a new one
    /// Where it is there, it gets the whole result on the reader's thread, and of what the card says of document and
    /// holder nothing is kept here. What it throws fails the check.
    std::function<void(const CardCheckResult&, const Knowledge&)> use;
};

/// A check as it stands.
struct CheckView {
    std::string id;
    uid_t owner = 0;
    std::string reader;
    bool probe = false;
    Purpose purpose = Purpose::read;
    Parts want;
    CheckState state = CheckState::queued;
    std::string step;  ///< of Progress, empty before the first
    std::uint64_t bytes = 0;
    std::uint64_t of = 0;
    std::shared_ptr<const CardCheckResult> result;  ///< when finished
    std::exception_ptr problem;                     ///< when failed: an Error
};

struct CheckEvent {
    enum class Kind : std::uint8_t { progress, ended };
    Kind kind = Kind::progress;
    CheckView check;
};

struct CheckLimits {
    std::size_t queued_per_reader = 4;  ///< waiting, the one that runs not counted
    std::size_t kept = 256;             ///< results, the oldest go first
    std::chrono::seconds kept_time{600};
    std::chrono::seconds deadline{120};  ///< of one check, waiting included
};

/// What a check is judged by changes while the daemon runs; asked anew for each.
using KnowledgeSource = std::function<Knowledge()>;

/// Runs checks on the readers and keeps their results for a while. Every function may be called from any thread.
class CheckService {
public:
    /// `listener` hears of every step and every end, one at a time on changing threads; bytes come at most every tenth
    /// of the way. It may ask the service, and neither start nor stop. The pool must outlive this object.
    CheckService(ReaderPool& readers, KnowledgeSource knowledge, RandomSource random, CheckLimits limits,
                 std::function<void(const CheckEvent&)> listener);
    CheckService(const CheckService&) = delete;
    CheckService& operator=(const CheckService&) = delete;
    ~CheckService();

    /// Returns the id. Throws NotFound "reader.none" or "reader.no_card" when no reader has a card, Conflict
    /// "reader.ambiguous" that names them when two have, ReaderNotFound, ReaderQueueFull, ReaderStuck and Unavailable.
    std::string start(CheckRequest request);

    /// Throws NotFound "check.not_found". Whose it is, is the caller's to ask.
    CheckView get(std::string_view id) const;

    /// Name of the profile that a check found the card in this reader to be of; empty when none was made of this card,
    /// or when none was recognised.
    std::string recognised_profile(const ReaderView& reader) const;

    /// Without effect on one that has ended. Throws NotFound.
    void cancel(std::string_view id);

    /// Cancels what is under way and takes no more.
    void stop();

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace tahvil::daemon
