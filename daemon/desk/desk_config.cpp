#include "daemon/desk/desk_config.h"

#include <algorithm>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

constexpr std::int64_t kMost = 1'000'000;
constexpr std::int64_t kLongestDeadline = 10'000;  // milliseconds
constexpr std::int64_t kOldestAge = 150;           // years
constexpr std::int64_t kLongestTerm = 3650;        // days
constexpr std::int64_t kMostTries = 100;
constexpr std::int64_t kOldestVerdict = 24 * 60;  // minutes

void read_store(const toml::Table& table, DeskConfig& desk) {
    desk.store = table.text("path", desk.store);
    if (!desk.store.starts_with('/')) throw table.refuse("path", "the path is not absolute", "an absolute path");
    for (const toml::Table& key : table.tables("key")) {
        StoreKeyConfig entry;
        entry.number = static_cast<std::uint32_t>(key.number("number", 1, kMost, 1));
        entry.source = key.text("source");
        const bool known = entry.source.starts_with("file:/") || entry.source.starts_with("credential:") ||
                           entry.source.starts_with("pkcs11:");
        if (!known)
            throw key.refuse("source", "no such source of a key", "file:/PATH, credential:NAME or a pkcs11: URI");
        if (std::ranges::count(desk.keys, entry.number, &StoreKeyConfig::number) > 0)
            throw key.refuse("number", "another key has the same", "a number of its own for each");
        key.finish();
        desk.keys.push_back(std::move(entry));
    }
    table.finish();
}

void read_handover(const toml::Table& table, HandoverPolicy& policy) {
    policy.minimum_age = static_cast<int>(table.number("minimum_age", 0, kOldestAge, policy.minimum_age));
    policy.verdict_age =
        std::chrono::minutes{table.number("verdict_minutes", 1, kOldestVerdict, policy.verdict_age.count())};
    const auto items = table.table_if("items");
    for (const std::string& key : items ? items->keys() : std::vector<std::string>{}) {
        const auto item = checklist_item_by_name(key);
        if (!item) throw items->refuse(key, "there is no such item of the checklist", "see tahvild.toml(5)");
        const std::string need = items->choice(key, {"required", "if_applicable", "ignored"});
        ItemRule rule = policy.rule(*item);
        rule.need = need == "required"  ? ItemRule::Need::required
                    : need == "ignored" ? ItemRule::Need::ignored
                                        : ItemRule::Need::if_applicable;
        policy.rules[*item] = rule;
    }
    if (items) items->finish();
    if (table.has("referable")) {
        for (const std::string& name : table.texts("referable"))
            if (!checklist_item_by_name(name))
                throw table.refuse("referable", "there is no such item of the checklist", "see tahvild.toml(5)");
        const std::vector<std::string> referable = table.texts("referable");
        for (int number = 1; number <= kChecklistItems; ++number) {
            const auto item = static_cast<ChecklistItem>(number);
            ItemRule rule = policy.rule(item);
            rule.referable = std::ranges::find(referable, name(item)) != referable.end();
            policy.rules[item] = rule;
        }
    }
    table.finish();
}

void read_inquiry(const toml::Table& table, InquiryRules& rules) {
    rules.per_caller =
        static_cast<std::size_t>(table.number("per_caller", 1, kMost, static_cast<std::int64_t>(rules.per_caller)));
    rules.per_subject =
        static_cast<std::size_t>(table.number("per_subject", 1, kMost, static_cast<std::int64_t>(rules.per_subject)));
    rules.deadline =
        std::chrono::milliseconds{table.number("deadline_ms", 1, kLongestDeadline, rules.deadline.count())};
    if (table.has("bring")) rules.bring = table.texts("bring");
    table.finish();
}

void read_office(const toml::Table& table, OfficeDays& days) {
    days.time_zone = table.text("time_zone", days.time_zone);
    if (table.has("weekend")) days.weekend = table.texts("weekend");
    if (table.has("holidays")) days.holidays = table.texts("holidays");
    try {
        const OfficeCalendar calendar(days);
    } catch (const InvalidInput& error) {
        const std::string key(error.code().substr(error.code().find('.') + 1));
        throw table.refuse(key == "holiday" ? "holidays" : key, error.what(), std::string(error.remedy()));
    }
    table.finish();
}

void read_uncollected(const toml::Table& table, UncollectedTerms& terms) {
    terms.reminder_days = static_cast<int>(table.number("reminder_days", 1, kLongestTerm, terms.reminder_days));
    terms.final_notice_days =
        static_cast<int>(table.number("final_notice_days", 1, kLongestTerm, terms.final_notice_days));
    terms.return_days = static_cast<int>(table.number("return_days", 1, kLongestTerm, terms.return_days));
    if (terms.reminder_days >= terms.final_notice_days || terms.final_notice_days >= terms.return_days)
        throw table.refuse("return_days", "the terms are not in their order",
                           "reminder_days below final_notice_days below return_days");
    table.finish();
}

void read_notices(const toml::Table& table, NoticeConfig& notices) {
    if (table.has("command")) notices.command = table.texts("command");
    notices.socket = table.text("socket", notices.socket);
    notices.target = table.text("target", notices.target);
    if (table.has("command") && (notices.command.empty() || !notices.command.front().starts_with('/')))
        throw table.refuse("command", "no program is named by its whole path", "an absolute path and its arguments");
    if (!notices.socket.empty() && (!notices.socket.starts_with('/') || !notices.command.empty()))
        throw table.refuse("socket", "notices go one way", "the absolute path of a socket, and no command");
    if (!notices.target.starts_with('/')) throw table.refuse("target", "no path of a request", "as /notices");
    OutboxRules& rules = notices.rules;
    rules.first_wait = std::chrono::seconds{table.number("first_wait_seconds", 1, kMost, rules.first_wait.count())};
    rules.longest_wait =
        std::chrono::seconds{table.number("longest_wait_seconds", 1, kMost, rules.longest_wait.count())};
    rules.most_tries = static_cast<unsigned>(table.number("most_tries", 1, kMostTries, rules.most_tries));
    table.finish();
}

}  // namespace

DeskConfig read_desk_config(const toml::Table& top, const std::string& state_directory) {
    DeskConfig desk;
    desk.store = state_directory + "/store.db";
    if (const auto store = top.table_if("store")) read_store(*store, desk);
    if (const auto deliveries = top.table_if("deliveries")) {
        desk.accept_unsigned_manifests = deliveries->truth("accept_unsigned_manifests", false);
        deliveries->finish();
    }
    if (const auto handover = top.table_if("handover")) read_handover(*handover, desk.handover);
    if (const auto inquiry = top.table_if("inquiry")) read_inquiry(*inquiry, desk.inquiry);
    if (const auto office = top.table_if("office")) read_office(*office, desk.office);
    if (const auto uncollected = top.table_if("uncollected")) read_uncollected(*uncollected, desk.uncollected);
    if (const auto notices = top.table_if("notices")) read_notices(*notices, desk.notices);
    return desk;
}

}  // namespace tahvil::daemon
