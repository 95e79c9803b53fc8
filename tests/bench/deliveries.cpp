// What a store of many deliveries costs beside one of few: pages read by an inquiry's look-up and by a page of a list,
// counted below SQLite with nothing cached; and a handover, with the commit at its end beside the bare writes and syncs
// that the commit needs on the same disk. TAHVIL_BENCH_LARGE=1 measures ten million.

#include <cstdio>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>

#include "tests/bench/counting_disk.h"
#include "tests/bench/desk.h"
#include "tests/support/accepted_verdict.h"

namespace tahvil::daemon::bench {
namespace {

constexpr std::int64_t kFew = 10'000;
constexpr int kLookups = 200;
// A look-up goes down four trees: the index of the code, the table, the index of the ids, the table.
constexpr double kTreesOfALookup = 4;
constexpr double kMostFurtherLevels = 2;

/// Fills the store with records of which only kLookups are real. The others stand in every index, in order, which is
/// how millions are there in minutes.
void fill(Desk& desk, std::int64_t count) {
    Database& database = *desk.database;
    database.execute("PRAGMA cache_size=-262144");
    {
        Transaction transaction(database);
        desk.add(transaction, 0);
        Statement insert = database.prepare(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
            "INSERT INTO delivery (id, custodian, stage, since, manifest, batch, office, fee, card_signer, personal, "
            "tracking_index, national_index, identity_index, serial_index, name_index, family_index, arrived_at, "
            "noticed) "
            "SELECT printf('T0-%08d', i), 'T0', iif(i % 10 = 0, 2, 1), 1000 + i, 1, 'B' || (i / 500), 'O12', 200000, "
            "'', "
            "randomblob(260), k, k, k, k, k, k, iif(i % 10 = 0, 1000 + i, NULL), 0 "
            "FROM (SELECT i, CAST(printf('%016x', i * (9223372036854775807 / ?1)) AS BLOB) AS k FROM n)");
        insert.with(count);
        insert.run();
        for (int i = 1; i <= kLookups; ++i) desk.add(transaction, i);
        transaction.commit();
    }
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    desk.open();
}

/// Pages read by an act that begins with nothing cached but the schema.
template <typename Act>
double page_reads(Desk& desk, const Act& act) {
    std::int64_t reads = 0;
    for (int i = 1; i <= kLookups; ++i) {
        desk.database->execute("PRAGMA shrink_memory");
        const std::int64_t before = CountingDisk::reads;
        act(i);
        reads += CountingDisk::reads - before;
    }
    return static_cast<double>(reads) / kLookups;
}

double lookup(Desk& desk) {
    return page_reads(desk, [&](int i) {
        for (const std::string& id : desk.deliveries->by_tracking_code("TRACK-" + std::to_string(i)))
            benchmark::DoNotOptimize(desk.deliveries->get(id));
    });
}

double list(Desk& desk) {
    return page_reads(desk, [&](int i) {
        const DeliveryLine after{"", Stage::expected, std::chrono::sys_seconds(std::chrono::seconds(1000 + 40 * i)), "",
                                 ""};
        benchmark::DoNotOptimize(desk.deliveries->page(Stage::expected, 50, after));
    });
}

void page_reads_of_a_lookup(benchmark::State& state) {
    static double reads_of_few = 0;
    Desk desk(CountingDisk::kVfs);
    fill(desk, state.range(0));
    double reads = 0;
    double list_reads = 0;
    for (auto _ : state) {
        reads = lookup(desk);
        list_reads = list(desk);
    }
    if (state.range(0) == kFew) reads_of_few = reads;
    state.counters["lookup_pages"] = reads;
    state.counters["list_of_50_pages"] = list_reads;
    state.counters["store_MB"] =
        static_cast<double>(std::filesystem::file_size(desk.folder / "store.db")) / (1024 * 1024);
    if (reads > reads_of_few + kTreesOfALookup * kMostFurtherLevels)
        state.SkipWithError("a look-up reads more pages than the trees are deep");
}

struct Handovers {
    explicit Handovers(Desk& on)
        : desk(on), handover(*on.database, on.keys, *on.journal, *on.deliveries, HandoverPolicy::standard()) {}

    static Act by(const char* actor) { return {actor, kNow, {}, {}}; }

