// The socket under load: 200 clients that each ask once a second, 20 event streams, checks on 8 emulated readers all
// the while. Beside each request to the daemon the same client sends one to a bare handler of Beast that answers with
// the same bytes, in the same process and at the same moment: that is the floor. Every other spell another user floods.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "bare_handler.h"
#include "daemon/daemon.h"
#include "tests/socket/raw_client.h"

namespace {

using namespace tahvil;
using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::RawClient;

constexpr int kReaders = 8;
constexpr int kClients = 200;
constexpr int kDrivers = 4;
constexpr int kStreams = 20;
constexpr int kFloods = 4;  // that ask; one more connects
constexpr int kSpells = 8;
constexpr seconds kSpell{3};
constexpr seconds kWarmUp{3};
constexpr uid_t kUser = 1001;
constexpr uid_t kFlooder = 1002;

class Terminal {
public:
    Terminal() {
        if (::mkdtemp(folder_.data()) == nullptr) std::abort();
        daemon::Config config;
        config.state_directory = folder_ + "/state";
        config.pcsc = false;
        config.demo = true;
        for (const uid_t user : {kUser, kFlooder})
            config.roles.grant_user(user, {daemon::api::RoleKind::operator_, {}});
        for (int i = 0; i < kReaders; ++i)
            config.embedded_readers.push_back({"r" + std::to_string(i), "R", "", "pace-gm", "ca", "contactless", ""});
        daemon_ = std::make_unique<daemon::Daemon>(config, daemon::api::ListeningSocket{path(), std::nullopt}, log_,
                                                   [](int socket) {
                                                       const uid_t uid = test::pretended_uid(socket).value_or(kUser);
                                                       return daemon::api::Peer{uid, uid, 1, {}};
                                                   });
        thread_ = std::thread{[this] { daemon_->run(); }};
        bare_ =
            std::make_unique<bench::BareHandler>(bare_path(), RawClient{path(), kUser}.call("GET", "/v1/readers").body);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal() {
        bare_.reset();
        daemon_->stop();
        thread_.join();
        daemon_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::string path() const { return folder_ + "/t.sock"; }
    std::string bare_path() const { return folder_ + "/b.sock"; }

private:
    std::string folder_ = "/tmp/tahvil-bench-XXXXXX";
    daemon::Log log_{[](daemon::LogLevel, std::string_view) {}};
    std::unique_ptr<daemon::Daemon> daemon_;
    std::thread thread_;
    std::unique_ptr<bench::BareHandler> bare_;
};

/// Checks one after the other on every reader, each with a pause as a counter has it, and clients that listen to them.
class Counter {
public:
    explicit Counter(const Terminal& terminal) {
        for (int i = 0; i < kReaders; ++i) threads_.emplace_back([&, i] { check(terminal, i); });
        for (int i = 0; i < kStreams; ++i) threads_.emplace_back([&] { listen(terminal); });
    }
    Counter(const Counter&) = delete;
    Counter& operator=(const Counter&) = delete;
    ~Counter() {
        stop_ = true;
        for (auto& thread : threads_) thread.join();
    }

    std::size_t accepted() const { return accepted_; }
    std::size_t events() const { return events_; }

private:
    void check(const Terminal& terminal, int reader) {
        RawClient client{terminal.path(), kUser};
        const std::string body = R"({"purpose":"handover","reader":"r)" + std::to_string(reader) +
                                 R"(","access":{"can":"123456"},"expected":{"national_code":"1234567891"}})";
        bool last = false;  // one that begins after stop_ was set, so that the streams hear of its end
        while (!last) {
            last = stop_;
            const auto created = client.call("POST", "/v1/checks", body);
            if (created.status != 202) continue;
            const std::string target = created.fields.at("location");
            std::string found;
            while (found.find("\"state\":\"finished\"") == std::string::npos) {
                std::this_thread::sleep_for(milliseconds{200});
                found = client.call("GET", target).body;
            }
            if (found.find("\"decision\":\"accept\"") != std::string::npos) ++accepted_;
            std::this_thread::sleep_for(seconds{1});
        }
    }

    void listen(const Terminal& terminal) {
        RawClient client{terminal.path(), kUser};
        client.request("GET", "/v1/events");
        client.receive_head();
        while (!stop_) {
            client.receive_until("event: check.ended");
            ++events_;
        }
    }

    std::atomic<bool> stop_ = false;
    std::atomic<std::size_t> accepted_ = 0;
    std::atomic<std::size_t> events_ = 0;
    std::vector<std::thread> threads_;
};

/// One user that asks, and connects, as fast as it can.
class Flood {
public:
    explicit Flood(const Terminal& terminal) {
        for (int i = 0; i < kFloods; ++i)
            threads_.emplace_back([&] {
                RawClient client{terminal.path(), kFlooder};
                while (!stop_) {
                    client.request("GET", "/v1/readers");
                    client.receive();
                }
            });
        threads_.emplace_back([&] {
            while (!stop_) RawClient{terminal.path(), kFlooder}.receive_head();
        });
    }
    Flood(const Flood&) = delete;
    Flood& operator=(const Flood&) = delete;
    ~Flood() {
        stop_ = true;
        for (auto& thread : threads_) thread.join();
    }

private:
    std::atomic<bool> stop_ = false;
    std::vector<std::thread> threads_;
};

