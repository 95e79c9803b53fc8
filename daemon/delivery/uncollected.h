#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/delivery/deliveries.h"
#include "daemon/delivery/outbox.h"
#include "daemon/text/office_calendar.h"

namespace tahvil::daemon {

/// After how many days from its arrival a card that nobody fetches is told of again, and goes back.
struct UncollectedTerms {
    int reminder_days = 30;
    int final_notice_days = 60;
    int return_days = 90;
};

/// A card that waits for its holder, without anything personal.
struct UncollectedLine {
    std::string id;
    Stage stage{};
    std::chrono::sys_seconds arrived_at;
    int days = 0;                      ///< since it arrived, by the office's calendar
    std::optional<NoticeKind> notice;  ///< the last that was raised
    Date returns_on;                   ///< the first day on which it may go back
    std::string batch;
    std::string office;
};

/// Cards that arrived and were not fetched.
class Uncollected {
public:
    /// All must outlive this.
    Uncollected(Database& database, Deliveries& deliveries, Outbox& outbox, const OfficeCalendar& calendar,
                UncollectedTerms terms);

    /// Up to `limit` cards that have lain here for `days` or longer, the longest first, after the one that a page ended
    /// with.
    std::vector<UncollectedLine> page(std::chrono::sys_seconds now, int days, std::size_t limit,
                                      const std::optional<UncollectedLine>& after = {});

    /// Puts up to `limit` notices that are due into the outbox, in one transaction, and answers how many. A card gets
    /// the last of those that are due, each once.
    std::size_t raise_notices(std::size_t limit, const Act& act);

    /// The ids of up to `limit` cards that may go back.
    std::vector<std::string> overdue(std::chrono::sys_seconds now, std::size_t limit);

    Date returns_on(std::chrono::sys_seconds arrived_at) const;

private:
    /// Cards that arrived before this have reached the end of a term.
    std::chrono::sys_seconds arrived_before(std::chrono::sys_seconds now, int days) const;

    Database* database_;
    Deliveries* deliveries_;
    Outbox* outbox_;
    const OfficeCalendar* calendar_;
    UncollectedTerms terms_;
};

}  // namespace tahvil::daemon
