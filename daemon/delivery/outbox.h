#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/delivery/deliveries.h"

namespace tahvil::daemon {

/// What a holder is told of. Numbers are what the store keeps, and grow in the order in which they are told.
enum class NoticeKind : std::uint8_t {
    arrival = 1,   ///< the card is here
    reminder = 2,  ///< it still is
    final = 3,     ///< it goes back soon
};

std::string_view name(NoticeKind kind);

enum class NoticeState : std::uint8_t {
    waiting = 1,    ///< for its next try
    sent = 2,       ///< taken by who delivers it
    delivered = 3,  ///< as they told later
    failed = 4,     ///< given up, or refused
    cancelled = 5,  ///< not needed any more
};

std::string_view name(NoticeState state);
std::optional<NoticeState> notice_state_by_name(std::string_view name);

struct Notice {
    std::int64_t id = 0;
    std::string delivery;
    NoticeKind kind{};
    NoticeState state{};
    std::chrono::sys_seconds raised_at;
    std::optional<std::chrono::sys_seconds> next_try;
    unsigned tries = 0;
    std::string problem;    ///< of the last try: "exit_status_75", "http_503", "no_phone"
    std::string reference;  ///< by which who delivers it knows it
};

/// What is handed to who delivers notices. The same notice may come twice, with the same id, when the machine failed in
/// between.
struct NoticeMessage {
    std::string id;  ///< "T1-N12"
    std::string delivery;
    NoticeKind kind{};
    std::string phone;
    std::string text;  ///< Persian, at most kShortText
    unsigned attempt = 1;
};

struct SendResult {
    enum class Outcome : std::uint8_t { sent, try_again, refused };
    Outcome outcome = Outcome::try_again;
    std::string problem;    ///< nothing personal
    std::string reference;  ///< at most kMaxReference
};

constexpr std::size_t kMaxReference = 100;  ///< bytes

/// Hands one message over, and is back within a few minutes. See notice_channel.h.
using NoticeChannel = std::function<SendResult(const NoticeMessage&)>;

struct ClaimedNotice {
    Notice notice;
    NoticeMessage message;
};

struct OutboxRules {
    std::chrono::seconds first_wait{60};  ///< doubled after every try
    std::chrono::seconds longest_wait{std::chrono::hours(6)};
    unsigned most_tries = 8;
};

/// The text of a notice, at most kShortText long: an office's name that does not fit is left out. `last_day` is when a
/// card goes back.
std::string notice_text(NoticeKind kind, std::string_view office, std::int64_t fee, std::optional<Date> last_day);

/// Notices on their way to holders: put there in the transaction that makes them due, sent at leisure, each until it is
/// taken, refused or given up.
class Outbox {
public:
    /// All must outlive this. `last_day` is when a card that arrived then goes back.
    Outbox(Database& database, Deliveries& deliveries, OutboxRules rules,
           std::function<Date(std::chrono::sys_seconds arrived)> last_day);

    /// Puts a notice there and withdraws older ones of the delivery. Without a phone it has failed from the beginning.
    void put(const Transaction& transaction, const Delivery& delivery, NoticeKind kind, const Act& act);

    /// A notice that is due, with the message to hand over, claimed so that nobody else sends it before it is due
    /// again; nothing when none is. What became of it goes to record().
    std::optional<ClaimedNotice> claim(std::chrono::sys_seconds now);

    /// After a notice was taken, a card whose holder had not been told yet is at stage notified.
    void record(const ClaimedNotice& claimed, const SendResult& result, std::chrono::sys_seconds now);

    /// What became of a notice that was sent, by its id as in NoticeMessage. Throws NotFound "notice.unknown"; Conflict
    /// "notice.state" for one that is not sent.
    void feedback(std::string_view id, bool delivered, std::string_view problem, const Act& act);

    /// Up to `limit` notices in a state, oldest first, after the one that a page ended with.
    std::vector<Notice> page(NoticeState state, std::size_t limit, std::int64_t after = 0);
    std::vector<Notice> of(std::string_view delivery);
    /// Throws NotFound "notice.unknown".
    Notice get(std::string_view id);
    std::string id_of(const Notice& notice) const;

private:
    std::optional<Notice> first_due(std::chrono::sys_seconds now);
    std::chrono::seconds wait_after(unsigned tries) const;
    void set(const Transaction& transaction, const Notice& notice);

    Database* database_;
    Deliveries* deliveries_;
    OutboxRules rules_;
    std::function<Date(std::chrono::sys_seconds)> last_day_;
};

/// Sends up to `limit` notices that are due, and answers how many were tried. `with_outbox` lends the outbox for one
/// transaction; while a message is on its way nobody needs to wait for the store.
std::size_t send_due(const std::function<void(const std::function<void(Outbox&)>&)>& with_outbox,
                     const NoticeChannel& channel, const std::function<std::chrono::sys_seconds()>& now,
                     std::size_t limit);

}  // namespace tahvil::daemon