    /// Everything but the last act.
    std::string prepare(std::int64_t number) {
        std::string id;
        {
            Transaction transaction(*desk.database);
            id = desk.add(transaction, number);
            desk.deliveries->move(transaction, id, Stage::arrived, by("operator-7"));
            transaction.commit();
        }
        handover.begin(id, by("operator-7"));
        handover.enter_verdict(id, test::accepted_verdict(Desk::card(number), kNow), by("operator-7"));
        handover.settle(id, ChecklistItem::holder_verified, "pin", "", by("operator-7"));
        handover.settle(id, ChecklistItem::fee_settled, "paid", "", {"operator-7", kNow, "reference 99", {}});
        handover.settle(id, ChecklistItem::transport_pin_changed, "changed", "", by("operator-7"));
        handover.settle(id, ChecklistItem::old_card_collected, "first_card", "", by("operator-7"));
        return id;
    }

    Desk& desk;
    Handover handover;
};

/// A file that is written to and synced as often and as much as a commit does, beginning anew where SQLite begins its
/// log anew.
class BareFile {
public:
    explicit BareFile(const std::filesystem::path& path)
        : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {}
    BareFile(const BareFile&) = delete;
    BareFile& operator=(const BareFile&) = delete;
    ~BareFile() { ::close(file_); }

    std::chrono::duration<double> commit(std::int64_t writes, std::int64_t bytes, std::int64_t syncs) {
        const std::vector<char> piece(static_cast<std::size_t>(bytes / std::max<std::int64_t>(writes, 1)), 'x');
        const auto begun = std::chrono::steady_clock::now();
        for (std::int64_t i = 0; i < writes; ++i, offset_ += static_cast<off_t>(piece.size()))
            if (::pwrite(file_, piece.data(), piece.size(), offset_) < 0) std::abort();
        for (std::int64_t i = 0; i < syncs; ++i)
            if (::fdatasync(file_) != 0) std::abort();
        const auto taken = std::chrono::steady_clock::now() - begun;
        if (offset_ > kLogSize) offset_ = 0;
        return taken;
    }

private:
    static constexpr off_t kLogSize = 4'120'000;  // SQLite's thousand pages
    int file_;
    off_t offset_ = 0;
};

void handover_commit(benchmark::State& state) {
    constexpr int kHandovers = 200;
    Desk desk(CountingDisk::kVfs);
    Handovers handovers(desk);
    std::vector<std::string> ids;
    for (int i = 0; i < kHandovers; ++i) ids.push_back(handovers.prepare(i));
    const ReceiptSigner signer{desk.receipt_signer.get(), {{0x30, 0x00}}, "office.example/12"};
    std::chrono::duration<double> taken{};
    std::chrono::duration<double> committed{};
    std::chrono::duration<double> floor{};
    BareFile bare(desk.folder / "bare");
    for (auto _ : state) {
        // In turns, since a disk has good and bad moments.
        for (const std::string& id : ids) {
            CountingDisk::syncs = 0;
            CountingDisk::writes = 0;
            CountingDisk::written = 0;
            const auto begun = std::chrono::steady_clock::now();
            auto prepared = begun;  // signed, sealed and entered; what is left is the commit
            desk.database->with_next_commit([&](const Transaction&) { prepared = std::chrono::steady_clock::now(); });
            benchmark::DoNotOptimize(handovers.handover.complete(id, "key " + id, signer, Handovers::by("operator-7")));
            const auto ended = std::chrono::steady_clock::now();
            taken += ended - begun;
            committed += ended - prepared;
            state.counters["syncs"] = static_cast<double>(CountingDisk::syncs);
            state.counters["writes"] = static_cast<double>(CountingDisk::writes);
            state.counters["KB"] = static_cast<double>(CountingDisk::written) / 1024;
            floor += bare.commit(CountingDisk::writes, CountingDisk::written, CountingDisk::syncs);
        }
    }
    state.counters["handover_ms"] = taken.count() * 1000 / kHandovers;
    state.counters["commit_ms"] = committed.count() * 1000 / kHandovers;
    state.counters["bare_syncs_ms"] = floor.count() * 1000 / kHandovers;
    state.counters["times_the_floor"] = committed / floor;
}

}  // namespace
}  // namespace tahvil::daemon::bench

int main(int argc, char** argv) {
    using namespace tahvil::daemon::bench;
    const CountingDisk disk;
    auto* const lookups = benchmark::RegisterBenchmark("page_reads_of_a_lookup", page_reads_of_a_lookup)
                              ->Iterations(1)
                              ->Arg(kFew)
                              ->Arg(200'000);
    if (large()) lookups->Arg(10'000'000);
    lookups->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("handover_commit", handover_commit)->Iterations(1)->Unit(benchmark::kMillisecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
