#include "daemon/check/fingerprint_check.h"

#include "apdu/access/fingerprint.h"
#include "apdu/error.h"

namespace tahvil::daemon {

namespace {

constexpr const char* kId = "holder.fingerprint_on_card";

void require_try(const pin::State& state, bool allowed) {
    if (allowed || !pin::at_last_try(state)) return;
    throw AccessDenied("access.last_try",
                       state.tries_left ? "one more finger that does not match would block the card"
                                        : "the card does not tell how many tries of its finger are left, and one more "
                                          "that does not match could block it",
                       "Allow the last try only when the holder's finger has been taken well.");
}

Check judge(pin::Outcome outcome, Details detail) {
    switch (outcome) {
        case pin::Outcome::accepted:
            return {kId, Result::passed, {}, std::move(detail)};
        case pin::Outcome::wrong:
            return {kId, Result::failed, "finger_does_not_match", std::move(detail)};
        case pin::Outcome::blocked:
            return {kId, Result::failed, "finger_blocked", std::move(detail)};
        case pin::Outcome::needs_change:
            break;
    }
    return {kId, Result::undetermined, "finger_not_usable", std::move(detail)};
}

}  // namespace

Check check_fingerprint(Channel& card, const profiles::Fingerprint& finger, const AccessSecrets& access, bool& sent) {
    Details detail{{"method", "match_on_card"}};
    try {
        const auto information = fingerprint::read_information(card, finger);
        fingerprint::require_size(access.fingerprint->view(), finger, information);
        if (information && information->position)
            detail.emplace_back("position", std::to_string(*information->position));
        const pin::State state = fingerprint::query(card, finger);
        if (state.tries_left) detail.emplace_back("tries_before", std::to_string(*state.tries_left));
        if (state.blocked) return judge(pin::Outcome::blocked, std::move(detail));
        require_try(state, access.allow_last_try);
        sent = true;
        const pin::Answer answer = fingerprint::verify(card, finger, access.fingerprint->view());
        if (answer.tries_left) detail.emplace_back("tries_left", std::to_string(*answer.tries_left));
        return judge(answer.outcome, std::move(detail));
    } catch (const CardRefused& error) {
        detail.emplace_back("words", error.what());
        return {kId, Result::undetermined, "refused_by_card", std::move(detail)};
    } catch (const MalformedData& error) {
        detail.emplace_back("words", error.what());
        return {kId, Result::undetermined, "malformed_answer", std::move(detail)};
    }
}

}  // namespace tahvil::daemon
