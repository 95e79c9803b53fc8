#include <csignal>
#include <optional>
#include <ostream>
#include <thread>

#include <pthread.h>

#include "apdu/emulator/eid_card.h"
#include "apdu/emulator/national_cards.h"
#include "apdu/emulator/specimen.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/emulator/vpcd_link.h"
#include "crypto/error.h"
#include "daemon/api/listening_socket.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/verbs.h"
#include "daemon/provider/reference_provider.h"
#include "daemon/trust/specimen_trust.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kLargestPersonFile = 64UL * 1024;
constexpr std::size_t kLargestPortrait = 1024UL * 1024;
constexpr std::size_t kIssuerKeySize = 16;
constexpr auto kPauseBeforeInsertion = std::chrono::seconds(1);

/// Turns the signals that end a program into a request to stop, for as long as it lives.
class StopOnSignal {
public:
    StopOnSignal() {
        sigemptyset(&signals_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        waiter_ = std::thread([this] {
            int signal = 0;
            sigwait(&signals_, &signal);
            stop_.request_stop();
        });
    }
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;
    ~StopOnSignal() {
        // The signal is blocked: it ends the wait of the thread, and not the thread.
        pthread_kill(waiter_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread,cert-pos44-c)
        waiter_.join();
    }

    std::stop_token token() const { return stop_.get_token(); }

private:
    sigset_t signals_{};
    std::stop_source stop_;
    std::thread waiter_;
};

emulator::Person person_of(const EmulateArguments& arguments, std::chrono::year_month_day today) {
    emulator::Person specimen = emulator::specimen_person(today);
    if (!arguments.person) return specimen;
    const Bytes file = read_input_file(*arguments.person, kLargestPersonFile);
    return emulator::read_person(as_text(file), arguments.person->string(), specimen);
}

std::unique_ptr<emulator::Card> make_specimen(const EmulateArguments& arguments, const emulator::Person& person,
                                              const Bytes& portrait, std::chrono::sys_seconds now) {
    emulator::SpecimenOptions options = arguments.specimen.options();
    options.link.link = emulator::parse_link(arguments.link);
    if (!arguments.fault.empty()) options.fault = emulator::parse_fault(arguments.fault);
    options.portrait = portrait;
    if (arguments.eac) {
        const auto terminals = emulator::SpecimenTerminals::make(std::chrono::floor<std::chrono::days>(now));
        options.terminal_authority = terminals.authority;
        if (arguments.trust_out) daemon::write_specimen_terminals(*arguments.trust_out, terminals);
    }
    const emulator::SpecimenPki pki = emulator::SpecimenPki::make(now);
    emulator::Specimen specimen = emulator::personalise(person, pki, options, now);
    if (arguments.trust_out) daemon::write_specimen_trust(*arguments.trust_out, pki);
    return std::move(specimen.card);
}

std::unique_ptr<emulator::Card> make_eid(const EmulateArguments& arguments, const emulator::Person& person,
                                         std::chrono::sys_seconds now) {
    emulator::EidOptions options;
    options.link.link = emulator::parse_link(arguments.link);
    if (!arguments.specimen.pin.empty()) options.pin = arguments.specimen.pin;
    if (!arguments.specimen.puk.empty()) options.puk = arguments.specimen.puk;
    if (!arguments.fault.empty()) options.fault = emulator::parse_fault(arguments.fault);
    const auto terminals = emulator::SpecimenTerminals::make_for_eid(std::chrono::floor<std::chrono::days>(now));
    const emulator::SpecimenPki pki = emulator::SpecimenPki::make(now);
    emulator::EidCard made = emulator::personalise_eid(person, pki, terminals.authority, options, now);
    if (arguments.trust_out) {
        daemon::write_specimen_trust(*arguments.trust_out, pki);
        daemon::write_specimen_terminals(*arguments.trust_out, terminals);
    }
    return std::move(made.card);
}

std::unique_ptr<emulator::Card> make_national_card(const EmulateArguments& arguments, const emulator::Person& person,
                                                   const Bytes& portrait, std::chrono::sys_seconds now,
                                                   const SecretBytes& issuer_key) {
    emulator::NationalCardOptions options;
    options.link.link = emulator::parse_link(arguments.link);
    options.transport_pin = arguments.transport_pin;
    options.issuer_key = issuer_key;
    if (!arguments.specimen.pin.empty()) options.pin = arguments.specimen.pin;
    if (!arguments.specimen.puk.empty()) options.puk = arguments.specimen.puk;
    if (!arguments.fault.empty()) options.fault = emulator::parse_fault(arguments.fault);
    options.portrait = portrait;
    const auto pki = emulator::NationalPki::make(now);
    emulator::NationalCard made = emulator::personalise_national_card(arguments.card, person, pki, options, now);
    if (arguments.trust_out) daemon::write_specimen_trust(*arguments.trust_out, pki);
    return std::move(made.card);
}

std::unique_ptr<emulator::Card> make_card(const EmulateArguments& arguments, const SecretBytes& issuer_key) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const emulator::Person person = person_of(arguments, std::chrono::floor<std::chrono::days>(now));
    Bytes portrait;
    if (!person.portrait_file.empty())
        portrait = read_input_file(arguments.person->parent_path() / person.portrait_file, kLargestPortrait);
    if (arguments.card == "npa") return make_eid(arguments, person, now);
    return arguments.card == "specimen" ? make_specimen(arguments, person, portrait, now)
                                        : make_national_card(arguments, person, portrait, now, issuer_key);
}

/// The card authentication provider of the emulated issuer, for as long as it lives.
class ServedProvider {
public:
    ServedProvider(const std::string& socket, const SecretBytes& issuer_key)
        : log_([](daemon::LogLevel, std::string_view) {}, daemon::LogLevel::error),
          provider_(issuer_key, daemon::ReferenceProvider::Gives::keys),
          listening_(socket, std::nullopt),
          server_(listening_.release(), provider_, daemon::api::Limits{}, log_),
          thread_([this] { server_.run(); }) {}
    ServedProvider(const ServedProvider&) = delete;
    ServedProvider& operator=(const ServedProvider&) = delete;
    ~ServedProvider() {
        server_.stop();
        thread_.join();
    }

private:
    daemon::Log log_;
    daemon::ReferenceProvider provider_;
    daemon::api::ListeningSocket listening_;
    daemon::api::Server server_;
    std::thread thread_;
};

}  // namespace

ExitStatus run(const EmulateArguments& arguments, const Context& context) {
    SecretBytes issuer_key(kIssuerKeySize);
    system_random(issuer_key.writable());
    const std::unique_ptr<emulator::Card> card = make_card(arguments, issuer_key);
    const StopOnSignal stop;
    std::optional<ServedProvider> provider;
    if (arguments.provider) provider.emplace(arguments.provider->string(), issuer_key);
    const std::string address = arguments.host + ":" + std::to_string(arguments.port);
    for (;;) {
        emulator::VpcdLink link(arguments.host, arguments.port);
        if (!context.json) context.console.error << context.console.say(Message::emulating, {address}) << std::endl;
        switch (link.serve(*card, stop.token())) {
            case emulator::VpcdLink::Ended::stopped:
                return ExitStatus::done;
            case emulator::VpcdLink::Ended::closed:
                throw Error("vpcd.closed", "vpcd at " + address + " has closed the connection",
                            "pcscd was stopped, or another card is in that reader.");
            case emulator::VpcdLink::Ended::removed:
                break;
        }
        std::this_thread::sleep_for(kPauseBeforeInsertion);
    }
}

}  // namespace tahvil::cli
