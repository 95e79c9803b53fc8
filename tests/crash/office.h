#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/signer.h"
#include "crypto/trust/issuer.h"
#include "daemon/delivery/check_in.h"
#include "daemon/delivery/handover.h"
#include "daemon/delivery/manifest.h"
#include "daemon/delivery/shipment.h"
#include "daemon/delivery/uncollected.h"
#include "daemon/error.h"
#include "daemon/store/schema.h"
#include "tests/crash/soundness.h"
#include "tests/support/accepted_verdict.h"
#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon::test {

/// Keys that outlive every restart.
struct OfficeKeys {
    OfficeKeys() { store.add(1, SecretBytes(Bytes(StoreKeys::kKeySize, 0x11))); }

    StoreKeys store;
    std::unique_ptr<Signer> journal = signer_in_memory(PrivateKey::generate_ed25519());
    trust::CertifiedKey office = trust::issue_self_signed(
        trust::CertificateTemplate::document_signer(trust::NameWriter().country("UT").common_name("Office 12").der(),
                                                    {kNow - std::chrono::days(1), kNow + std::chrono::days(365)}),
        PrivateKey::generate_ec(Curve::secp256r1));
    Bytes certificate = office.certificate;
    std::unique_ptr<Signer> receipts = signer_in_memory(std::move(office.key));
};

/// One run of a daemon's desk on a store, and the acts of a day at it. Each is done as a client would do it again after
/// a crash: the same act twice has the effect of one.
class Office {
public:
    Office(const std::filesystem::path& folder, const OfficeKeys& keys, const std::string& vfs = {})
        : keys_(&keys),
          database(folder / "store.db", store_schema(), {std::chrono::milliseconds(5000), vfs}),
          journal(database, "office.example/12", *keys.journal),
          deliveries(database, keys.store, journal, "T1"),
          handover(database, keys.store, journal, deliveries, HandoverPolicy::standard()),
          outbox(database, deliveries, OutboxRules{},
                 [this](std::chrono::sys_seconds at) { return uncollected.returns_on(at); }),
          uncollected(database, deliveries, outbox, calendar, UncollectedTerms{}),
          shipments(database, keys.store, journal, deliveries) {}

    static constexpr const char* kFirst = "T1-00000001";
    static constexpr const char* kSecond = "T1-00000002";

    static Act by(const std::string& actor, const std::string& why = {}) { return {actor, kNow, why, {}}; }

    static std::string manifest() {
        std::string text = "tracking_code,national_code,given_name,family_name,birth_date,card_serial,phone\n";
        for (int i = 1; i <= 4; ++i)
            text += "TRACK-" + std::to_string(i) + ",0012345679,Sara,Rad,1990-03-21,SERIAL-" + std::to_string(i) +
                    ",09120000000\n";
        return text;
    }
    static Verdict verdict(int number, bool chip_proved = true) {
        ExpectedCard card;
        card.card_serial = "SERIAL-" + std::to_string(number);
        card.national_code = "0012345679";
        card.birth_date = Date{std::chrono::year{1990}, std::chrono::month{3}, std::chrono::day{21}};
        Verdict verdict = accepted_verdict(card, kNow);
        if (!chip_proved) verdict.checks[2].result = Result::undetermined;
        return verdict;
    }

    void import() {
        const std::string text = manifest();
        try {
            import_manifest(database, deliveries, journal, as_bytes(text), *trust::TrustStore::empty(),
                            {.accept_unsigned = true}, by("operator-7"));
        } catch (const Conflict& conflict) {
            if (conflict.code() != "manifest.twice") throw;
        }
    }
    void check_in(int number) {
        if (deliveries.get("T1-0000000" + std::to_string(number)).stage == Stage::expected)
            daemon::check_in(database, deliveries, journal, verdict(number), {}, by("operator-7"));
    }
    void begin(const char* id) {
        if (deliveries.history(id).size() == 1) handover.begin(id, by("operator-7"));
    }
    void enter_verdict() {
        if (is_open(ChecklistItem::chip_proved, ItemState::pending))
            handover.enter_verdict(kFirst, verdict(1, false), by("operator-7"));
    }
    void refer() {
        if (is_open(ChecklistItem::chip_proved, ItemState::undetermined))
            handover.refer(kFirst, ChecklistItem::chip_proved, by("operator-7", "the chip is slow"));
    }
    void decide() {
        if (is_open(ChecklistItem::chip_proved, ItemState::referred))
            handover.decide(kFirst, ChecklistItem::chip_proved, true, by("supervisor-1", "seen by me"));
    }
    void settle(ChecklistItem item, const char* method) {
        if (is_open(item, ItemState::pending)) handover.settle(kFirst, item, method, "", by("operator-7"));
    }
    HandedOver hand_over(const char* id, const std::string& key = "key-1", std::chrono::sys_seconds at = kNow) {
        return handover.complete(id, key, {keys_->receipts.get(), {{0x30, 0x00}}, "office.example/12"},
                                 {"operator-7", at, {}, {}});
    }
    void put_back() {
        if (deliveries.get(kSecond).stage != Stage::presented) return;
        Transaction transaction(database);
        deliveries.move(transaction, kSecond, Stage::arrived, by("operator-7", "the holder went away"));
        transaction.commit();
    }

