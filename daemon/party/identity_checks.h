#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "daemon/check/check_service.h"
#include "daemon/party/identity_answer.h"
#include "daemon/party/parties.h"
#include "daemon/reader/alarm_clock.h"

namespace tahvil::daemon {

enum class IdentityState : std::uint8_t {
    waiting,  ///< for a card
    queued,   ///< for its reader
    running,
    finished,
    cancelled,
    failed,
};

std::string_view name(IdentityState state);

/// An identity check as it stands.
struct IdentityView {
    std::string id;
    uid_t owner = 0;
    std::string party;
    IdentityState state = IdentityState::waiting;
    std::string reader;          ///< empty while it waits
    std::string step;            ///< of Progress
    std::string answer;          ///< when finished: the SD-JWT
    std::exception_ptr problem;  ///< when failed: an Error
};

/// What is kept of an identity check for those who audit: nothing about the holder.
struct IdentityRecord {
    std::string id;
    Time at{};
    std::string party;
    std::string purpose;
    Decision decision = Decision::refer;
    std::set<Predicate> predicates;
    std::set<Attribute> attributes;
    Consent consent;
    std::string answer_digest;  ///< SHA-256 of what was signed, in hexadecimal
};

struct IdentityLimits {
    std::size_t waiting = 32;  ///< checks that wait for a card
    std::size_t kept = 256;    ///< that have ended, the oldest go first
    std::chrono::seconds kept_time{600};
    std::chrono::seconds nonce_time{24L * 3600};  ///< in which a nonce can not be used again
    std::size_t nonces = 65'536;                  ///< remembered for one party
};

/// What identity checks rest on. All is kept by reference but the functions.
struct IdentityServices {
    ReaderPool& readers;
    CheckService& checks;
    const Parties& parties;
    /// The key that signs now. Throws what Terminal::receipts() throws.
    std::function<std::shared_ptr<const SigningIdentity>()> signer;
    /// Told of each answer before the party has it; what it throws fails the check.
    std::function<void(const IdentityRecord&)> record;
    /// Told of each change of a state, on changing threads, with no lock held.
    std::function<void(const IdentityView&)> changed;
    std::function<std::chrono::sys_seconds()> now;
    RandomSource random;
};

/// Answers the questions of relying parties. Every function may be called from any thread.
class IdentityChecks {
public:
    IdentityChecks(IdentityServices services, IdentityLimits limits);
    IdentityChecks(const IdentityChecks&) = delete;
    IdentityChecks& operator=(const IdentityChecks&) = delete;
    ~IdentityChecks();

    /// Begins a check for the party of the question, whose rights it must be within, and answers with its id. Throws
    /// NotPermitted "identity_check.not_granted", "identity_check.holder", "identity_check.nonce"; Busy
    /// "identity_check.rate", "identity_check.waiting"; Unavailable without a key that signs; what
    /// CheckService::start() throws, where it does not wait for a card.
    std::string start(IdentityQuestion question, uid_t owner);

    /// Throws NotFound "identity_check.not_found". Whose it is, is the caller's to ask.
    IdentityView get(std::string_view id) const;

    /// Without effect on one that has ended. Throws NotFound.
    void cancel(std::string_view id);

    /// \name What the readers and the checks tell
    /// @{
    void card_inserted(const std::string& reader);
    void check_changed(const CheckEvent& event);
    /// @}

    /// Cancels what waits and takes no more.
    void stop();

private:
    class State;
    std::shared_ptr<State> state_;
    AlarmClock alarms_;
};

}  // namespace tahvil::daemon
