#include "daemon/delivery/shipment.h"

#include <set>
#include <utility>

#include <boost/json.hpp>

#include "crypto/digest.h"
#include "crypto/trust/signed_message.h"
#include "daemon/error.h"
#include "daemon/text/time.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

constexpr int kIdDigits = 7;

SealedPlace place_of(std::string_view id) {
    return {"shipment", id, "manifest"};
}

std::string line_of(const Delivery& delivery, std::chrono::sys_seconds at) {
    json::object line{{"record", delivery.id},
                      {"tracking_code", delivery.card.tracking_code},
                      {"card_serial", delivery.card.card_serial},
                      {"batch", delivery.card.batch},
                      {"returned_at", to_iso(at)}};
    if (delivery.arrived_at) line.emplace("arrived_at", to_iso(*delivery.arrived_at));
    return json::serialize(line) + "\n";
}

/// The cards that a request names, in whatever order it does.
Bytes digest_of(std::span<const std::string> deliveries) {
    json::array ids;
    for (const std::string& id : std::set<std::string>(deliveries.begin(), deliveries.end())) ids.emplace_back(id);
    return digest(DigestAlgorithm::sha256, as_bytes(json::serialize(ids)));
}

}  // namespace

Shipments::Shipments(Database& database, const StoreKeys& keys, Journal& journal, Deliveries& deliveries)
    : database_(&database), keys_(&keys), journal_(&journal), deliveries_(&deliveries) {}

std::string Shipments::next_id(const Transaction& transaction) const {
    Statement statement = transaction.database().prepare("SELECT count(*) FROM shipment");
    statement.step();
    std::string number = std::to_string(statement.integer(0) + 1);
    number.insert(0, number.size() < kIdDigits ? kIdDigits - number.size() : 0, '0');
    return deliveries_->terminal() + "-S" + number;
}

Shipment Shipments::read(const Statement& row) const {
    Shipment found;
    found.id = row.text(0);
    found.cards = static_cast<std::size_t>(row.integer(1));
    found.journal = static_cast<std::uint64_t>(row.integer(2));
    found.manifest = to_bytes(keys_->open(place_of(found.id), row.blob(3)).view());
    return found;
}

Shipment Shipments::get(std::string_view id) {
    Statement statement = database_->prepare("SELECT id, cards, journal, sealed FROM shipment WHERE id = ?");
    statement.with(id);
    if (!statement.step())
        throw NotFound("shipment.unknown", "no such shipment", "Give its id as it was told when it was made.");
    return read(statement);
}

void Shipments::reseal(const Transaction& transaction) {
    std::vector<std::pair<std::string, Bytes>> old;
    {
        Statement all = database_->prepare("SELECT id, sealed FROM shipment");
        while (all.step())
            if (Bytes sealed = all.blob(1); StoreKeys::key_of(sealed) != keys_->current())
                old.emplace_back(all.text(0), std::move(sealed));
    }
    for (const auto& [id, sealed] : old) {
        const SecretBytes open = keys_->open(place_of(id), sealed);
        transaction.database()
            .prepare("UPDATE shipment SET sealed = ? WHERE id = ?")
            .with(keys_->seal(place_of(id), open.view()), id)
            .run();
    }
}

std::optional<Shipment> Shipments::sent_before(ByteView key, ByteView cards) const {
    Statement statement =
        database_->prepare("SELECT id, cards, journal, sealed, requested FROM shipment WHERE key = ?");
    statement.with(key);
    if (!statement.step()) return std::nullopt;
    if (!equal(statement.blob(4), cards))
        throw Conflict("shipment.key", "that idempotency key was used for other cards",
                       "Make a new key for every shipment.");
    Shipment found = read(statement);
    found.again = true;
    return found;
}

Shipment Shipments::send_back(std::span<const std::string> deliveries, std::string_view idempotency_key,
                              const ReceiptSigner& signer, const Act& act) {
    if (deliveries.empty())
        throw InvalidInput("shipment.empty", "no card is named that goes back", "Name the records of the cards.");
    if (deliveries.size() > kMaxShipment)
        throw InvalidInput("shipment.too_many", "too many cards for one shipment",
                           "Send at most " + std::to_string(kMaxShipment) + " at once.");
    const Bytes key = digest(DigestAlgorithm::sha256, as_bytes(idempotency_key));
    const Bytes requested = digest_of(deliveries);
    Transaction transaction(*database_);
    if (std::optional<Shipment> before = sent_before(key, requested)) return *std::move(before);

    Shipment shipment;
    shipment.id = next_id(transaction);
    std::string lines;
    Act told = act;
    told.facts.emplace("shipment", shipment.id);
    for (const std::string& id : std::set<std::string>(deliveries.begin(), deliveries.end())) {
        lines += line_of(deliveries_->get(id), act.at);
        deliveries_->move(transaction, id, Stage::returned, told);
        ++shipment.cards;
    }
    shipment.manifest = trust::sign_message(as_bytes(lines), *signer.key, signer.certificates, act.at);
    shipment.journal = journal_->append(
        transaction, {"shipment.send",
                      act.at,
                      shipment.id,
                      act.actor,
                      {{"cards", shipment.cards}, {"digest", to_hex(digest(DigestAlgorithm::sha256, as_bytes(lines)))}},
                      {}});
    database_
        ->prepare("INSERT INTO shipment (id, at, cards, journal, key, requested, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .with(shipment.id, act.at.time_since_epoch().count(), shipment.cards, shipment.journal, key, requested,
              keys_->seal(place_of(shipment.id), shipment.manifest))
        .run();
    transaction.commit();
    return shipment;
}

}  // namespace tahvil::daemon
