#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "apdu/access/pin.h"
#include "daemon/check/card_check.h"

namespace tahvil::daemon {

/// The holder's PIN on one card: what the request asks for, and nothing else, is sent. Characters come from the
/// request, or from the keys of the reader, so that they never come here.
class HolderCheck {
public:
    /// `profile` and `pin` are what the card takes; the application of the PIN is selected. `step` is told before the
    /// holder is to type: "pin_pad", "pin_pad_change". `pin_sent` is set before a try can be spent.
    HolderCheck(Channel& card, const profiles::Profile& profile, const profiles::Pin& pin, const CardCheck& asked,
                pcsc::Control reader, std::function<void(std::string_view step)> step, bool& pin_sent);

    /// holder.pin_change or holder.pin_unblock where that is asked for, and then holder.pin, for which a PIN that was
    /// just set is verified. Tries that are left are told before, where the card has a query for them, and after.
    ///
    /// Throws AccessDenied "access.last_try" before one more wrong PIN or PUK could block it and the request does not
    /// allow that; of a PUK no card tells how many tries are left. Throws InvalidInput for a PIN that can not be this
    /// card's, and what card and reader throw.
    std::vector<Check> run();

    bool verified() const { return verified_; }

private:
    Check set_pin();
    Check verify();
    Check type_on_pad(std::string_view id, bool change);
    Check judged(std::string_view id, const std::function<pin::Answer()>& send);
    std::optional<Check> ask_tries(std::string_view id);
    void require_try(const pin::State& state, std::string_view what) const;

    Channel& card_;
    const profiles::Profile& profile_;
    const profiles::Pin& pin_;
    const CardCheck& asked_;
    const pcsc::Control reader_;
    const std::function<void(std::string_view)> step_;
    bool& pin_sent_;
    Details detail_;
    bool verified_ = false;
};

}  // namespace tahvil::daemon
