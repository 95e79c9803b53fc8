#include "daemon/delivery/handover.h"

#include <utility>

#include <boost/json.hpp>

#include "crypto/digest.h"
#include "daemon/delivery/verdict_digest.h"
#include "daemon/error.h"
#include "daemon/receipt/receipt_verification.h"
#include "daemon/receipt/sd_jwt.h"
#include "daemon/text/length.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxReason = 500;  // characters

SealedPlace place_of_receipt(std::string_view id) {
    return {"receipt", id, "text"};
}

SealedPlace place_of_reason(std::string_view id, ChecklistItem item) {
    return {"handover_item", id, name(item)};
}

std::int64_t unix_time(std::chrono::sys_seconds at) {
    return at.time_since_epoch().count();
}

/// An item in the journal and in a receipt: no person's name but the operators' ids.
json::object facts_of(ChecklistItem item, const ItemEntry& entry) {
    json::object facts{{"item", name(item)}, {"state", name(entry.state)}};
    if (!entry.method.empty()) facts.emplace("method", entry.method);
    if (!entry.actor.empty()) facts.emplace("actor", entry.actor);
    if (!entry.second_person.empty()) facts.emplace("second_person", entry.second_person);
    return facts;
}

/// How a check of the card came to what it says of an item.
std::string method_of(ChecklistItem item, const Verdict& verdict) {
    if (item != ChecklistItem::holder_verified) return "check";
    const Check* const pin = find(verdict.checks, "holder.pin");
    return pin != nullptr && pin->passed() ? "pin" : "fingerprint_on_card";
}

void require_reason(const Act& act) {
    if (act.why.empty())
        throw InvalidInput("handover.reason", "this way of settling an item needs a reason", "Say why.");
    if (characters(act.why) > kMaxReason)
        throw InvalidInput("handover.reason", "a reason that is too long", "Say it shorter.");
}

}  // namespace

Handover::Handover(Database& database, const StoreKeys& keys, Journal& journal, Deliveries& deliveries,
                   HandoverPolicy policy, RandomSource random)
    : database_(&database),
      keys_(&keys),
      journal_(&journal),
      deliveries_(&deliveries),
      policy_(std::move(policy)),
      random_(std::move(random)) {}

void Handover::require_presented(const Delivery& delivery) const {
    if (delivery.custodian != deliveries_->terminal())
        throw NotPermitted("delivery.custodian", "another terminal has that delivery in its custody",
                           "Ask terminal " + delivery.custodian + ".");
    if (delivery.stage != Stage::presented)
        throw Conflict("handover.not_begun",
                       "no handover is under way for that delivery, which is " + std::string(name(delivery.stage)),
                       "Begin the handover first.", next_stages(delivery.stage));
}

void Handover::store(const Transaction& transaction, std::string_view id, ChecklistItem item, const ItemEntry& entry) {
    transaction.database()
        .prepare(
            "INSERT INTO handover_item (delivery, item, state, method, reason, actor, second_person, at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (delivery, item) DO UPDATE SET state = excluded.state, "
            "method = excluded.method, reason = excluded.reason, actor = excluded.actor, "
            "second_person = excluded.second_person, at = excluded.at")
        .with(id, item, entry.state, entry.method, keys_->seal(place_of_reason(id, item), as_bytes(entry.reason)),
              entry.actor, entry.second_person, unix_time(entry.at))
        .run();
}

Checklist Handover::checklist(std::string_view id) {
    Statement statement = database_->prepare(
        "SELECT item, state, method, reason, actor, second_person, at FROM handover_item WHERE delivery = ?");
    statement.with(id);
    Checklist checklist;
    while (statement.step()) {
        const auto item = static_cast<ChecklistItem>(statement.integer(0));
        const SecretBytes reason = keys_->open(place_of_reason(id, item), statement.blob(3));
        checklist[item] = {static_cast<ItemState>(statement.integer(1)),
                           statement.text(2),
                           std::string(as_text(reason.view())),
                           statement.text(4),
                           statement.text(5),
                           std::chrono::sys_seconds(std::chrono::seconds(statement.integer(6)))};
    }
    if (checklist.empty())
        throw Conflict("handover.not_begun", "no handover was begun for that delivery", "Begin the handover first.");
    return checklist;
}

Checklist Handover::tell(Transaction& transaction, std::string_view id, const std::string& kind, json::object facts,
                         const Act& act) {
    Act told = act;
    for (auto& fact : facts) told.facts.insert_or_assign(fact.key(), std::move(fact.value()));
    deliveries_->tell(transaction, id, kind, told);
    Checklist now = checklist(id);
    transaction.commit();
    return now;
}

Checklist Handover::begin(std::string_view id, const Act& act) {
    Transaction transaction(*database_);
    const Delivery delivery = deliveries_->get(id);
    deliveries_->move(transaction, id, Stage::presented, act);
    database_->prepare("DELETE FROM handover_item WHERE delivery = ?").with(id).run();
    database_->prepare("DELETE FROM handover_verdict WHERE delivery = ?").with(id).run();
    Checklist checklist = begin_checklist(delivery, policy_, act.at);
    for (const auto& [item, entry] : checklist) store(transaction, id, item, entry);
    transaction.commit();
    return checklist;
}