struct Latencies {
    std::vector<microseconds> daemon, bare;
    std::size_t failed = 0;

    void add(const Latencies& more) {
        daemon.insert(daemon.end(), more.daemon.begin(), more.daemon.end());
        bare.insert(bare.end(), more.bare.begin(), more.bare.end());
        failed += more.failed;
    }
};

/// Clients that ask once a second, each at its own moment of the second.
class Driver {
public:
    Driver(const Terminal& terminal, int number) : random_(static_cast<unsigned>(number)) {
        for (int i = 0; i < kClients / kDrivers; ++i) clients_.push_back(std::make_unique<Client>(terminal));
    }

    Latencies drive(Clock::time_point end) {
        for (auto& client : clients_) client->next = Clock::now() + milliseconds{random_() % 1000};
        Latencies found;
        bool daemon_first = false;
        while (true) {
            Client& client =
                **std::ranges::min_element(clients_, [](const auto& a, const auto& b) { return a->next < b->next; });
            if (client.next >= end) return found;
            std::this_thread::sleep_until(client.next);
            client.next += seconds{1};
            daemon_first = !daemon_first;
            if (daemon_first) found.daemon.push_back(time_of(client.daemon, found.failed));
            found.bare.push_back(time_of(client.bare, found.failed));
            if (!daemon_first) found.daemon.push_back(time_of(client.daemon, found.failed));
        }
    }

private:
    struct Client {
        explicit Client(const Terminal& terminal) : daemon(terminal.path(), kUser), bare(terminal.bare_path(), kUser) {}
        RawClient daemon, bare;
        Clock::time_point next;
    };

    static microseconds time_of(RawClient& client, std::size_t& failed) {
        const auto start = Clock::now();
        client.request("GET", "/v1/readers");
        const auto response = client.receive();
        if (!response || response->status != 200) ++failed;
        return std::chrono::duration_cast<microseconds>(Clock::now() - start);
    }

    std::mt19937 random_;
    std::vector<std::unique_ptr<Client>> clients_;
};

Latencies drive_all(std::vector<Driver>& drivers, seconds time) {
    const auto end = Clock::now() + time;
    std::vector<Latencies> found(drivers.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < drivers.size(); ++i) threads.emplace_back([&, i] { found[i] = drivers[i].drive(end); });
    for (auto& thread : threads) thread.join();
    Latencies all;
    for (const Latencies& part : found) all.add(part);
    return all;
}

double percentile(std::vector<microseconds> all, std::size_t percent) {
    const auto place = all.begin() + static_cast<std::ptrdiff_t>(all.size() * percent / 100);
    std::ranges::nth_element(all, place);
    return static_cast<double>(place->count());
}

double resident_kilobytes() {
    std::size_t pages = 0;
    std::size_t resident = 0;
    std::ifstream{"/proc/self/statm"} >> pages >> resident;
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

void under_load(benchmark::State& state) {
    for (auto _ : state) {
        const Terminal terminal;
        std::vector<Driver> drivers;
        for (int i = 0; i < kDrivers; ++i) drivers.emplace_back(terminal, i);
        const Counter counter{terminal};
        drive_all(drivers, kWarmUp);
        const double before = resident_kilobytes();
        Latencies calm;
        Latencies flooded;
        for (int spell = 0; spell < kSpells; spell += 2) {
            calm.add(drive_all(drivers, kSpell));
            const Flood flood{terminal};
            flooded.add(drive_all(drivers, kSpell));
        }
        state.counters["p50_us"] = percentile(calm.daemon, 50);
        state.counters["p99_us"] = percentile(calm.daemon, 99);
        state.counters["bare_p50_us"] = percentile(calm.bare, 50);
        state.counters["bare_p99_us"] = percentile(calm.bare, 99);
        state.counters["p99_to_bare"] = percentile(calm.daemon, 99) / percentile(calm.bare, 99);
        state.counters["flooded_p50_us"] = percentile(flooded.daemon, 50);
        state.counters["flooded_p99_us"] = percentile(flooded.daemon, 99);
        state.counters["flooded_bare_p99_us"] = percentile(flooded.bare, 99);
        state.counters["flooded_to_calm"] = percentile(flooded.daemon, 99) / percentile(calm.daemon, 99);
        state.counters["growth_kB"] = resident_kilobytes() - before;
        state.counters["requests"] = static_cast<double>(calm.daemon.size() + flooded.daemon.size());
        state.counters["failed"] = static_cast<double>(calm.failed + flooded.failed);
        state.counters["checks"] = static_cast<double>(counter.accepted());
        state.counters["events"] = static_cast<double>(counter.events());
        if (calm.failed + flooded.failed != 0) state.SkipWithError("a request failed");
    }
}

BENCHMARK(under_load)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
