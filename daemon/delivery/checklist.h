#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/check/verdict.h"
#include "daemon/delivery/record.h"

namespace tahvil::daemon {

/// What has to be so before a card is handed over. Numbers are what the store keeps.
enum class ChecklistItem : std::uint8_t {
    card_is_the_records = 1,
    verdict_accepted = 2,  ///< by the policy of the check
    card_genuine = 3,
    chip_proved = 4,
    not_revoked = 5,
    not_expired = 6,
    holder_of_age = 7,
    holder_verified = 8,
    fee_settled = 9,
    transport_pin_changed = 10,
    old_card_collected = 11,
};

constexpr int kChecklistItems = 11;

std::string_view name(ChecklistItem item);  ///< "fee_settled"
std::optional<ChecklistItem> checklist_item_by_name(std::string_view name);

enum class ItemState : std::uint8_t {
    pending = 0,
    satisfied = 1,
    not_applicable = 2,
    failed = 3,        ///< found not to be so; nobody can decide it away
    undetermined = 4,  ///< could not be told
    referred = 5,      ///< waits for a supervisor
    approved = 6,      ///< by a supervisor
    declined = 7,      ///< by a supervisor
};

std::string_view name(ItemState state);

struct ItemRule {
    enum class Need : std::uint8_t { required, if_applicable, ignored };
    Need need = Need::required;
    bool referable = false;  ///< whether a supervisor may settle what is pending or undetermined
};

struct HandoverPolicy {
    std::map<ChecklistItem, ItemRule> rules;  ///< an item that is not there is required, and not referable
    int minimum_age = 15;                     ///< years of the Solar Hijri calendar
    std::chrono::minutes verdict_age{15};     ///< how old the check of the card may be

    /// Everything required but the PIN and the old card, which not every card has; the verdict, chip and age and how
    /// the holder is verified may be referred.
    static HandoverPolicy standard();

    ItemRule rule(ChecklistItem item) const;
};

/// A way in which an operator settles an item.
struct ItemMethod {
    ChecklistItem item;
    std::string_view method;  ///< "fingerprint_on_card"
    ItemState leads_to;
    bool needs_reason = false;
    bool needs_second_person = false;
};

/// Every way there is. What comes from the card alone has none.
std::span<const ItemMethod> item_methods();
const ItemMethod* find_method(ChecklistItem item, std::string_view method);

/// How an item stands, and how it came to.
struct ItemEntry {
    ItemState state = ItemState::pending;
    std::string method;
    std::string reason;
    std::string actor;
    std::string second_person;
    std::chrono::sys_seconds at;
};

using Checklist = std::map<ChecklistItem, ItemEntry>;

/// What the record and the policy settle by themselves: no fee due, the holder's age.
Checklist begin_checklist(const Delivery& delivery, const HandoverPolicy& policy, std::chrono::sys_seconds at);

/// What the check of the card says about the items that are about the card.
std::map<ChecklistItem, ItemState> judge_card(const Delivery& delivery, const Verdict& verdict,
                                              const HandoverPolicy& policy, std::chrono::sys_seconds at);

/// The items that still stand in the way.
std::vector<ChecklistItem> open_items(const Checklist& checklist, const HandoverPolicy& policy);

/// Whether somebody born then is that many years of the Solar Hijri calendar old on the day.
bool is_of_age(Date birth_date, int years, std::chrono::sys_days today);

}  // namespace tahvil::daemon
