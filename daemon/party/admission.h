#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>

#include "daemon/party/identity_question.h"
#include "daemon/party/relying_party.h"

namespace tahvil::daemon {

/// Throws NotPermitted "identity_check.not_granted" for a purpose, predicate or attribute that the party may not ask,
/// and "identity_check.holder" when the holder is not verified as the party's rights want it.
void require_granted(const RelyingParty& rights, const IdentityQuestion& question);

/// How often each party asked, and with which nonces. Not for two threads at once.
///
/// A nonce that comes twice is a party's mistake, and is told of while the daemon runs; it is not kept across a
/// restart. What keeps an old answer from being taken for a new one is the party's own record of open questions, since
/// no terminal knows the nonces of another.
class Admission {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// A nonce is remembered for `nonce_time`, and the last `nonces` of a party at most.
    Admission(std::chrono::seconds nonce_time, std::size_t nonces) : nonce_time_(nonce_time), nonces_(nonces) {}

    /// Throws NotPermitted "identity_check.nonce" for one that was used, Busy "identity_check.rate".
    void admit(const RelyingParty& rights, const std::string& nonce, Time now);

    /// Nothing came of the question: the nonce may be used after all.
    void release(const std::string& party, const std::string& nonce);

private:
    struct Party {
        double tokens = 0;
        Time counted_at;
        std::set<std::string> used;
        std::deque<std::pair<Time, std::string>> in_order;
    };

    void forget(Party& party, Time now) const;

    std::chrono::seconds nonce_time_;
    std::size_t nonces_;
    std::map<std::string, Party> parties_;
};

}  // namespace tahvil::daemon