Checklist Handover::enter_verdict(std::string_view id, const Verdict& verdict, const Act& act) {
    if ((verdict.purpose != Purpose::handover && verdict.purpose != Purpose::field) || verdict.evaluated.at > act.at ||
        act.at - verdict.evaluated.at > policy_.verdict_age)
        throw Conflict("handover.verdict", "a check of the card that was not made for this handover, or not now",
                       "Check the card again, for the handover.");
    Transaction transaction(*database_);
    const Delivery delivery = deliveries_->get(id);
    require_presented(delivery);
    Checklist checklist = this->checklist(id);
    json::array items;
    for (const auto& [item, state] : judge_card(delivery, verdict, policy_, act.at)) {
        const ItemEntry entry{state, method_of(item, verdict), {}, act.actor, {}, act.at};
        store(transaction, id, item, entry);
        items.push_back(facts_of(item, entry));
    }
    const std::string digest = to_hex(digest_of(verdict));
    database_->prepare("INSERT OR REPLACE INTO handover_verdict (delivery, digest) VALUES (?, ?)")
        .with(id, digest)
        .run();
    return tell(transaction, id, "handover.verdict",
                {{"check", verdict.id}, {"verdict", digest}, {"items", std::move(items)}}, act);
}

Checklist Handover::settle(std::string_view id, ChecklistItem item, std::string_view method,
                           std::string_view second_person, const Act& act) {
    const ItemMethod* const found = find_method(item, method);
    if (found == nullptr)
        throw InvalidInput("handover.method", "an item of the checklist can not be settled in that way",
                           "Choose one of the ways that the item has.");
    if (found->needs_reason) require_reason(act);
    if (found->needs_second_person && (second_person.empty() || second_person == act.actor))
        throw InvalidInput("handover.second_person", "this way of settling an item needs a second person",
                           "Let a colleague confirm it with their own sign-in.");
    Transaction transaction(*database_);
    require_presented(deliveries_->get(id));
    const ItemEntry entry{found->leads_to,
                          std::string(method),
                          act.why,
                          act.actor,
                          found->needs_second_person ? std::string(second_person) : std::string(),
                          act.at};
    store(transaction, id, item, entry);
    return tell(transaction, id, "handover.item", facts_of(item, entry), act);
}

Checklist Handover::refer(std::string_view id, ChecklistItem item, const Act& act) {
    require_reason(act);
    Transaction transaction(*database_);
    require_presented(deliveries_->get(id));
    ItemEntry entry = checklist(id)[item];
    if (!policy_.rule(item).referable || (entry.state != ItemState::pending && entry.state != ItemState::undetermined))
        throw Conflict("handover.not_referable",
                       "the item " + std::string(name(item)) + " is " + std::string(name(entry.state)) +
                           ", which a supervisor can not settle",
                       "Settle it at the desk, or put the card back.");
    entry = {ItemState::referred, entry.method, act.why, act.actor, {}, act.at};
    store(transaction, id, item, entry);
    return tell(transaction, id, "handover.refer", facts_of(item, entry), act);
}

Checklist Handover::decide(std::string_view id, ChecklistItem item, bool approve, const Act& act) {
    require_reason(act);
    Transaction transaction(*database_);
    require_presented(deliveries_->get(id));
    const ItemEntry referred = checklist(id)[item];
    if (referred.state != ItemState::referred)
        throw Conflict("handover.not_referred", "the item " + std::string(name(item)) + " was not referred",
                       "Look at the checklist again.");
    if (referred.actor == act.actor)
        throw NotPermitted("handover.same_person", "who refers an item can not decide it",
                           "Ask a supervisor who is another person.");
    const ItemEntry entry{approve ? ItemState::approved : ItemState::declined,
                          referred.method,
                          act.why,
                          act.actor,
                          referred.actor,
                          act.at};
    store(transaction, id, item, entry);
    return tell(transaction, id, "handover.decide", facts_of(item, entry), act);
}

std::optional<std::string> Handover::receipt(std::string_view id) {
    Statement statement = database_->prepare("SELECT id, sealed FROM receipt WHERE delivery = ?");
    statement.with(id);
    if (!statement.step()) return std::nullopt;
    return std::string(as_text(keys_->open(place_of_receipt(statement.text(0)), statement.blob(1)).view()));
}

