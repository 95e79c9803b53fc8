#include "daemon/delivery/checklist_json.h"

#include <boost/json.hpp>

#include "daemon/text/time.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

std::string_view name(ItemRule::Need need) {
    switch (need) {
        case ItemRule::Need::required:
            return "required";
        case ItemRule::Need::if_applicable:
            return "if_applicable";
        case ItemRule::Need::ignored:
            break;
    }
    return "ignored";
}

json::array ways_of(ChecklistItem item) {
    json::array ways;
    for (const ItemMethod& way : item_methods())
        if (way.item == item)
            ways.push_back(json::object{{"method", way.method},
                                        {"needs_reason", way.needs_reason},
                                        {"needs_second_person", way.needs_second_person}});
    return ways;
}

json::object item_json(ChecklistItem item, const ItemEntry& entry, const ItemRule& rule) {
    json::object object{{"item", daemon::name(item)},  {"need", name(rule.need)}, {"state", daemon::name(entry.state)},
                        {"referable", rule.referable}, {"ways", ways_of(item)},   {"at", to_iso(entry.at)}};
    const auto add_if = [&object](std::string_view key, const std::string& value) {
        if (!value.empty()) object.emplace(key, value);
    };
    add_if("method", entry.method);
    add_if("reason", entry.reason);
    add_if("actor", entry.actor);
    add_if("second_person", entry.second_person);
    return object;
}

}  // namespace

json::object to_json(const Delivery& delivery, const Checklist& checklist, const HandoverPolicy& policy) {
    json::array items;
    for (const auto& [item, entry] : checklist) items.push_back(item_json(item, entry, policy.rule(item)));
    json::array open;
    for (const ChecklistItem item : open_items(checklist, policy)) open.emplace_back(name(item));
    return {{"delivery", delivery.id},
            {"stage", name(delivery.stage)},
            {"items", std::move(items)},
            {"open", std::move(open)}};
}

}  // namespace tahvil::daemon
