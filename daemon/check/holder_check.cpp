#include "daemon/check/holder_check.h"

#include <utility>

#include "apdu/error.h"
#include "pcsc/pin_pad.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kPin = "holder.pin";
constexpr std::string_view kChange = "holder.pin_change";
constexpr std::string_view kUnblock = "holder.pin_unblock";

Check check(std::string_view id, Result result, std::string reason = {}, Details detail = {}) {
    return {std::string{id}, result, std::move(reason), std::move(detail)};
}

Check judge(std::string_view id, pin::Outcome outcome, Details detail) {
    switch (outcome) {
        case pin::Outcome::accepted:
            return check(id, Result::passed, {}, std::move(detail));
        case pin::Outcome::wrong:
            return check(id, Result::failed, id == kUnblock ? "wrong_puk" : "wrong_pin", std::move(detail));
        case pin::Outcome::blocked:
            return check(id, Result::failed, id == kUnblock ? "puk_blocked" : "pin_blocked", std::move(detail));
        case pin::Outcome::needs_change:
            break;
    }
    return check(id, Result::undetermined, "pin_to_be_changed_first", std::move(detail));
}

/// The form in which a pad has to send this PIN; nothing where pads know no such form.
std::optional<pcsc::PinBlock> pad_block(const profiles::Pin& pin) {
    using profiles::PinFormat;
    if (pin.block == 0 || pin.format == PinFormat::bcd) return std::nullopt;
    pcsc::PinBlock block;
    block.encoding =
        pin.format == PinFormat::ascii ? pcsc::PinBlock::Encoding::ascii : pcsc::PinBlock::Encoding::iso_9564;
    block.least = pin.shortest;
    block.greatest = pin.longest;
    block.size = pin.block;
    block.filler = pin.padding;
    return block;
}

std::string_view reason_of(pcsc::PadAnswer::Outcome outcome) {
    using Outcome = pcsc::PadAnswer::Outcome;
    switch (outcome) {
        case Outcome::timed_out:
            return "pad_timed_out";
        case Outcome::cancelled:
            return "pad_cancelled";
        case Outcome::not_repeated:
            return "pad_not_repeated";
        case Outcome::wrong_length:
            return "pad_wrong_length";
        case Outcome::answered:
            break;
    }
    return {};
}

}  // namespace

HolderCheck::HolderCheck(Channel& card, const profiles::Profile& profile, const profiles::Pin& pin,
                         const CardCheck& asked, pcsc::Control reader, std::function<void(std::string_view)> step,
                         bool& pin_sent)
    : card_(card),
      profile_(profile),
      pin_(pin),
      asked_(asked),
      reader_(std::move(reader)),
      step_(std::move(step)),
      pin_sent_(pin_sent) {}

std::vector<Check> HolderCheck::run() {
    if (asked_.pin_act == PinAct::verify) return {verify()};
    std::vector<Check> checks{set_pin()};
    checks.push_back(checks.front().passed() ? verify() : check(kPin, Result::not_performed, "pin_was_not_set"));
    return checks;
}

Check HolderCheck::set_pin() {
    const AccessSecrets& access = asked_.access;
    if (asked_.pin_act == PinAct::change) {
        if (!pin_.can_change) return check(kChange, Result::not_performed, "profile_can_not_change");
        if (auto closed = ask_tries(kChange); closed && closed->reason != "pin_to_be_changed_first")
            return *std::move(closed);
        if (asked_.pin_pad) return type_on_pad(kChange, true);
        return judged(kChange, [&] { return pin::change(card_, pin_, access.pin->view(), access.new_pin->view()); });
    }
    if (!pin_.unblocking) return check(kUnblock, Result::not_performed, "profile_can_not_unblock");
    detail_ = {{"method", "reset_retry_counter"}};
    require_try({}, "PUK");
    const ByteView fresh = access.new_pin ? access.new_pin->view() : ByteView{};
    return judged(kUnblock, [&] { return pin::unblock(card_, pin_, access.puk->view(), fresh); });
}

Check HolderCheck::verify() {
    if (auto closed = ask_tries(kPin)) return *std::move(closed);
    if (asked_.pin_pad) return type_on_pad(kPin, false);
    const auto& secret = asked_.access.new_pin ? asked_.access.new_pin : asked_.access.pin;
    if (!secret) return check(kPin, Result::not_performed, "no_pin");
    return judged(kPin, [&] { return pin::verify(card_, pin_, secret->view()); });
}

/// How the PIN stands before one is sent; the check as it ends where none can be.
std::optional<Check> HolderCheck::ask_tries(std::string_view id) {
    detail_ = {{"method", id == kPin ? "verify" : "change_reference_data"}};
    try {
        const pin::State state = pin::query(card_, profile_, pin_);
        if (state.tries_left) detail_.emplace_back("tries_before", std::to_string(*state.tries_left));
        if (state.blocked) return judge(id, pin::Outcome::blocked, detail_);
        if (state.needs_change) return judge(id, pin::Outcome::needs_change, detail_);
        // A PIN that this request has just set is right.
        if (id == kPin && asked_.pin_act != PinAct::verify && !asked_.pin_pad) return std::nullopt;
        require_try(state, "PIN");
    } catch (const CardRefused& error) {
        detail_.emplace_back("words", error.what());
        return check(id, Result::undetermined, "refused_by_card", detail_);
    }
    return std::nullopt;
}

void HolderCheck::require_try(const pin::State& state, std::string_view what) const {
    if (!pin::at_last_try(state) || asked_.access.allow_last_try) return;
    const std::string secret{what};
    throw AccessDenied("access.last_try",
                       state.tries_left ? "one more wrong " + secret + " would block the card"
                                        : "the card does not tell how many tries of its " + secret +
                                              " are left, and one more wrong one could block it",
                       "Allow the last try only when the holder is sure of the " + secret + ".");
}

Check HolderCheck::judged(std::string_view id, const std::function<pin::Answer()>& send) {
    pin_sent_ = true;
    try {
        const pin::Answer answer = send();
        if (answer.tries_left) detail_.emplace_back("tries_left", std::to_string(*answer.tries_left));
        if (id == kPin) verified_ = answer.outcome == pin::Outcome::accepted;
        return judge(id, answer.outcome, detail_);
    } catch (const CardRefused& error) {
        detail_.emplace_back("words", error.what());
        return check(id, Result::undetermined, "refused_by_card", detail_);
    }
}

Check HolderCheck::type_on_pad(std::string_view id, bool change) {
    detail_.emplace_back("entry", "pin_pad");
    const auto pad = pcsc::PinPad::find(reader_);
    if (!pad) return check(id, Result::undetermined, "no_pin_pad", detail_);
    if (change && !pad->can_modify()) return check(id, Result::undetermined, "pad_can_not_change", detail_);
    const auto block = pad_block(pin_);
    if (!block) return check(id, Result::undetermined, "pad_can_not_fill", detail_);
    step_(change ? "pin_pad_change" : "pin_pad");
    std::string_view unsent;
    Check result = judged(id, [&] {
        const pcsc::PadAnswer answer = change ? pad->modify(pin_.reference, *block, asked_.pad_language)
                                              : pad->verify(pin_.reference, *block, asked_.pad_language);
        unsent = reason_of(answer.outcome);
        return unsent.empty() ? pin::judge(answer.status, change ? "CHANGE REFERENCE DATA" : "VERIFY") : pin::Answer{};
    });
    // The reader sent nothing to the card.
    if (!unsent.empty()) return check(id, Result::undetermined, std::string{unsent}, detail_);
    return result;
}

}  // namespace tahvil::daemon
