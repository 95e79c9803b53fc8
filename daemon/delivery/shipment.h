#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sealed.h"
#include "daemon/delivery/deliveries.h"
#include "daemon/delivery/handover.h"
#include "daemon/journal/journal.h"

namespace tahvil::daemon {

constexpr std::size_t kMaxShipment = 10'000;  ///< cards

/// Cards that went back to the centre together, with the manifest that goes with them.
struct Shipment {
    std::string id;  ///< "T1-S0000001"
    std::size_t cards = 0;
    Bytes manifest;             ///< CMS with JSON lines in it: a card each
    std::uint64_t journal = 0;  ///< the entry that tells of it
    bool again = false;         ///< the same request as before, answered as before
};

/// Sends cards back: records to stage returned, manifest and journal become true together. The manifest has a line of
/// record, tracking code, card serial, batch and the days of arrival and return for each card, and nobody's name.
class Shipments {
public:
    /// All must outlive this.
    Shipments(Database& database, const StoreKeys& keys, Journal& journal, Deliveries& deliveries);

    /// `act.why` is asked for. The same idempotency key answers with the same shipment. Throws InvalidInput
    /// "shipment.empty", "shipment.too_many"; Conflict "shipment.key" (used for other cards); what Deliveries::move()
    /// throws for any of the records, and then none goes.
    Shipment send_back(std::span<const std::string> deliveries, std::string_view idempotency_key,
                       const ReceiptSigner& signer, const Act& act);

    /// Throws NotFound "shipment.unknown".
    Shipment get(std::string_view id);

    /// Seals what older keys sealed under the current key of the store.
    void reseal(const Transaction& transaction);

private:
    std::string next_id(const Transaction& transaction) const;
    Shipment read(const Statement& row) const;
    std::optional<Shipment> sent_before(ByteView key, ByteView cards) const;

    Database* database_;
    const StoreKeys* keys_;
    Journal* journal_;
    Deliveries* deliveries_;
};

}  // namespace tahvil::daemon
