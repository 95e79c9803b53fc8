#include "daemon/delivery/deliveries.h"

#include <utility>

#include "daemon/error.h"
#include "daemon/journal/commitment.h"
#include "daemon/text/folding.h"

namespace tahvil::daemon {

namespace {

constexpr int kIdDigits = 8;
constexpr std::size_t kMaxFound = 100;  // records that one search answers with

std::int64_t unix_time(std::chrono::sys_seconds at) {
    return at.time_since_epoch().count();
}

std::chrono::sys_seconds from_unix(std::int64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

SealedPlace personal_of(std::string_view id) {
    return {"delivery", id, "personal"};
}

/// A record has one move to an entry of the journal, so the two name it.
std::string move_name(std::string_view id, std::uint64_t journal) {
    return std::string(id) + "/" + std::to_string(journal);
}

SealedPlace reason_of(std::string_view move) {
    return {"delivery_move", move, "why"};
}

/// The three things together, so that the store does not tell which of them fit.
std::string identity_text(std::string_view national_code, std::string_view serial, Date birth_date) {
    return std::string(national_code) + "|" + std::string(serial) + "|" + to_iso(birth_date);
}

/// Names are searched without their spaces: a half-space is often typed as one, or left out.
std::string search_key(std::string_view name) {
    std::string key = folding_key(name);
    std::erase(key, ' ');
    return key;
}

[[noreturn]] void unknown() {
    throw NotFound("delivery.unknown", "no such delivery record", "Look it up by its tracking code.");
}

}  // namespace

Deliveries::Deliveries(Database& database, const StoreKeys& keys, Journal& journal, std::string terminal,
                       RandomSource random)
    : database_(&database),
      keys_(&keys),
      journal_(&journal),
      terminal_(std::move(terminal)),
      random_(std::move(random)) {}

std::string Deliveries::next_id(const Transaction& transaction) {
    Statement statement = transaction.database().prepare(
        "INSERT INTO delivery_counter (terminal, last) VALUES (?, 1) "
        "ON CONFLICT (terminal) DO UPDATE SET last = last + 1 RETURNING last");
    statement.with(terminal_);
    statement.step();
    std::string number = std::to_string(statement.integer(0));
    number.insert(0, number.size() < kIdDigits ? kIdDigits - number.size() : 0, '0');
    return terminal_ + "-" + number;
}

Deliveries::Indexes Deliveries::indexes_of(const ExpectedCard& card) const {
    const auto index = [this](std::string_view field, const std::string& value) {
        return value.empty() ? std::optional<Bytes>() : keys_->index(field, as_bytes(value));
    };
    Indexes indexes{index("tracking_code", card.tracking_code),
                    index("national_code", card.national_code),
                    {},
                    index("card_serial", card.card_serial),
                    index("name", search_key(card.given_name + card.family_name)),
                    index("name", search_key(card.family_name))};
    if (card.birth_date && !card.birth_certificate_serial.empty())
        indexes.identity =
            index("identity", identity_text(card.national_code, card.birth_certificate_serial, *card.birth_date));
    return indexes;
}

std::string Deliveries::add(const Transaction& transaction, const ExpectedCard& card, std::int64_t manifest,
                            std::chrono::sys_seconds at) {
    if (!card.tracking_code.empty() && !by_tracking_code(card.tracking_code).empty())
        throw Conflict("delivery.tracking_code", "another record has that tracking code",
                       "See whether the manifest was sent twice, or ask its sender.");
    const Indexes index = indexes_of(card);
    std::string id = next_id(transaction);
    const SecretBytes personal = encode_personal(card);
    transaction.database()
        .prepare(
            "INSERT INTO delivery (id, custodian, stage, since, manifest, batch, office, fee, card_signer, "
            "personal, tracking_index, national_index, identity_index, serial_index, name_index, family_index) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .with(id, terminal_, Stage::expected, unix_time(at), manifest, card.batch, card.office, card.fee,
              card.card_signer, keys_->seal(personal_of(id), personal.view()), index.tracking, index.national,
              index.identity, index.serial, index.name, index.family)
        .run();
    return id;
}

Delivery Deliveries::get(std::string_view id) {
    Statement statement = database_->prepare(
        "SELECT custodian, stage, since, manifest, batch, office, fee, card_signer, personal, arrived_at "
        "FROM delivery WHERE id = ?");
    statement.with(id);
    if (!statement.step()) unknown();
    Delivery delivery;
    delivery.id = id;
    delivery.custodian = statement.text(0);
    delivery.stage = static_cast<Stage>(statement.integer(1));
    delivery.since = from_unix(statement.integer(2));
    delivery.manifest = statement.integer(3);
    delivery.card.batch = statement.text(4);
    delivery.card.office = statement.text(5);
    delivery.card.fee = statement.integer(6);
    delivery.card.card_signer = statement.text(7);
    decode_personal(keys_->open(personal_of(id), statement.blob(8)).view(), delivery.card);
    if (!statement.is_null(9)) delivery.arrived_at = from_unix(statement.integer(9));
    return delivery;
}

std::vector<std::string> Deliveries::find(std::string_view column, std::string_view value) {
    std::string field(column);
    if (field == "tracking" || field == "national") field += "_code";
    if (field == "serial") field = "card_serial";
    if (field == "family") field = "name";
    std::vector<std::string> ids;
    for (const BlindIndex& index : keys_->indexes(field, as_bytes(value))) {
        Statement statement = database_->prepare("SELECT id FROM delivery WHERE " + std::string(column) +
                                                 "_index = ? ORDER BY id LIMIT ?");
        statement.with(index, kMaxFound);
        while (statement.step()) ids.push_back(statement.text(0));
    }
    return ids;
}

std::vector<std::string> Deliveries::by_tracking_code(std::string_view code) {
    return find("tracking", code);
}

std::vector<std::string> Deliveries::by_national_code(std::string_view code) {
    return find("national", code);
}

std::vector<std::string> Deliveries::by_identity(std::string_view national_code,
                                                 std::string_view birth_certificate_serial, Date birth_date) {
    return find("identity", identity_text(national_code, birth_certificate_serial, birth_date));
}

std::vector<std::string> Deliveries::by_card_serial(std::string_view serial) {
    return find("serial", serial);
}

std::vector<std::string> Deliveries::by_name(std::string_view name) {
    const std::string key = search_key(name);
    std::vector<std::string> ids = find("name", key);
    for (std::string& id : find("family", key)) ids.push_back(std::move(id));
    return ids;
}

std::vector<DeliveryLine> Deliveries::page(Stage stage, std::size_t limit, const std::optional<DeliveryLine>& after) {
    Statement statement = database_->prepare(
        "SELECT id, stage, since, batch, office FROM delivery WHERE stage = ? AND (since, id) > (?, ?) "
        "ORDER BY since, id LIMIT ?");
    statement.with(stage, after ? unix_time(after->since) : std::int64_t{-1}, after ? after->id : std::string(), limit);
    std::vector<DeliveryLine> lines;
    while (statement.step())
        lines.push_back({statement.text(0), static_cast<Stage>(statement.integer(1)), from_unix(statement.integer(2)),
                         statement.text(3), statement.text(4)});
    return lines;
}

std::map<Stage, std::int64_t> Deliveries::counts() {
    Statement statement = database_->prepare("SELECT stage, count(*) FROM delivery GROUP BY stage");
    std::map<Stage, std::int64_t> counts;
    while (statement.step()) counts[static_cast<Stage>(statement.integer(0))] = statement.integer(1);
    return counts;
}

std::vector<MoveRecord> Deliveries::history(std::string_view id) {
    Statement statement = database_->prepare(
        "SELECT from_stage, to_stage, act, actor, at, why, journal FROM delivery_move WHERE delivery = ? "
        "ORDER BY journal");
    statement.with(id);
    std::vector<MoveRecord> moves;
    while (statement.step()) {
        const auto journal = static_cast<std::uint64_t>(statement.integer(6));
        const SecretBytes why = keys_->open(reason_of(move_name(id, journal)), statement.blob(5));
        moves.push_back({static_cast<Stage>(statement.integer(0)), static_cast<Stage>(statement.integer(1)),
                         statement.text(2), statement.text(3), from_unix(statement.integer(4)),
                         std::string(as_text(why.view())), journal});
    }
    return moves;
}

std::uint64_t Deliveries::move(const Transaction& transaction, std::string_view id, Stage to, const Act& act) {
    const Delivery delivery = get(id);
    if (delivery.custodian != terminal_)
        throw NotPermitted("delivery.custodian", "another terminal has that delivery in its custody",
                           "Ask terminal " + delivery.custodian + ".");
    const StageMove* const move = find_move(delivery.stage, to);
    if (move == nullptr)
        throw Conflict(
            "delivery.stage",
            "a delivery that is " + std::string(name(delivery.stage)) + " can not become " + std::string(name(to)),
            "Look at the record's history.", next_stages(delivery.stage));
    if (move->needs_reason && act.why.empty())
        throw InvalidInput("delivery.reason", "this move of a delivery needs a reason", "Say why.");
    if (act.at < delivery.since)
        throw Conflict("delivery.clock", "the clock is behind the last act on that delivery",
                       "Set the clock of this machine.");
    Database& database = transaction.database();
    database.prepare("UPDATE delivery SET stage = ?, since = ? WHERE id = ? AND stage = ?")
        .with(to, unix_time(act.at), id, delivery.stage)
        .run();
    if (move->act == "check_in")  // put back from the desk it has lain here all the time
        database.prepare("UPDATE delivery SET arrived_at = ?, noticed = 0 WHERE id = ?")
            .with(unix_time(act.at), id)
            .run();

    Act told = act;
    told.facts.emplace("from", name(delivery.stage));
    told.facts.emplace("to", name(to));
    const std::uint64_t position =
        tell(transaction, id, "delivery." + std::string(move->act), told,
             {{"national_code", delivery.card.national_code}, {"card_serial", delivery.card.card_serial}});
    const std::string record = move_name(id, position);
    database
        .prepare(
            "INSERT INTO delivery_move (delivery, journal, from_stage, to_stage, act, actor, at, why) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .with(id, position, delivery.stage, to, move->act, act.actor, unix_time(act.at),
              keys_->seal(reason_of(record), as_bytes(act.why)))
        .run();
    return position;
}

std::uint64_t Deliveries::tell(const Transaction& transaction, std::string_view id, const std::string& kind,
                               const Act& act, std::map<std::string, std::string> personal) {
    personal.emplace("why", act.why);
    std::map<std::string, Bytes> commitments;
    std::map<std::string, Bytes> salts;
    for (const auto& [field, value] : personal) {
        if (value.empty()) continue;
        Commitment commitment = commit(field, value, random_);
        commitments.emplace(field, std::move(commitment.hash));
        salts.emplace(field, std::move(commitment.salt));
    }
    const std::uint64_t position =
        journal_->append(transaction, {kind, act.at, std::string(id), act.actor, act.facts, std::move(commitments)});
    for (const auto& [field, salt] : salts)
        transaction.database()
            .prepare("INSERT INTO delivery_salt (journal, field, delivery, salt) VALUES (?, ?, ?, ?)")
            .with(position, field, id, salt)
            .run();
    return position;
}

void Deliveries::reseal(const Transaction& transaction, std::string_view id) {
    Database& database = transaction.database();
    const auto is_old = [this](ByteView sealed) { return StoreKeys::key_of(sealed) != keys_->current(); };
    Statement record = database.prepare("SELECT personal FROM delivery WHERE id = ?");
    record.with(id);
    if (!record.step()) unknown();
    if (is_old(record.blob(0))) {
        const Delivery delivery = get(id);
        const Indexes index = indexes_of(delivery.card);
        database
            .prepare(
                "UPDATE delivery SET personal = ?, tracking_index = ?, national_index = ?, identity_index = ?, "
                "serial_index = ?, name_index = ?, family_index = ? WHERE id = ?")
            .with(keys_->seal(personal_of(id), encode_personal(delivery.card).view()), index.tracking, index.national,
                  index.identity, index.serial, index.name, index.family, id)
            .run();
    }
    Statement moves = database.prepare("SELECT journal, why FROM delivery_move WHERE delivery = ?");
    moves.with(id);
    std::vector<std::pair<std::int64_t, Bytes>> old;
    while (moves.step())
        if (Bytes why = moves.blob(1); is_old(why)) old.emplace_back(moves.integer(0), std::move(why));
    for (const auto& [journal, why] : old) {
        const std::string name = move_name(id, static_cast<std::uint64_t>(journal));
        const SecretBytes open = keys_->open(reason_of(name), why);
        database.prepare("UPDATE delivery_move SET why = ? WHERE delivery = ? AND journal = ?")
            .with(keys_->seal(reason_of(name), open.view()), id, journal)
            .run();
    }
}

std::vector<std::string> Deliveries::walk(std::int64_t& place, std::size_t limit) {
    Statement statement = database_->prepare("SELECT rowid, id FROM delivery WHERE rowid > ? ORDER BY rowid LIMIT ?");
    statement.with(place, limit);
    std::vector<std::string> ids;
    while (statement.step()) {
        place = statement.integer(0);
        ids.push_back(statement.text(1));
    }
    return ids;
}

void Deliveries::erase_salts(const Transaction& transaction, std::string_view id) {
    transaction.database().prepare("DELETE FROM delivery_salt WHERE delivery = ?").with(id).run();
}

std::optional<Bytes> Deliveries::salt(std::uint64_t journal, std::string_view field) {
    Statement statement = database_->prepare("SELECT salt FROM delivery_salt WHERE journal = ? AND field = ?");
    statement.with(journal, field);
    if (!statement.step()) return std::nullopt;
    return statement.blob(0);
}

}  // namespace tahvil::daemon