void Handover::reseal(const Transaction& transaction, std::string_view id) {
    Database& database = transaction.database();
    const auto is_old = [this](ByteView sealed) { return StoreKeys::key_of(sealed) != keys_->current(); };
    std::vector<std::pair<ChecklistItem, Bytes>> old;
    {
        Statement items = database.prepare("SELECT item, reason FROM handover_item WHERE delivery = ?");
        items.with(id);
        while (items.step())
            if (Bytes reason = items.blob(1); is_old(reason))
                old.emplace_back(static_cast<ChecklistItem>(items.integer(0)), std::move(reason));
    }
    for (const auto& [item, reason] : old) {
        const SecretBytes open = keys_->open(place_of_reason(id, item), reason);
        database.prepare("UPDATE handover_item SET reason = ? WHERE delivery = ? AND item = ?")
            .with(keys_->seal(place_of_reason(id, item), open.view()), id, item)
            .run();
    }
    Statement receipt = database.prepare("SELECT id, sealed FROM receipt WHERE delivery = ?");
    receipt.with(id);
    if (!receipt.step() || !is_old(receipt.blob(1))) return;
    const std::string name = receipt.text(0);
    const SecretBytes open = keys_->open(place_of_receipt(name), receipt.blob(1));
    database.prepare("UPDATE receipt SET sealed = ? WHERE id = ?")
        .with(keys_->seal(place_of_receipt(name), open.view()), name)
        .run();
}

std::optional<HandedOver> Handover::done_before(std::string_view id, ByteView key) {
    Statement statement = database_->prepare(
        "SELECT delivery, receipt.id, receipt.journal FROM handover_key JOIN receipt USING (delivery) WHERE key = ?");
    statement.with(key);
    if (!statement.step()) return std::nullopt;
    if (statement.text(0) != id)
        throw Conflict("handover.key", "that idempotency key was used for another delivery",
                       "Make a new key for every handover.");
    return HandedOver{statement.text(1), receipt(id).value_or(std::string()),
                      static_cast<std::uint64_t>(statement.integer(2)), true};
}

std::string Handover::make_receipt(const Delivery& delivery, const Checklist& checklist, const ReceiptSigner& signer,
                                   std::uint64_t position, const std::string& verdict, const Act& act) {
    json::array items;
    for (const auto& [item, entry] : checklist)
        if (policy_.rule(item).need != ItemRule::Need::ignored) items.push_back(facts_of(item, entry));
    SdJwtContent content;
    content.type = kReceiptType;
    content.certificates = signer.certificates;
    content.open = {{"iss", signer.issuer},
                    {"jti", delivery.id + "-R"},
                    {"iat", unix_time(act.at)},
                    {"record", delivery.id},
                    {"terminal", deliveries_->terminal()},
                    {"operator", act.actor},
                    {"verdict", verdict},
                    {"checklist", std::move(items)},
                    {"journal", {{"position", position}, {"checkpoint", journal_->last_checkpoint().value_or("")}}}};
    const auto disclosable = [&content](const char* claim, const std::string& value) {
        if (!value.empty()) content.disclosable.emplace(claim, value);
    };
    disclosable("card_serial", delivery.card.card_serial);
    disclosable("national_code", delivery.card.national_code);
    disclosable("given_name", delivery.card.given_name);
    disclosable("family_name", delivery.card.family_name);
    disclosable("tracking_code", delivery.card.tracking_code);
    return issue_sd_jwt(content, *signer.key, random_);
}

HandedOver Handover::complete(std::string_view id, std::string_view idempotency_key, const ReceiptSigner& signer,
                              const Act& act) {
    const Bytes key = digest(DigestAlgorithm::sha256, as_bytes(idempotency_key));
    Transaction transaction(*database_);
    if (std::optional<HandedOver> before = done_before(id, key)) return *std::move(before);
    const Delivery delivery = deliveries_->get(id);
    require_presented(delivery);
    const Checklist checklist = this->checklist(id);
    if (const std::vector<ChecklistItem> open = open_items(checklist, policy_); !open.empty()) {
        std::vector<std::string> names;
        for (const ChecklistItem item : open) names.emplace_back(name(item));
        throw Conflict("handover.incomplete", std::to_string(open.size()) + " items of the checklist are open",
                       "Settle each of them, or put the card back.", std::move(names));
    }
    std::string verdict;
    {
        Statement statement = database_->prepare("SELECT digest FROM handover_verdict WHERE delivery = ?");
        statement.with(id);
        if (statement.step()) verdict = statement.text(0);
    }
    journal_->checkpoint(transaction);  // the receipt names it, so that a rolled-back journal contradicts the receipt
    HandedOver done;
    done.receipt_id = delivery.id + "-R";
    done.receipt = make_receipt(delivery, checklist, signer, journal_->size(), verdict, act);
    Act told = act;
    told.facts.emplace("verdict", verdict);
    // Over what is signed, without the disclosures, so that a receipt is known again whatever it discloses.
    told.facts.emplace(
        "receipt", to_hex(digest(DigestAlgorithm::sha256, as_bytes(done.receipt.substr(0, done.receipt.find('~'))))));
    done.journal = deliveries_->move(transaction, id, Stage::handed_over, told);
    database_->prepare("INSERT INTO receipt (id, delivery, journal, sealed) VALUES (?, ?, ?, ?)")
        .with(done.receipt_id, id, done.journal, keys_->seal(place_of_receipt(done.receipt_id), as_bytes(done.receipt)))
        .run();
    database_->prepare("INSERT INTO handover_key (key, delivery) VALUES (?, ?)").with(key, id).run();
    transaction.commit();
    return done;
}

}  // namespace tahvil::daemon
