#include "daemon/daemon.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/random.h"
#include "daemon/api/api.h"
#include "daemon/api/handlers.h"
#include "daemon/check/policy.h"
#include "daemon/reader/embedded_specimens.h"

namespace tahvil::daemon {

namespace {

constexpr std::size_t kEpochBytes = 4;

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// A shipped policy by its name, or one from a file.
std::shared_ptr<const Policy> load_policy(const std::string& name) {
    if (!name.starts_with('/')) return std::make_shared<const Policy>(Policy::shipped(name));
    std::ifstream file{name, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad())
        throw InvalidInput("config.unreadable", "the policy " + name + " can not be read",
                           "Look whether it is there and whether this user may read it.");
    return std::make_shared<const Policy>(Policy::parse(text, name));
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
        : policy_(load_policy(config.policy)),
          demo_(config.demo),
          events_(to_hex(random_bytes(system_random, kEpochBytes)), config.limits.events_kept, now),
          trust_(std::filesystem::path{config.state_directory} / "trust", system_random,
                 [this](std::uint64_t version) { api::publish_trust_changed(events_, version); }),
          readers_({}, [this](const ReaderEvent& event) { api::publish(events_, event); }),
          checks_(
              readers_, [this] { return knowledge(); }, system_random, check_limits(config),
              [this](const CheckEvent& event) { api::publish(events_, event); }),
          handlers_(api::Services{readers_, checks_, trust_, events_, now, demo_}),
          api_(handlers_, config.roles, config.limits, log),
          listening_(std::move(listening)),
          server_(listening_.release(), api_, config.limits, log, std::move(identify)) {
        events_.on_publish([this] { server_.wake_streams(); });
        if (!config.embedded_readers.empty()) add_embedded_readers(config);
        if (config.pcsc) readers_.watch_pcsc();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    ~Impl() {
        events_.on_publish({});
        checks_.stop();
        readers_.stop();
    }

    api::Server& server() { return server_; }

private:
    Knowledge knowledge() const {
        Knowledge knowledge;
        knowledge.trust = trust_.store();
        knowledge.policy = policy_;
        knowledge.at = now();
        knowledge.software = "tahvild " TAHVIL_VERSION;
        knowledge.demo = demo_;
        return knowledge;
    }

    void add_embedded_readers(const Config& config) {
        EmbeddedSpecimens specimens = make_embedded_specimens(config.embedded_readers, now(), system_random);
        if (demo_) {
            import("embedded-specimen-issuer.cer", std::move(specimens.country_signer));
            import("embedded-specimen-issuer.crl", std::move(specimens.revocation_list));
        }
        for (auto& reader : specimens.readers) readers_.add(std::move(reader));
    }

    void import(const char* name, Bytes content) {
        trust::ImportOptions options;
        options.file = name;
        options.at = now();
        trust_.import({std::move(content), options});
    }

    std::shared_ptr<const Policy> policy_;
    bool demo_;
    api::EventLog events_;
    TrustService trust_;
    ReaderPool readers_;
    CheckService checks_;
    api::Handlers handlers_;
    api::Api api_;
    api::ListeningSocket listening_;
    api::Server server_;
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
