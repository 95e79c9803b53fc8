#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.h"
#include "crypto/sealed.h"
#include "crypto/signer.h"
#include "daemon/delivery/checklist.h"
#include "daemon/delivery/deliveries.h"
#include "daemon/journal/journal.h"

namespace tahvil::daemon {

/// Who signs receipts: an ES256 key with its certificates.
struct ReceiptSigner {
    const Signer* key = nullptr;
    std::vector<Bytes> certificates;  ///< DER, the key's first
    std::string issuer;               ///< the office, as receipts name it
};

struct HandedOver {
    std::string receipt_id;
    std::string receipt;        ///< SD-JWT with every disclosure: the holder's to keep
    std::uint64_t journal = 0;  ///< the entry's position
    bool again = false;         ///< the same request as before, answered as before
};

/// The handing over of a card, as a checklist. Every step is one transaction with its entry in the journal, so that the
/// desk goes on where it was after a crash. Throws besides what is named NotFound "delivery.unknown" and what
/// Deliveries::move() throws.
class Handover {
public:
    /// All but the policy must outlive this.
    Handover(Database& database, const StoreKeys& keys, Journal& journal, Deliveries& deliveries, HandoverPolicy policy,
             RandomSource random = system_random);

    /// Puts the card on the desk: stage presented, with a checklist that begins anew.
    Checklist begin(std::string_view id, const Act& act);

    /// Enters what the check of the card says. Throws Conflict "handover.verdict" for a check that was made for another
    /// purpose, or is too old or of the future.
    Checklist enter_verdict(std::string_view id, const Verdict& verdict, const Act& act);

    /// Settles an item in one of the ways of item_methods(). Throws InvalidInput "handover.method", "handover.reason",
    /// "handover.second_person" (missing, or the same person).
    Checklist settle(std::string_view id, ChecklistItem item, std::string_view method, std::string_view second_person,
                     const Act& act);

    /// Leaves an item to a supervisor; `act.why` is asked for. Throws Conflict "handover.not_referable".
    Checklist refer(std::string_view id, ChecklistItem item, const Act& act);

    /// A supervisor's word on a referred item; `act.why` is asked for. Throws NotPermitted "handover.same_person" for
    /// who referred it, Conflict "handover.not_referred".
    Checklist decide(std::string_view id, ChecklistItem item, bool approve, const Act& act);

    /// How the checklist stands. Throws Conflict "handover.not_begun".
    Checklist checklist(std::string_view id);

    /// Hands over: move, journal entry and receipt become true together, or none does. The same idempotency key for the
    /// same delivery answers with the same receipt, also after a restart and from another daemon on this store. Throws
    /// Conflict "handover.incomplete" (its choices are the items), "handover.key" (the key was used for another
    /// delivery).
    HandedOver complete(std::string_view id, std::string_view idempotency_key, const ReceiptSigner& signer,
                        const Act& act);

    /// The receipt of a delivery, for its next print; nothing before it was handed over.
    std::optional<std::string> receipt(std::string_view id);

    /// Seals what older keys sealed of a delivery's checklist and receipt under the current key of the store.
    void reseal(const Transaction& transaction, std::string_view id);

private:
    void require_presented(const Delivery& delivery) const;
    void store(const Transaction& transaction, std::string_view id, ChecklistItem item, const ItemEntry& entry);
    Checklist tell(Transaction& transaction, std::string_view id, const std::string& kind, boost::json::object facts,
                   const Act& act);
    std::optional<HandedOver> done_before(std::string_view id, ByteView key);
    std::string make_receipt(const Delivery& delivery, const Checklist& checklist, const ReceiptSigner& signer,
                             std::uint64_t position, const std::string& verdict, const Act& act);

    Database* database_;
    const StoreKeys* keys_;
    Journal* journal_;
    Deliveries* deliveries_;
    HandoverPolicy policy_;
    RandomSource random_;
};

}  // namespace tahvil::daemon
