#include "daemon/delivery/check_in.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/check/verdict_json.h"
#include "daemon/delivery/card_match.h"
#include "daemon/delivery/verdict_digest.h"

namespace tahvil::daemon {

namespace {

/// Every record that the card's serial or its holder's national code finds, each once.
std::vector<std::string> candidates(Deliveries& deliveries, const Verdict& verdict) {
    std::vector<std::string> ids;
    if (!verdict.document.number.empty()) ids = deliveries.by_card_serial(verdict.document.number);
    if (ids.empty() && !verdict.holder.national_code.empty())
        ids = deliveries.by_national_code(verdict.holder.national_code);
    return ids;
}

bool waits(Stage stage) {
    return stage == Stage::expected || stage == Stage::missing;
}

bool is_here(Stage stage) {
    return stage == Stage::arrived || stage == Stage::notified || stage == Stage::presented;
}

/// The reason to set the card aside, or the record that it is for.
CheckedIn judge(Deliveries& deliveries, const Verdict& verdict, const std::string& expected) {
    CheckedIn result;
    const std::vector<std::string> found = candidates(deliveries, verdict);
    std::vector<Delivery> fitting;
    for (const std::string& id : found)
        if (Delivery delivery = deliveries.get(id); match(delivery.card, verdict) == CardMatch::same)
            fitting.push_back(std::move(delivery));
    // A person may have had cards before; the record that waits is meant.
    if (fitting.size() > 1 && std::ranges::count_if(fitting, waits, &Delivery::stage) == 1)
        std::erase_if(fitting, [](const Delivery& each) { return !waits(each.stage); });

    if (fitting.size() == 1) result.delivery = fitting.front().id;
    if (verdict.decision == Decision::reject)
        result.set_aside = "not_genuine";
    else if (verdict.decision == Decision::refer)
        result.set_aside = "undecided";
    else if (fitting.empty())
        result.set_aside = found.empty() ? "no_record" : "another_record";
    else if (fitting.size() > 1)
        result.set_aside = "several_records";
    else if (!expected.empty() && fitting.front().id != expected)
        result.set_aside = "another_record";
    else if (is_here(fitting.front().stage))
        result.set_aside = "twice";
    else if (!waits(fitting.front().stage))
        result.set_aside = "not_expected";
    return result;
}

}  // namespace

CheckedIn check_in(Database& database, Deliveries& deliveries, Journal& journal, const Verdict& verdict,
                   const std::string& expected, const Act& act) {
    Transaction transaction(database);
    CheckedIn result = judge(deliveries, verdict, expected);
    Act told = act;
    told.facts.emplace("check", verdict.id);
    told.facts.emplace("verdict", to_hex(digest_of(verdict)));
    if (result.set_aside.empty()) {
        result.journal = deliveries.move(transaction, result.delivery, Stage::arrived, told);
    } else {
        told.facts.emplace("why", result.set_aside);
        result.journal = journal.append(
            transaction, {"card.set_aside", act.at, result.delivery, act.actor, std::move(told.facts), {}});
    }
    transaction.commit();
    return result;
}

CheckedIn set_aside_unopened(Database& database, Journal& journal, const std::string& expected, const Act& act) {
    Transaction transaction(database);
    CheckedIn result{"not_opened", expected, 0};
    Act told = act;
    told.facts.emplace("why", result.set_aside);
    result.journal =
        journal.append(transaction, {"card.set_aside", act.at, expected, act.actor, std::move(told.facts), {}});
    transaction.commit();
    return result;
}

}  // namespace tahvil::daemon
