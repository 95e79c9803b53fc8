#include "daemon/daemon.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "crypto/random.h"
#include "daemon/api/api.h"
#include "daemon/api/handlers.h"
#include "daemon/check/policy.h"
#include "daemon/check/profile_folder.h"
#include "daemon/desk/notice_service.h"
#include "daemon/party/identity_checks.h"
#include "daemon/party/party_json.h"
#include "daemon/private_file.h"
#include "daemon/provider/lent_card.h"
#include "daemon/reader/embedded_specimens.h"
#include "daemon/terminal/specimen_authority.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kEpochBytes = 4;
constexpr std::size_t kResealedAtOnce = 100;  // records
constexpr std::chrono::milliseconds kResealingPause{20};

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string read_whole(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string content{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad())
        throw InvalidInput("config.unreadable", "the file " + path + " can not be read",
                           "Look whether it is there and whether this user may read it.");
    return content;
}

/// The one of the configuration, or with specimens that are taken for real theirs.
std::optional<trust::HotListKey> hot_list_key(const Config& config, const std::optional<EmbeddedSpecimens>& specimens) {
    if (!config.hot_list_key.empty()) {
        std::string text = read_whole(config.hot_list_key);
        std::optional<trust::HotListKey> key{std::in_place, as_bytes(text)};
        wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
        return key;
    }
    if (config.demo && specimens) return trust::HotListKey{specimens->hot_list_key.view()};
    return std::nullopt;
}

std::optional<EmbeddedSpecimens> specimens_of(const Config& config) {
    if (config.embedded_readers.empty()) return std::nullopt;
    return make_embedded_specimens(config.embedded_readers, now(), system_random);
}

Terminals load_terminals(const Config& config) {
    Terminals terminals;
    for (const TerminalAuthenticationConfig& from : config.terminal_authentication)
        terminals.push_back(
            std::make_shared<TerminalCredentials>(TerminalCredentials::load(from.certificates, from.key)));
    return terminals;
}

/// A shipped policy by its name, or one from a file.
std::shared_ptr<const Policy> load_policy(const std::string& name) {
    if (!name.starts_with('/')) return std::make_shared<const Policy>(Policy::shipped(name));
    return std::make_shared<const Policy>(Policy::parse(read_whole(name), name));
}

/// A demonstration needs no key from outside: one is made beside the store.
DeskConfig desk_config(const Config& config) {
    DeskConfig desk = config.desk;
    if (config.demo && desk.keys.empty()) {
        const std::filesystem::path key = std::filesystem::path{config.state_directory} / "store.key";
        if (!std::filesystem::exists(key)) write_private_file(key, random_bytes(system_random, StoreKeys::kKeySize));
        desk.keys.push_back({1, "file:" + key.string()});
    }
    return desk;
}

CheckLimits check_limits(const Config& config) {
    CheckLimits limits;
    limits.queued_per_reader = config.limits.checks_queued_per_reader;
    limits.deadline = config.check_time;
    return limits;
}

}  // namespace

