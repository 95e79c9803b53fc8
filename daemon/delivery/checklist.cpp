#include "daemon/delivery/checklist.h"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/error.h"
#include "daemon/delivery/card_match.h"

namespace tahvil::daemon {

namespace {

using enum ChecklistItem;

constexpr std::array<std::pair<ChecklistItem, std::string_view>, kChecklistItems> kItems{{
    {card_is_the_records, "card_is_the_records"},
    {verdict_accepted, "verdict_accepted"},
    {card_genuine, "card_genuine"},
    {chip_proved, "chip_proved"},
    {not_revoked, "not_revoked"},
    {not_expired, "not_expired"},
    {holder_of_age, "holder_of_age"},
    {holder_verified, "holder_verified"},
    {fee_settled, "fee_settled"},
    {transport_pin_changed, "transport_pin_changed"},
    {old_card_collected, "old_card_collected"},
}};

constexpr std::array<std::string_view, 8> kStates{"pending",      "satisfied", "not_applicable", "failed",
                                                  "undetermined", "referred",  "approved",       "declined"};

constexpr std::array kMethods{
    ItemMethod{holder_verified, "fingerprint_on_card", ItemState::satisfied},
    ItemMethod{holder_verified, "pin", ItemState::satisfied},
    ItemMethod{holder_verified, "portrait", ItemState::satisfied},
    ItemMethod{holder_verified, "two_persons", ItemState::satisfied, true, true},  // no usable finger, no PIN
    ItemMethod{fee_settled, "paid", ItemState::satisfied, true},  // the reason is the payment's reference
    ItemMethod{fee_settled, "waived", ItemState::satisfied, true},
    ItemMethod{transport_pin_changed, "changed", ItemState::satisfied},
    ItemMethod{transport_pin_changed, "no_transport_pin", ItemState::not_applicable},
    ItemMethod{old_card_collected, "collected", ItemState::satisfied},
    ItemMethod{old_card_collected, "first_card", ItemState::not_applicable},
    ItemMethod{old_card_collected, "reported_lost", ItemState::not_applicable, true},
};

ItemState state_of(const Check* check) {
    if (check == nullptr) return ItemState::undetermined;
    switch (check->result) {
        case Result::passed:
            return ItemState::satisfied;
        case Result::failed:
            return ItemState::failed;
        default:
            return ItemState::undetermined;
    }
}

/// Genuine are data of which one family of signatures holds, and none fails.
ItemState genuine(const Verdict& verdict) {
    bool signed_by_issuer = false;
    for (const std::string_view family : {"passive_authentication", "card_security", "certificate_path"}) {
        const std::string prefix = std::string(family) + ".";
        for (const Check& check : verdict.checks)
            if (check.id.starts_with(prefix) && check.result == Result::failed) return ItemState::failed;
        const Check* const signature = find(verdict.checks, prefix + "signature");
        const Check* const chain = find(verdict.checks, prefix + "chain");
        signed_by_issuer |= signature != nullptr && signature->passed() && chain != nullptr && chain->passed();
    }
    return signed_by_issuer ? ItemState::satisfied : ItemState::undetermined;
}

ItemState age_state(const std::optional<Date>& birth_date, int years, std::chrono::sys_seconds at) {
    if (!birth_date) return ItemState::undetermined;
    return is_of_age(*birth_date, years, std::chrono::floor<std::chrono::days>(at)) ? ItemState::satisfied
                                                                                    : ItemState::failed;
}

}  // namespace

std::string_view name(ChecklistItem item) {
    const auto* const found = std::ranges::find(kItems, item, &std::pair<ChecklistItem, std::string_view>::first);
    return found == kItems.end() ? "unknown" : found->second;
}

std::optional<ChecklistItem> checklist_item_by_name(std::string_view name) {
    const auto* const found = std::ranges::find(kItems, name, &std::pair<ChecklistItem, std::string_view>::second);
    return found == kItems.end() ? std::nullopt : std::optional(found->first);
}

std::string_view name(ItemState state) {
    return kStates.at(static_cast<std::size_t>(state));
}

HandoverPolicy HandoverPolicy::standard() {
    using enum ItemRule::Need;
    HandoverPolicy policy;
    policy.rules = {{verdict_accepted, {required, true}},
                    {chip_proved, {required, true}},
                    {holder_of_age, {required, true}},
                    {holder_verified, {required, true}},
                    {transport_pin_changed, {if_applicable, true}},
                    {old_card_collected, {if_applicable, true}}};
    return policy;
}

ItemRule HandoverPolicy::rule(ChecklistItem item) const {
    const auto found = rules.find(item);
    return found == rules.end() ? ItemRule{} : found->second;
}

std::span<const ItemMethod> item_methods() {
    return kMethods;
}

const ItemMethod* find_method(ChecklistItem item, std::string_view method) {
    const auto* const found = std::ranges::find_if(
        kMethods, [&](const ItemMethod& each) { return each.item == item && each.method == method; });
    return found == kMethods.end() ? nullptr : found;
}

bool is_of_age(Date birth_date, int years, std::chrono::sys_days today) {
    const std::string born = to_solar_hijri(birth_date);
    const std::size_t dash = born.find('-');
    const int year = std::stoi(born.substr(0, dash)) + years;
    Date reached;
    try {
        reached = parse_typed_date(std::to_string(year) + born.substr(dash));
    } catch (const InvalidInput&) {
        // Who was born on the last day of a leap year comes of age on the first of the next.
        reached = parse_typed_date(std::to_string(year + 1) + "-01-01");
    }
    return std::chrono::sys_days(reached) <= today;
}

Checklist begin_checklist(const Delivery& delivery, const HandoverPolicy& policy, std::chrono::sys_seconds at) {
    Checklist checklist;
    for (const auto& [item, item_name] : kItems) checklist[item] = {ItemState::pending, {}, {}, {}, {}, at};
    checklist[holder_of_age].state = age_state(delivery.card.birth_date, policy.minimum_age, at);
    if (delivery.card.fee == 0) {
        checklist[fee_settled].state = ItemState::satisfied;
        checklist[fee_settled].method = "none_due";
    }
    return checklist;
}

std::map<ChecklistItem, ItemState> judge_card(const Delivery& delivery, const Verdict& verdict,
                                              const HandoverPolicy& policy, std::chrono::sys_seconds at) {
    std::map<ChecklistItem, ItemState> states;
    const CardMatch matched = match(delivery.card, verdict);
    states[card_is_the_records] = matched == CardMatch::same    ? ItemState::satisfied
                                  : matched == CardMatch::other ? ItemState::failed
                                                                : ItemState::undetermined;
    states[verdict_accepted] = verdict.decision == Decision::accept   ? ItemState::satisfied
                               : verdict.decision == Decision::reject ? ItemState::failed
                                                                      : ItemState::undetermined;
    states[card_genuine] = genuine(verdict);
    states[chip_proved] = state_of(find(verdict.checks, "chip.authentication"));
    states[not_revoked] = state_of(find(verdict.checks, "document.revocation"));
    states[not_expired] = state_of(find(verdict.checks, "document.expiry"));
    // The card itself tells that it knows its holder; whom it knows is no matter when it is another record's.
    for (const std::string_view proof : {"holder.pin", "holder.fingerprint_on_card"})
        if (const Check* const check = find(verdict.checks, proof); check != nullptr && check->passed())
            states[holder_verified] = ItemState::satisfied;
    if (const Check* const change = find(verdict.checks, "holder.pin_change"); change != nullptr && change->passed())
        states[transport_pin_changed] = ItemState::satisfied;
    // What the card says of the holder's age is signed, what the manifest says is not always.
    if (verdict.holder.birth_date) states[holder_of_age] = age_state(verdict.holder.birth_date, policy.minimum_age, at);
    return states;
}

std::vector<ChecklistItem> open_items(const Checklist& checklist, const HandoverPolicy& policy) {
    std::vector<ChecklistItem> open;
    for (const auto& [item, item_name] : kItems) {
        const ItemRule rule = policy.rule(item);
        if (rule.need == ItemRule::Need::ignored) continue;
        const auto found = checklist.find(item);
        const ItemState state = found == checklist.end() ? ItemState::pending : found->second.state;
        const bool done = state == ItemState::satisfied || state == ItemState::approved ||
                          (state == ItemState::not_applicable && rule.need == ItemRule::Need::if_applicable);
        if (!done) open.push_back(item);
    }
    return open;
}

}  // namespace tahvil::daemon
