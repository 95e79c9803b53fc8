#include "daemon/delivery/outbox.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "daemon/delivery/inquiry.h"
#include "daemon/error.h"
#include "daemon/text/digits.h"
#include "daemon/text/length.h"

namespace tahvil::daemon {

namespace {

constexpr std::array<std::string_view, 3> kKinds{"arrival", "reminder", "final"};
constexpr std::array<std::string_view, 5> kStates{"waiting", "sent", "delivered", "failed", "cancelled"};
constexpr std::string_view kColumns = "id, delivery, kind, state, raised_at, next_try, tries, problem, reference";
constexpr std::string_view kService = "service";

std::chrono::sys_seconds from_unix(std::int64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

Notice read(const Statement& row) {
    Notice notice;
    notice.id = row.integer(0);
    notice.delivery = row.text(1);
    notice.kind = static_cast<NoticeKind>(row.integer(2));
    notice.state = static_cast<NoticeState>(row.integer(3));
    notice.raised_at = from_unix(row.integer(4));
    if (!row.is_null(5)) notice.next_try = from_unix(row.integer(5));
    notice.tries = static_cast<unsigned>(row.integer(6));
    notice.problem = row.text(7);
    notice.reference = row.text(8);
    return notice;
}

bool waits_for_its_holder(Stage stage) {
    return stage == Stage::arrived || stage == Stage::notified || stage == Stage::presented;
}

/// The day as people write it: 1405/09/20, in Persian digits.
std::string persian_day(Date day) {
    std::string text = to_solar_hijri(day);
    std::ranges::replace(text, '-', '/');
    return with_persian_digits(text);
}

}  // namespace

std::string_view name(NoticeKind kind) {
    return kKinds.at(static_cast<std::size_t>(kind) - 1);
}

std::string_view name(NoticeState state) {
    return kStates.at(static_cast<std::size_t>(state) - 1);
}

std::optional<NoticeState> notice_state_by_name(std::string_view name) {
    const auto* const found = std::ranges::find(kStates, name);
    if (found == kStates.end()) return std::nullopt;
    return static_cast<NoticeState>(found - kStates.begin() + 1);
}

std::string notice_text(NoticeKind kind, std::string_view office, std::int64_t fee, std::optional<Date> last_day) {
    if (kind == NoticeKind::arrival) return short_text(Stage::arrived, office, fee);
    const std::string where = office.empty() ? "در دفتر" : "در دفتر " + std::string(office);
    std::string text = kind == NoticeKind::reminder ? "یادآوری: کارت شما " + where + " آماده است."
                                                    : "آخرین اعلام: کارت شما " + where + " است.";
    if (last_day) text += " مهلت: " + persian_day(*last_day);
    if (utf16_units(text) > kShortText && !office.empty()) return notice_text(kind, {}, fee, last_day);
    return text;
}

Outbox::Outbox(Database& database, Deliveries& deliveries, OutboxRules rules,
               std::function<Date(std::chrono::sys_seconds)> last_day)
    : database_(&database), deliveries_(&deliveries), rules_(rules), last_day_(std::move(last_day)) {}

std::string Outbox::id_of(const Notice& notice) const {
    return deliveries_->terminal() + "-N" + std::to_string(notice.id);
}

void Outbox::set(const Transaction& transaction, const Notice& notice) {
    const std::optional<std::int64_t> next =
        notice.next_try ? std::optional(notice.next_try->time_since_epoch().count()) : std::nullopt;
    transaction.database()
        .prepare("UPDATE notice SET state = ?, next_try = ?, tries = ?, problem = ?, reference = ? WHERE id = ?")
        .with(notice.state, next, notice.tries, notice.problem, notice.reference, notice.id)
        .run();
}

void Outbox::put(const Transaction& transaction, const Delivery& delivery, NoticeKind kind, const Act& act) {
    Database& database = transaction.database();
    database.prepare("UPDATE notice SET state = ?, next_try = NULL WHERE delivery = ? AND state = ?")
        .with(NoticeState::cancelled, delivery.id, NoticeState::waiting)
        .run();
    const std::int64_t at = act.at.time_since_epoch().count();
    const bool reachable = !delivery.card.phone.empty();
    database
        .prepare(
            "INSERT INTO notice (delivery, kind, state, raised_at, next_try, tries, problem, reference) "
            "VALUES (?, ?, ?, ?, ?, 0, ?, '')")
        .with(delivery.id, kind, reachable ? NoticeState::waiting : NoticeState::failed, at,
              reachable ? std::optional(at) : std::nullopt, reachable ? "" : "no_phone")
        .run();
    Act told = act;
    told.facts.emplace("notice", name(kind));
    told.facts.emplace("reachable", reachable);
    deliveries_->tell(transaction, delivery.id, "notice.raise", told);
}

std::chrono::seconds Outbox::wait_after(unsigned tries) const {
    std::chrono::seconds wait = rules_.first_wait;
    for (unsigned i = 1; i < tries && wait < rules_.longest_wait; ++i) wait *= 2;
    return std::min(wait, rules_.longest_wait);
}

std::optional<Notice> Outbox::first_due(std::chrono::sys_seconds now) {
    Statement due = database_->prepare("SELECT " + std::string(kColumns) +
                                       " FROM notice WHERE next_try IS NOT NULL AND next_try <= ? "
                                       "ORDER BY next_try, id LIMIT 1");
    due.with(now.time_since_epoch().count());
    return due.step() ? std::optional(read(due)) : std::nullopt;
}

std::optional<ClaimedNotice> Outbox::claim(std::chrono::sys_seconds now) {
    Transaction transaction(*database_);
    std::optional<ClaimedNotice> claimed;
    for (std::optional<Notice> notice = first_due(now); notice && !claimed; notice = first_due(now)) {
        const Delivery delivery = deliveries_->get(notice->delivery);
        if (!waits_for_its_holder(delivery.stage)) {
            notice->state = NoticeState::cancelled;
            notice->next_try.reset();
            set(transaction, *notice);
            continue;
        }
        // The time of the next try is that of who finds this one claimed and never ended, too.
        ++notice->tries;
        notice->next_try = now + wait_after(notice->tries);
        set(transaction, *notice);
        const std::optional<Date> last_day =
            delivery.arrived_at ? std::optional(last_day_(*delivery.arrived_at)) : std::nullopt;
        claimed = {*notice,
                   {id_of(*notice), delivery.id, notice->kind, delivery.card.phone,
                    notice_text(notice->kind, delivery.card.office, delivery.card.fee, last_day), notice->tries}};
    }
    transaction.commit();
    return claimed;
}

void Outbox::record(const ClaimedNotice& claimed, const SendResult& result, std::chrono::sys_seconds now) {
    Notice notice = claimed.notice;
    notice.problem = result.problem;
    Transaction transaction(*database_);
    if (result.outcome == SendResult::Outcome::try_again && notice.tries < rules_.most_tries) {
        set(transaction, notice);
        transaction.commit();
        return;
    }
    const bool sent = result.outcome == SendResult::Outcome::sent;
    notice.state = sent ? NoticeState::sent : NoticeState::failed;
    notice.next_try.reset();
    notice.reference = result.reference.substr(0, kMaxReference);
    set(transaction, notice);
    Act act{std::string(kService), now, {}, {{"notice", name(notice.kind)}, {"tries", notice.tries}}};
    if (sent && deliveries_->get(notice.delivery).stage == Stage::arrived)
        deliveries_->move(transaction, notice.delivery, Stage::notified, act);
    else
        deliveries_->tell(transaction, notice.delivery, sent ? "notice.send" : "notice.fail", act);
    transaction.commit();
}

Notice Outbox::get(std::string_view id) {
    const std::string prefix = deliveries_->terminal() + "-N";
    std::int64_t number = 0;
    if (id.starts_with(prefix)) std::from_chars(id.data() + prefix.size(), id.data() + id.size(), number);
    Statement statement = database_->prepare("SELECT " + std::string(kColumns) + " FROM notice WHERE id = ?");
    statement.with(number);
    if (!statement.step() || id_of(read(statement)) != id)
        throw NotFound("notice.unknown", "no such notice", "Give the id that came with the notice.");
    return read(statement);
}

void Outbox::feedback(std::string_view id, bool delivered, std::string_view problem, const Act& act) {
    Transaction transaction(*database_);
    Notice notice = get(id);
    const NoticeState state = delivered ? NoticeState::delivered : NoticeState::failed;
    if (notice.state == state) return;
    if (notice.state != NoticeState::sent)
        throw Conflict("notice.state", "a notice that is " + std::string(name(notice.state)) + " was not sent",
                       "Tell what became of a notice after it was taken.");
    notice.state = state;
    notice.problem = problem.substr(0, kMaxReference);
    set(transaction, notice);
    Act told = act;
    told.facts.emplace("notice", name(notice.kind));
    deliveries_->tell(transaction, notice.delivery, delivered ? "notice.deliver" : "notice.fail", told);
    transaction.commit();
}

std::size_t send_due(const std::function<void(const std::function<void(Outbox&)>&)>& with_outbox,
                     const NoticeChannel& channel, const std::function<std::chrono::sys_seconds()>& now,
                     std::size_t limit) {
    std::size_t tried = 0;
    for (; tried < limit; ++tried) {
        std::optional<ClaimedNotice> claimed;
        with_outbox([&](Outbox& outbox) { claimed = outbox.claim(now()); });
        if (!claimed) break;
        const SendResult result = channel(claimed->message);
        with_outbox([&](Outbox& outbox) { outbox.record(*claimed, result, now()); });
    }
    return tried;
}

std::vector<Notice> Outbox::page(NoticeState state, std::size_t limit, std::int64_t after) {
    Statement statement = database_->prepare("SELECT " + std::string(kColumns) +
                                             " FROM notice WHERE state = ? AND id > ? ORDER BY id LIMIT ?");
    statement.with(state, after, limit);
    std::vector<Notice> notices;
    while (statement.step()) notices.push_back(read(statement));
    return notices;
}

std::vector<Notice> Outbox::of(std::string_view delivery) {
    Statement statement =
        database_->prepare("SELECT " + std::string(kColumns) + " FROM notice WHERE delivery = ? ORDER BY id");
    statement.with(delivery);
    std::vector<Notice> notices;
    while (statement.step()) notices.push_back(read(statement));
    return notices;
}

}  // namespace tahvil::daemon
