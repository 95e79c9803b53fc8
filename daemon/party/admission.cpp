#include "daemon/party/admission.h"

#include <algorithm>

#include "daemon/error.h"

namespace tahvil::daemon {

namespace {

constexpr double kSecondsAMinute = 60;

NotPermitted not_granted(std::string_view what) {
    return {"identity_check.not_granted", "this relying party may not ask for " + std::string{what},
            "Its rights are shown by: tahvil party show."};
}

}  // namespace

void require_granted(const RelyingParty& rights, const IdentityQuestion& question) {
    if (!rights.purposes.contains(question.purpose)) throw not_granted("this purpose");
    for (const Predicate predicate : question.wanted.predicates())
        if (!rights.predicates.contains(predicate)) throw not_granted(name(predicate));
    for (const Attribute attribute : question.wanted.attributes)
        if (!rights.attributes.contains(attribute)) throw not_granted(name(attribute));
    const bool verified = rights.holder == HolderDemand::none || question.holder_pin ||
                          (rights.holder == HolderDemand::portrait && question.portrait_compared_by);
    if (!verified)
        throw NotPermitted("identity_check.holder", "this relying party may only ask when the holder is verified",
                           rights.holder == HolderDemand::pin
                               ? "Have the holder enter the PIN of the card."
                               : "Compare the holder with the card's portrait, or have them enter its PIN.");
}

void Admission::forget(Party& party, Time now) const {
    while (!party.in_order.empty() &&
           (party.in_order.size() > nonces_ || party.in_order.front().first + nonce_time_ <= now)) {
        party.used.erase(party.in_order.front().second);
        party.in_order.pop_front();
    }
}

void Admission::admit(const RelyingParty& rights, const std::string& nonce, Time now) {
    const auto most = static_cast<double>(rights.rate);
    Party& party = parties_.try_emplace(rights.name, Party{most, now, {}, {}}).first->second;
    forget(party, now);
    if (party.used.contains(nonce))
        throw NotPermitted("identity_check.nonce", "this nonce was used before", "Make a new one for each question.");
    const double minutes = std::chrono::duration<double>(now - party.counted_at).count() / kSecondsAMinute;
    party.tokens = std::min(most, party.tokens + minutes * most);
    party.counted_at = now;
    if (party.tokens < 1)
        throw Busy("identity_check.rate", "this relying party asks more often than it may", "Wait a moment.");
    party.tokens -= 1;
    party.used.insert(nonce);
    party.in_order.emplace_back(now, nonce);
}

void Admission::release(const std::string& party, const std::string& nonce) {
    const auto found = parties_.find(party);
    if (found == parties_.end()) return;
    found->second.used.erase(nonce);
    std::erase_if(found->second.in_order, [&](const auto& entry) { return entry.second == nonce; });
}

}  // namespace tahvil::daemon
