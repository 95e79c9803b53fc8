#include "tests/crash/soundness.h"

#include <initializer_list>
#include <sstream>
#include <utility>

#include "daemon/journal/verification.h"

namespace tahvil::daemon::test {

std::vector<std::string> contradictions(Database& database, Journal& journal,
                                        const std::vector<std::string>& checkpoints) {
    std::vector<std::string> found = database.damage();
    for (const auto& [what, query] : std::initializer_list<std::pair<const char*, const char*>>{
             {"a receipt without a record handed over",
              "SELECT count(*) FROM receipt LEFT JOIN delivery ON delivery.id = receipt.delivery "
              "WHERE delivery.stage IS NOT 5"},
             {"a record handed over without a receipt",
              "SELECT count(*) FROM delivery LEFT JOIN receipt ON receipt.delivery = delivery.id "
              "WHERE delivery.stage = 5 AND receipt.id IS NULL"},
             {"a card handed over twice",
              "SELECT count(*) FROM (SELECT delivery FROM delivery_move WHERE to_stage = 5 GROUP BY delivery "
              "HAVING count(*) > 1)"},
             {"a receipt that the journal does not tell of",
              "SELECT count(*) FROM receipt LEFT JOIN journal_entry ON position = journal "
              "WHERE body ->> '$.kind' IS NOT 'delivery.hand_over' OR body ->> '$.subject' IS NOT delivery"},
             {"an entry of a handover without its receipt",
              "SELECT count(*) FROM journal_entry LEFT JOIN receipt ON journal = position "
              "WHERE body ->> '$.kind' = 'delivery.hand_over' AND id IS NULL"},
             {"a handover's key without its receipt",
              "SELECT count(*) FROM handover_key LEFT JOIN receipt USING (delivery) WHERE id IS NULL"},
             {"a move that the journal does not tell of",
              "SELECT count(*) FROM delivery_move LEFT JOIN journal_entry ON position = journal "
              "WHERE body ->> '$.subject' IS NOT delivery"},
             {"a record that is elsewhere than its last move",
              "SELECT count(*) FROM delivery JOIN delivery_move AS last ON last.delivery = delivery.id WHERE "
              "journal = (SELECT max(journal) FROM delivery_move WHERE delivery = delivery.id) "
              "AND to_stage <> stage"},
             {"a shipment that the journal does not tell of",
              "SELECT count(*) FROM shipment LEFT JOIN journal_entry ON position = journal "
              "WHERE body ->> '$.subject' IS NOT id"},
             {"a card sent back without a shipment",
              "SELECT (SELECT count(*) FROM delivery WHERE stage = 6) - "
              "(SELECT coalesce(sum(cards), 0) FROM shipment)"},
             {"a holder told without a notice",
              "SELECT count(*) FROM delivery_move LEFT JOIN notice ON notice.delivery = delivery_move.delivery "
              "WHERE to_stage = 3 AND state IS NOT 2"},
             {"half a manifest",
              "SELECT count(*) FROM manifest WHERE cards <> (SELECT count(*) FROM delivery WHERE "
              "delivery.manifest = manifest.id)"},
             {"a reference to nothing", "SELECT count(*) FROM pragma_foreign_key_check"}}) {
        Statement statement = database.prepare(query);
        if (!statement.step() || statement.integer(0) != 0) found.emplace_back(what);
    }
    std::stringstream exported;
    journal.export_to(exported);
    for (const Check& check : verify_journal(exported, std::vector{journal.key()}, checkpoints).checks)
        if (check.result == Result::failed) found.push_back(check.id + " " + check.reason);
    return found;
}

}  // namespace tahvil::daemon::test