class Daemon::Impl {
public:
    Impl(const Config& config, api::ListeningSocket listening, const Log& log, api::Server::IdentifyPeer identify)
        : log_(log),
          policy_(load_policy(config.policy)),
          profiles_(std::make_shared<const profiles::Catalogue>(load_profiles(config.profiles))),
          terminals_(load_terminals(config)),
          card_authentication_(config.card_authentication),
          demo_(config.demo),
          events_(to_hex(random_bytes(system_random, kEpochBytes)), config.limits.events_kept, now),
          specimens_(specimens_of(config)),
          trust_(std::filesystem::path{config.state_directory} / "trust", hot_list_key(config, specimens_),
                 config.vanished_anchors, system_random,
                 [this](std::uint64_t version) { api::publish_trust_changed(events_, version); }),
          readers_({}, [this](const ReaderEvent& event) { reader_changed(event); }),
          checks_(
              readers_, [this] { return knowledge(); }, system_random, check_limits(config),
              [this](const CheckEvent& event) { check_changed(event); }),
          terminal_(std::filesystem::path{config.state_directory} / "terminal"),
          desk_(desk_config(config), config.limits.idempotency_key_time, terminal_, now),
          desk_checks_(desk_, checks_,
                       [this](const std::string& id) {
                           publish_delivery(id);
                           notices_.wake();
                       }),
          parties_(config.parties, std::filesystem::path{config.state_directory} / "parties", config.accounts),
          identity_({readers_, checks_, parties_, [this] { return terminal_.receipts(); },
                     [this](const IdentityRecord& record) { keep(record); },
                     [this](const IdentityView& check) { api::publish(events_, check); }, now, system_random},
                    {}),
          refusals_(now),
          handlers_(api::Services{readers_, checks_, trust_, events_, terminal_, desk_, desk_checks_, parties_,
                                  identity_, refusals_, now, demo_}),
          api_(
              handlers_, [this, roles = config.roles](const api::Peer& peer) { return roles_of(roles, peer); },
              refusals_, config.limits, log),
          listening_(std::move(listening)),
          server_(listening_.release(), api_, config.limits, log, std::move(identify)),
          notices_(desk_, log, [this](const std::string& id) { publish_delivery(id); }) {
        events_.on_publish([this] { server_.wake_streams(); });
        if (specimens_) add_embedded_readers(*specimens_);
        if (demo_) enrol_as_specimen();
        specimens_.reset();
        open_desk();
        if (config.pcsc) readers_.watch_pcsc();
        if (config.desk.keys.size() > 1)
            resealer_ = std::jthread([this, &log](const std::stop_token& stop) { reseal(stop, log); });
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    ~Impl() {
        events_.on_publish({});
        identity_.stop();
        checks_.stop();
        readers_.stop();
    }

    api::Server& server() { return server_; }

private:
    Knowledge knowledge() {
        Knowledge knowledge;
        knowledge.trust = trust_.store();
        knowledge.card_revocation = [lists = trust_.hot_lists()](const std::string& issuer, const std::string& serial,
                                                                 Time at, std::chrono::days age_limit) {
            return lists->check(issuer, serial, at, age_limit);
        };
        knowledge.policy = policy_;
        knowledge.profiles = profiles_;
        knowledge.card_authentication = card_authentication_;
        if (card_authentication_ && !card_authentication_->reader.empty()) {
            knowledge.card_authentication->borrow = [this] {
                return std::make_unique<LentCard>(readers_, card_authentication_->reader,
                                                  card_authentication_->answer_time);
            };
        }
        knowledge.terminals = terminals_;
        knowledge.at = now();
        knowledge.software = "tahvild " TAHVIL_VERSION;
        knowledge.demo = demo_;
        return knowledge;
    }

    /// Brings the whole store under its newest key, a little at a time, so that the desk goes on meanwhile.
    void reseal(const std::stop_token& stop, const Log& log) {
        try {
            while (!stop.stop_requested()) {
                if (!desk_.reseal(kResealedAtOnce))
                    return log.info("the store is sealed with its newest key: older ones may be taken out");
                std::this_thread::sleep_for(kResealingPause);
            }
        } catch (const Error& error) {
            log.error("the store is not sealed anew: " + describe(error));
        }
    }

    /// A desk that can not work keeps nobody from checking cards.
    void open_desk() {
        desk_.try_to_open();
        if (const DeskState state = desk_.state(); state.configured && state.fault)
            log_.warning("the desk is closed: " + state.fault->detail);
    }

    void publish_delivery(const std::string& id) {
        api::publish_delivery(events_, desk_.work([&](OpenDesk& desk) { return desk.deliveries.get(id); }));
    }

    void reader_changed(const ReaderEvent& event) {
        api::publish(events_, event);
        if (event.kind == ReaderEvent::Kind::card_inserted) identity_.card_inserted(event.reader.id);
    }

    /// What desk and relying parties make of a check is true before anybody hears that it ended.
    void check_changed(const CheckEvent& event) {
        if (event.kind == CheckEvent::Kind::ended) desk_checks_.ended(event.check);
        identity_.check_changed(event);
        api::publish(events_, event);
    }

    /// Of an answer to a relying party, what tells nothing of the holder: in the log, and where there is a desk in its
    /// journal.
    void keep(const IdentityRecord& record) {
        log_.info("audit: answered id=" + record.id + " party=" + record.party + " purpose=" + record.purpose +
                  " decision=" + std::string{name(record.decision)} +
                  " consent=" + std::string{name(record.consent.method)} + " answer=" + record.answer_digest);
        if (desk_.config().keys.empty()) return;
        desk_.work([&](OpenDesk& desk) {
            Transaction transaction{desk.database};
            desk.journal.append(transaction,
                                {"identity_check.answered", record.at, record.id, record.party, to_json(record), {}});
            transaction.commit();
        });
    }

    /// Those of the configuration, and of the relying parties of this moment.
    std::vector<api::Role> roles_of(const api::RoleMap& configured, const api::Peer& peer) const {
        std::vector<api::Role> roles = configured.roles_of(peer);
        for (api::Role& role : parties_.roles_of(peer))
            if (std::ranges::find(roles, role) == roles.end()) roles.push_back(std::move(role));
        return roles;
    }

    void add_embedded_readers(EmbeddedSpecimens& specimens) {
        if (demo_) {
            import("embedded-specimen-issuer.cer", std::move(specimens.country_signer));
            import("embedded-specimen-issuer.crl", std::move(specimens.revocation_list));
            import("embedded-specimen-issuer.hotlist", std::move(specimens.hot_list));
            for (Bytes& content : specimens.national_pki)
                import("embedded-specimen-national-pki", std::move(content), {trust::Purpose::national_pki});
            for (const emulator::SpecimenTerminals& made : specimens.terminals)
                terminals_.push_back(std::make_shared<TerminalCredentials>(
                    TerminalCredentials::select({made.terminal, made.verifier}, signer_in_memory(made.terminal_key))));
        }
        for (auto& reader : specimens.readers) readers_.add(std::move(reader));
    }

    /// A demonstration's terminal has an authority of its own. Each step is done where it was left.
    void enrol_as_specimen() {
        if (!terminal_.enrolled()) terminal_.enrol({"DEMO", "office.example/demo", {}, {}}, now());
        const auto has_key = [keys = terminal_.keys()](KeyState state) {
            return std::ranges::any_of(
                keys, [&](const TerminalKey& key) { return key.role == KeyRole::receipts && key.state == state; });
        };
        if (has_key(KeyState::current) || !has_key(KeyState::requested)) return;
        SpecimenCertificate made = certify_as_specimen(terminal_.request(), now());
        import("specimen-terminal-authority.cer", std::move(made.authority), {trust::Purpose::receipts});
        terminal_.accept(made.certificate, *trust_.store(), now());
    }

    void import(const char* name, Bytes content, trust::Purposes purposes = {}) {
        trust::ImportOptions options;
        options.file = name;
        options.at = now();
        options.allow_rollback = true;  // each run has an issuer of its own
        if (!purposes.empty()) options.purposes = purposes;
        trust_.import({std::move(content), options});
    }

    const Log& log_;
    std::shared_ptr<const Policy> policy_;
    std::shared_ptr<const profiles::Catalogue> profiles_;
    Terminals terminals_;
    std::optional<ProviderSettings> card_authentication_;
    bool demo_;
    api::EventLog events_;
    std::optional<EmbeddedSpecimens> specimens_;  // while the daemon starts
    TrustService trust_;
    ReaderPool readers_;
    CheckService checks_;
    Terminal terminal_;
    Desk desk_;
    DeskChecks desk_checks_;
    Parties parties_;
    IdentityChecks identity_;
    api::RefusalLog refusals_;
    api::Handlers handlers_;
    api::Api api_;
    api::ListeningSocket listening_;
    api::Server server_;
    NoticeService notices_;
    std::jthread resealer_;
};

Daemon::Daemon(const Config& config, api::ListeningSocket listening, const Log& log, api::Server::IdentifyPeer identify)
    : impl_(std::make_unique<Impl>(config, std::move(listening), log, std::move(identify))) {}

Daemon::~Daemon() = default;

void Daemon::run(std::initializer_list<int> stop_signals) {
    impl_->server().run(stop_signals);
}

void Daemon::stop() {
    impl_->server().stop();
}

}  // namespace tahvil::daemon
