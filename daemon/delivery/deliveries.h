#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "crypto/random.h"
#include "crypto/sealed.h"
#include "daemon/delivery/record.h"
#include "daemon/journal/journal.h"
#include "daemon/store/database.h"

namespace tahvil::daemon {

/// Who does something, when, and why.
struct Act {
    std::string actor;  ///< an operator's id, or "service"
    std::chrono::sys_seconds at;
    std::string why;              ///< where a reason is asked for; it may name people, so it is sealed
    boost::json::object facts{};  ///< for the journal; nothing personal
};

struct MoveRecord {
    Stage from{};
    Stage to{};
    std::string act;
    std::string actor;
    std::chrono::sys_seconds at;
    std::string why;
    std::uint64_t journal = 0;  ///< the entry that tells of it
};

/// A line of a list, without anything personal.
struct DeliveryLine {
    std::string id;
    Stage stage{};
    std::chrono::sys_seconds since;
    std::string batch;
    std::string office;
};

/// The delivery records of the store. Personal fields are sealed, and found by blind index: national code, tracking
/// code, card serial, the three things an applicant knows, and names as they fold (daemon/text/folding.h).
class Deliveries {
public:
    /// `terminal` qualifies the ids made here, and is the custodian of the records. All must outlive this.
    Deliveries(Database& database, const StoreKeys& keys, Journal& journal, std::string terminal,
               RandomSource random = system_random);

    const std::string& terminal() const { return terminal_; }

    /// Adds a record at stage expected and answers with its id. Throws Conflict "delivery.tracking_code" when another
    /// record has its tracking code.
    std::string add(const Transaction& transaction, const ExpectedCard& card, std::int64_t manifest,
                    std::chrono::sys_seconds at);

    /// Throws NotFound "delivery.unknown".
    Delivery get(std::string_view id);

    /// \name Ids of the records that fit, in their order
    /// @{
    std::vector<std::string> by_tracking_code(std::string_view code);
    std::vector<std::string> by_national_code(std::string_view code);
    std::vector<std::string> by_identity(std::string_view national_code, std::string_view birth_certificate_serial,
                                         Date birth_date);
    std::vector<std::string> by_card_serial(std::string_view serial);
    /// The family name, or given and family name; in any spelling that folds alike.
    std::vector<std::string> by_name(std::string_view name);
    /// @}

    /// Up to `limit` records at a stage, the longest there first, after the one that a page ended with.
    std::vector<DeliveryLine> page(Stage stage, std::size_t limit, const std::optional<DeliveryLine>& after = {});
    std::map<Stage, std::int64_t> counts();
    std::vector<MoveRecord> history(std::string_view id);

    /// Moves a record, and tells the journal, with commitments to the holder's national code and the card's serial.
    /// Answers with the entry's position. Throws NotFound; Conflict "delivery.stage" when the table has no such move,
    /// "delivery.clock" when the act is earlier than the last one; NotPermitted "delivery.custodian";
    /// InvalidInput "delivery.reason" when the move needs a reason.
    std::uint64_t move(const Transaction& transaction, std::string_view id, Stage to, const Act& act);

    /// Tells the journal of something about a record. The values in `personal`, and the reason, go into it as
    /// commitments only, whose salts are kept with the record.
    std::uint64_t tell(const Transaction& transaction, std::string_view id, const std::string& kind, const Act& act,
                       std::map<std::string, std::string> personal = {});

    /// Seals what older keys sealed of a record and its moves under the current key of the store, and indexes it anew.
    void reseal(const Transaction& transaction, std::string_view id);

    /// Up to `limit` records after a place in the store, which begins at 0 and is moved on.
    std::vector<std::string> walk(std::int64_t& place, std::size_t limit);

    /// Forgets the salts of the record's commitments: nobody can tell any more whom the journal speaks of.
    void erase_salts(const Transaction& transaction, std::string_view id);
    /// The salt of one commitment, for an audit; nothing when it was erased.
    std::optional<Bytes> salt(std::uint64_t journal, std::string_view field);

private:
    struct Indexes {
        std::optional<Bytes> tracking, national, identity, serial, name, family;
    };

    std::string next_id(const Transaction& transaction);
    Indexes indexes_of(const ExpectedCard& card) const;
    std::vector<std::string> find(std::string_view column, std::string_view value);

    Database* database_;
    const StoreKeys* keys_;
    Journal* journal_;
    std::string terminal_;
    RandomSource random_;
};

}  // namespace tahvil::daemon
