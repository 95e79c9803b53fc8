#include "daemon/delivery/uncollected.h"

#include <array>
#include <utility>

namespace tahvil::daemon {

namespace {

std::int64_t unix_time(std::chrono::sys_seconds at) {
    return at.time_since_epoch().count();
}

std::chrono::sys_seconds from_unix(std::int64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

}  // namespace

Uncollected::Uncollected(Database& database, Deliveries& deliveries, Outbox& outbox, const OfficeCalendar& calendar,
                         UncollectedTerms terms)
    : database_(&database), deliveries_(&deliveries), outbox_(&outbox), calendar_(&calendar), terms_(terms) {}

Date Uncollected::returns_on(std::chrono::sys_seconds arrived_at) const {
    return calendar_->end_of_term(calendar_->day_of(arrived_at), terms_.return_days);
}

std::chrono::sys_seconds Uncollected::arrived_before(std::chrono::sys_seconds now, int days) const {
    const Date last = calendar_->latest_start(calendar_->day_of(now), days);
    return calendar_->beginning_of(Date{std::chrono::sys_days(last) + std::chrono::days(1)});
}

std::vector<UncollectedLine> Uncollected::page(std::chrono::sys_seconds now, int days, std::size_t limit,
                                               const std::optional<UncollectedLine>& after) {
    const std::chrono::sys_days today = calendar_->day_of(now);
    Statement statement = database_->prepare(
        "SELECT id, stage, arrived_at, noticed, batch, office FROM delivery INDEXED BY delivery_by_arrival WHERE stage "
        "IN (2, 3) "
        "AND (arrived_at, id) > (?, ?) AND arrived_at < ? ORDER BY arrived_at, id LIMIT ?");
    statement.with(after ? unix_time(after->arrived_at) : std::int64_t{-1}, after ? after->id : std::string(),
                   unix_time(calendar_->beginning_of(Date{today - std::chrono::days(days - 1)})), limit);
    std::vector<UncollectedLine> lines;
    while (statement.step()) {
        UncollectedLine line;
        line.id = statement.text(0);
        line.stage = static_cast<Stage>(statement.integer(1));
        line.arrived_at = from_unix(statement.integer(2));
        line.days = static_cast<int>((today - std::chrono::sys_days(calendar_->day_of(line.arrived_at))).count());
        if (statement.integer(3) != 0) line.notice = static_cast<NoticeKind>(statement.integer(3));
        line.returns_on = returns_on(line.arrived_at);
        line.batch = statement.text(4);
        line.office = statement.text(5);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::size_t Uncollected::raise_notices(std::size_t limit, const Act& act) {
    Transaction transaction(*database_);
    std::size_t raised = 0;
    for (const auto& [kind, days] :
         std::array<std::pair<NoticeKind, int>, 3>{{{NoticeKind::final, terms_.final_notice_days},
                                                    {NoticeKind::reminder, terms_.reminder_days},
                                                    {NoticeKind::arrival, 0}}}) {
        const std::int64_t before =
            kind == NoticeKind::arrival ? unix_time(act.at) + 1 : unix_time(arrived_before(act.at, days));
        for (int noticed = 0; noticed < static_cast<int>(kind); ++noticed) {
            std::vector<std::string> due;
            {
                Statement statement = database_->prepare(
                    "SELECT id FROM delivery INDEXED BY delivery_by_notice WHERE stage IN (2, 3) AND noticed = ? AND "
                    "arrived_at < ? "
                    "ORDER BY arrived_at, id LIMIT ?");
                statement.with(noticed, before, limit - raised);
                while (statement.step()) due.push_back(statement.text(0));
            }
            for (const std::string& id : due) {
                outbox_->put(transaction, deliveries_->get(id), kind, act);
                database_->prepare("UPDATE delivery SET noticed = ? WHERE id = ?").with(kind, id).run();
            }
            raised += due.size();
        }
    }
    transaction.commit();
    return raised;
}

std::vector<std::string> Uncollected::overdue(std::chrono::sys_seconds now, std::size_t limit) {
    Statement statement = database_->prepare(
        "SELECT id FROM delivery INDEXED BY delivery_by_arrival WHERE stage IN (2, 3) AND arrived_at < ? ORDER BY "
        "arrived_at, id LIMIT ?");
    statement.with(unix_time(arrived_before(now, terms_.return_days)), limit);
    std::vector<std::string> ids;
    while (statement.step()) ids.push_back(statement.text(0));
    return ids;
}

}  // namespace tahvil::daemon
