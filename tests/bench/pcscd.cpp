// What this program adds to a card behind a real pcscd: its own time for an APDU, of reading a portrait under secure
// messaging and of a whole verified read (which has the public-key operations of PACE, chip authentication and passive
// authentication in it), beside a bare loop of SCardTransmit in the same run. To be run by tests/lab/in_namespace.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include <benchmark/benchmark.h>
#include <winscard.h>

#include "apdu/access/pace.h"
#include "apdu/applets/lds/file.h"
#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/vpcd_link.h"
#include "apdu/file_reader.h"
#include "apdu/secure_messaging.h"
#include "pcsc/card_connection.h"
#include "pcsc/context.h"
#include "pcsc/reader_monitor.h"
#include "pcsc/transaction.h"
#include "tests/lab/pcscd_process.h"
#include "tests/lab/vpcd_card.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil {
namespace {

using Clock = std::chrono::steady_clock;
using daemon::specimen_bench::Bench;
using daemon::specimen_bench::kNow;

constexpr const char* kReader = "Lab Reader 1 00 00";

double microseconds(Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

/// A pcscd with a specimen in its reader.
struct Lab {
    explicit Lab(bool extended) {
        emulator::SpecimenOptions options;
        options.link.extended_length = extended;
        specimen = emulator::personalise(bench.person, bench.pki, options, kNow);
        pcscd.start();
        link.emplace("127.0.0.1", port);
        card = std::jthread([this](const std::stop_token& stop) { link->serve(*specimen.card, stop); });
        wait_for_card();
    }

    static void wait_for_card() {
        std::promise<void> there;
        bool told = false;
        const pcsc::ReaderMonitor monitor([&](const pcsc::MonitorReport& report) {
            for (const pcsc::Slot& slot : report.slots)
                if (slot.name == kReader && slot.card_present && !std::exchange(told, true)) there.set_value();
        });
        there.get_future().wait();
    }

    Bench bench;
    emulator::Specimen specimen{};
    const std::uint16_t port = lab::free_port_pair();
    lab::PcscdProcess pcscd{{port}};
    std::optional<emulator::VpcdLink> link;
    std::jthread card;
};

/// A session over a transaction that measures how long the card and the reader take.
class MeasuredSession final : public daemon::CardSession, private Wire {
public:
    explicit MeasuredSession(pcsc::CardConnection& connection)
        : atr_(to_bytes(connection.atr())), transaction_(connection, pcsc::wire_limits(std::nullopt, std::nullopt)) {}

    Wire& wire() override { return *this; }
    ByteView atr() const override { return atr_; }
    std::uint64_t epoch() const override { return transaction_.epoch(); }

    Clock::duration in_reader{};
    std::size_t apdus = 0;

private:
    WireLimits limits() const override { return transaction_.limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        const auto start = Clock::now();
        const std::size_t size = transaction_.exchange(command, response);
        in_reader += Clock::now() - start;
        ++apdus;
        return size;
    }

    Bytes atr_;
    pcsc::Transaction transaction_;
};

/// The floor: READ BINARY of EF.CardAccess by SCardTransmit and nothing else.
double bare_loop(int rounds) {
    SCARDCONTEXT context = 0;
    SCARDHANDLE handle = 0;
    DWORD protocol = 0;
    SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
    if (SCardConnect(context, kReader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &handle, &protocol) != SCARD_S_SUCCESS)
        std::abort();
    const Bytes command = from_hex("00 B0 9C 00 00");
    Bytes response(258);
    const auto start = Clock::now();
    for (int i = 0; i < rounds; ++i) {
        DWORD size = response.size();
        if (SCardTransmit(handle, SCARD_PCI_T1, command.data(), command.size(), nullptr, response.data(), &size) !=
            SCARD_S_SUCCESS)
            std::abort();
    }
    const double each = microseconds(Clock::now() - start) / rounds;
    SCardDisconnect(handle, SCARD_LEAVE_CARD);
    SCardReleaseContext(context);
    return each;
}

/// The same by this program's transaction.
double transaction_loop(int rounds) {
    const pcsc::Context context;
    pcsc::CardConnection connection(context, kReader, pcsc::ShareMode::shared);
    pcsc::Transaction transaction(connection, {});
    Bytes response(258);
    const Bytes command = from_hex("00 B0 9C 00 00");
    const auto start = Clock::now();
    for (int i = 0; i < rounds; ++i) transaction.exchange(command, response);
    return microseconds(Clock::now() - start) / rounds;
}

/// Reads EF.DG2 again and again under PACE's secure messaging; own time for an APDU in microseconds.
double read_portrait(const Lab& lab, pcsc::CardConnection& connection, int rounds) {
    MeasuredSession session(connection);
    CardChannel plain(session.wire());
    learn_capabilities(plain, Atr::parse(session.atr()));
    const auto infos = SecurityInfos::parse(read_file(plain, {0x011C, 0x1C}));
    const auto offer = pace::choose(pace::offers(infos));
    const auto password = pace::Password::typed(pace::PasswordKind::can, as_bytes(lab.bench.person.card_access_number));
    SecureMessaging card(plain, pace::establish(plain, offer.value(), password).keys);
    card.require(Command::select_application(lds::kApplication), "SELECT");
    session.in_reader = {};
    session.apdus = 0;
    const auto start = Clock::now();
    for (int i = 0; i < rounds; ++i) read_file(card, {0x0102, 0x02});
    return microseconds(Clock::now() - start - session.in_reader) / static_cast<double>(session.apdus);
}

void read_through_pcscd(benchmark::State& state, bool extended) {
    if (!lab::in_namespace()) {
        state.SkipWithError("run it by tests/lab/in_namespace");
        return;
    }
    Lab lab(extended);
    const daemon::Knowledge knowledge = lab.bench.knowledge();
    const daemon::CardCheck check = lab.bench.with_mrz();
    const pcsc::Context context;
    pcsc::CardConnection connection(context, kReader, pcsc::ShareMode::shared);
    Clock::duration own{};
    std::size_t apdus = 0;
    for (auto _ : state) {
        MeasuredSession session(connection);
        const auto start = Clock::now();
        const auto result = daemon::CardChecker(knowledge, system_random, {}).run(session, check, "bench");
        own += Clock::now() - start - session.in_reader;
        apdus += session.apdus;
        if (result.verdict.decision != daemon::Decision::accept) state.SkipWithError("the specimen was not accepted");
    }
    static constexpr int kRounds = 1000;
    const double bare = bare_loop(kRounds);
    const double added = std::max(0.0, transaction_loop(kRounds) - bare);
    const double reading = read_portrait(lab, connection, 20) + added;
    state.counters["apdus"] = static_cast<double>(apdus) / static_cast<double>(state.iterations());
    state.counters["bare_SCardTransmit_us"] = bare;
    state.counters["reading_own_us_per_apdu"] = reading;
    state.counters["reading_ratio"] = reading / bare;
    state.counters["whole_own_us_per_apdu"] = microseconds(own) / static_cast<double>(apdus) + added;
}

BENCHMARK_CAPTURE(read_through_pcscd, short_20k, false)->Unit(benchmark::kMillisecond)->Iterations(20);
BENCHMARK_CAPTURE(read_through_pcscd, extended_20k, true)->Unit(benchmark::kMillisecond)->Iterations(20);

}  // namespace
}  // namespace tahvil

BENCHMARK_MAIN();