    /// Late enough for a notice that was claimed before a crash.
    void send_notices() {
        Statement latest = database.prepare("SELECT max(next_try) FROM notice");
        const std::chrono::sys_seconds now{std::chrono::seconds(latest.step() ? latest.integer(0) : 0)};
        send_due([this](const auto& work) { work(outbox); },
                 [](const NoticeMessage&) {
                     return SendResult{SendResult::Outcome::sent, {}, "sms"};
                 },
                 [now] { return now; }, 10);
    }
    void send_back() {
        shipments.send_back(std::vector<std::string>{kSecond}, "key-9",
                            {keys_->receipts.get(), {keys_->certificate}, "office.example/12"},
                            {"operator-7", kNow + std::chrono::days(100), "not fetched", {}});
    }

    /// What the store holds, without what is random or only derived: to be the same after one act, however often it
    /// was begun.
    std::string content() {
        std::string text;
        for (const char* const query :
             {"SELECT id || ' ' || stage FROM delivery ORDER BY id",
              "SELECT delivery || ' ' || item || ' ' || state FROM handover_item ORDER BY delivery, item",
              "SELECT body ->> '$.kind' FROM journal_entry ORDER BY position", "SELECT id FROM receipt",
              "SELECT count(*) FROM handover_key", "SELECT id || ' ' || cards FROM shipment",
              "SELECT delivery || ' ' || kind || ' ' || state FROM notice ORDER BY id",
              "SELECT count(*) FROM delivery_salt",
              "SELECT delivery || ' ' || journal || ' ' || to_stage FROM delivery_move ORDER BY journal"}) {
            Statement statement = database.prepare(query);
            while (statement.step()) text += statement.text(0) + "\n";
        }
        return text;
    }

    std::vector<std::string> contradictions(const std::vector<std::string>& checkpoints = {}) {
        return test::contradictions(database, journal, checkpoints);
    }

private:
    bool is_open(ChecklistItem item, ItemState state) {
        return deliveries.get(kFirst).stage == Stage::presented && handover.checklist(kFirst)[item].state == state;
    }

    const OfficeKeys* keys_;

public:
    Database database;
    Journal journal;
    Deliveries deliveries;
    Handover handover;
    OfficeCalendar calendar{{"Asia/Tehran", {"friday"}, {}}};
    Outbox outbox;
    Uncollected uncollected;
    Shipments shipments;
};

/// One act of the day.
struct OfficeAct {
    const char* name;
    std::function<void(Office&)> act;
};

/// The day, in its order.
inline const std::vector<OfficeAct>& office_day() {
    static const std::vector<OfficeAct> day{
        {"open", [](Office&) {}},
        {"import", [](Office& office) { office.import(); }},
        {"check_in", [](Office& office) { office.check_in(1); }},
        {"check_in_another", [](Office& office) { office.check_in(2); }},
        {"checkpoint", [](Office& office) { office.journal.checkpoint(); }},
        {"begin", [](Office& office) { office.begin(Office::kFirst); }},
        {"verdict", [](Office& office) { office.enter_verdict(); }},
        {"refer", [](Office& office) { office.refer(); }},
        {"decide", [](Office& office) { office.decide(); }},
        {"settle_holder", [](Office& office) { office.settle(ChecklistItem::holder_verified, "pin"); }},
        {"settle_pin", [](Office& office) { office.settle(ChecklistItem::transport_pin_changed, "changed"); }},
        {"settle_old_card", [](Office& office) { office.settle(ChecklistItem::old_card_collected, "first_card"); }},
        {"hand_over", [](Office& office) { office.hand_over(Office::kFirst); }},
        {"begin_another", [](Office& office) { office.begin(Office::kSecond); }},
        {"put_back", [](Office& office) { office.put_back(); }},
        {"raise_notices", [](Office& office) { office.uncollected.raise_notices(10, Office::by("service")); }},
        {"send_notices", [](Office& office) { office.send_notices(); }},
        {"send_back", [](Office& office) { office.send_back(); }},
    };
    return day;
}

}  // namespace tahvil::daemon::test
