#include "daemon/desk/desk.h"

#include <algorithm>
#include <utility>

#include "crypto/digest.h"
#include "daemon/desk/store_key.h"
#include "daemon/error.h"
#include "daemon/store/schema.h"

namespace tahvil::daemon {

namespace {

Bytes digest_of_key(const DeskRequest& request) {
    return digest(DigestAlgorithm::sha256, as_bytes(request.key));
}

}  // namespace

OpenDesk::OpenDesk(const DeskConfig& config, const StoreKeys& keys, const Terminal& terminal)
    : checkpoints(terminal.checkpoints()),
      database(config.store, store_schema()),
      journal(database, terminal.journal_origin(), *checkpoints->key),
      deliveries(database, keys, journal, terminal.terminal()),
      handover(database, keys, journal, deliveries, config.handover),
      calendar(config.office),
      outbox(database, deliveries, config.notices.rules,
             [this](std::chrono::sys_seconds arrived) { return uncollected.returns_on(arrived); }),
      uncollected(database, deliveries, outbox, calendar, config.uncollected),
      shipments(database, keys, journal, deliveries) {}

Desk::Desk(DeskConfig config, std::chrono::milliseconds request_time, const Terminal& terminal, Clock now)
    : config_(std::move(config)),
      request_time_(std::chrono::duration_cast<std::chrono::seconds>(request_time)),
      terminal_(&terminal),
      now_(std::move(now)),
      inquiry_(keys_, config_.inquiry) {
    state_.configured = !config_.keys.empty();
}

void Desk::load_keys() {
    if (config_.keys.empty())
        throw Unavailable("store.no_key", "this daemon keeps no deliveries: it has no key for a store",
                          "Set [[store.key]] in the configuration, see tahvild.toml(5).");
    std::vector<std::pair<std::uint32_t, SecretBytes>> fetched;
    for (const StoreKeyConfig& key : config_.keys) fetched.emplace_back(key.number, fetch_store_key(key));
    for (const auto& [number, key] : fetched) keys_.add(number, key);
}

OpenDesk& Desk::opened() {
    if (open_) return *open_;
    try {
        if (keys_.locked()) load_keys();
        open_ = std::make_unique<OpenDesk>(config_, keys_, *terminal_);
        const std::lock_guard lock(state_mutex_);
        state_.open = true;
        state_.fault.reset();
    } catch (const Unavailable&) {
        throw;
    } catch (const StoreError&) {
        throw;
    } catch (const Error& error) {
        // What is wrong with the configuration is no fault of the caller.
        std::throw_with_nested(Unavailable(std::string(error.code()), error.what(), std::string(error.remedy())));
    }
    return *open_;
}

void Desk::try_to_open() noexcept {
    if (config_.keys.empty()) return;
    try {
        work([](OpenDesk&) {});
    } catch (const std::exception&) {  // state() says it, and whoever works is told
    }
}

DeskState Desk::state() const {
    const std::lock_guard lock(state_mutex_);
    return state_;
}

void Desk::note(const Error& error) {
    const std::lock_guard lock(state_mutex_);
    state_.open = open_ != nullptr;
    state_.fault = DeskFault{std::string(error.code()), error.what(), std::string(error.remedy())};
}

void Desk::note_commit() {
    const std::lock_guard lock(state_mutex_);
    state_.fault.reset();
}

bool Desk::reseal(std::size_t records) {
    return work([&](OpenDesk& desk) {
        Transaction transaction(desk.database);
        std::int64_t place = resealed_;
        const std::vector<std::string> ids = desk.deliveries.walk(place, records);
        for (const std::string& id : ids) {
            desk.deliveries.reseal(transaction, id);
            desk.handover.reseal(transaction, id);
        }
        if (ids.empty()) desk.shipments.reseal(transaction);
        transaction.commit();
        resealed_ = place;
        return !ids.empty();
    });
}

void Desk::reopen() noexcept {
    {
        const std::lock_guard lock(mutex_);
        open_.reset();
    }
    try_to_open();
}

std::optional<std::string> Desk::made_before(Database& database, const DeskRequest& request) {
    Statement statement =
        database.prepare("SELECT digest, result FROM request WHERE caller = ? AND key = ? AND expires > ?");
    statement.with(request.caller, digest_of_key(request), now_().time_since_epoch().count());
    if (!statement.step()) return std::nullopt;
    const Bytes stored = statement.blob(0);
    const std::vector<BlindIndex> digests = keys_.indexes("request", request.digest);
    if (std::ranges::find(digests, stored) == digests.end())
        throw MalformedData("idempotency.other_body", "the Idempotency-Key was used with another body",
                            "Use a new key for a new request.");
    return statement.text(1);
}

std::string Desk::once(const DeskRequest& request, const std::function<std::string(Database&)>& result,
                       const std::function<void(OpenDesk&)>& work) {
    return this->work([&](OpenDesk& desk) { return once(desk, request, result, work); });
}

std::string Desk::once(OpenDesk& desk, const DeskRequest& request, const std::function<std::string(Database&)>& result,
                       const std::function<void(OpenDesk&)>& work) {
    Database& database = desk.database;
    if (!request.key.empty())
        if (std::optional<std::string> made = made_before(database, request)) return *std::move(made);
    std::string made;
    const auto record = [&](const Transaction& transaction) {
        made = result(transaction.database());
        if (request.key.empty()) return;
        const std::int64_t now = now_().time_since_epoch().count();
        transaction.database().prepare("DELETE FROM request WHERE expires <= ?").with(now).run();
        transaction.database()
            .prepare("INSERT INTO request (caller, key, digest, result, expires) VALUES (?, ?, ?, ?, ?)")
            .with(request.caller, digest_of_key(request), keys_.index("request", request.digest), made,
                  now + request_time_.count())
            .run();
    };
    database.with_next_commit(record);
    try {
        work(desk);
    } catch (...) {
        database.with_next_commit({});
        // Another daemon on this store may have been quicker with the same request.
        if (!request.key.empty())
            if (std::optional<std::string> theirs = made_before(database, request)) return *std::move(theirs);
        throw;
    }
    return made;
}

InquiryAnswer Desk::inquire(const std::function<InquiryAnswer(Inquiry&, Deliveries&)>& ask) {
    return work([&](OpenDesk& desk) { return ask(inquiry_, desk.deliveries); });
}

}  // namespace tahvil::daemon
