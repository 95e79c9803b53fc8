// How fast an exported journal is verified, beside SHA-256 over the same bytes.

#include <fstream>
#include <iterator>

#include <benchmark/benchmark.h>

#include "crypto/digest.h"
#include "daemon/journal/verification.h"
#include "tests/bench/desk.h"

namespace tahvil::daemon::bench {
namespace {

constexpr int kEntries = 100'000;

/// An export of entries as handovers make them.
std::filesystem::path exported(Desk& desk) {
    std::filesystem::path path = desk.folder / "journal";
    Transaction transaction(*desk.database);
    for (int i = 0; i < kEntries; ++i) {
        const std::string id = "T1-" + std::to_string(10'000'000 + i);
        desk.journal->append(
            transaction,
            {"delivery.hand_over",
             kNow,
             id,
             "operator-7",
             {{"from", "presented"},
              {"to", "handed_over"},
              {"verdict", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
              {"receipt", "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"}},
             {{"national_code", Bytes(32, static_cast<std::uint8_t>(i))}, {"card_serial", Bytes(32, 0x5A)}}});
    }
    transaction.commit();
    std::ofstream out(path, std::ios::binary);
    desk.journal->export_to(out);
    return path;
}

Desk& desk_with_journal() {
    static Desk desk;
    return desk;
}

const std::filesystem::path& journal_file() {
    static const std::filesystem::path path = exported(desk_with_journal());
    return path;
}

double verify_once() {
    std::ifstream in(journal_file(), std::ios::binary);
    const auto begun = std::chrono::steady_clock::now();
    if (!verify_journal(in, std::vector{desk_with_journal().journal->key()}, {}).passed()) std::abort();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

double hash_once() {
    std::ifstream in(journal_file(), std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(in), {}};
    const auto begun = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(digest(DigestAlgorithm::sha256, as_bytes(all)));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void journal_verification(benchmark::State& state) {
    const double bytes = static_cast<double>(std::filesystem::file_size(journal_file()));
    double verified = 0;
    double hashed = 0;
    for (auto _ : state) {
        verified += verify_once();
        hashed += hash_once();
    }
    const double mebibytes = bytes * static_cast<double>(state.iterations()) / (1024 * 1024);
    state.counters["verified_MB_per_s"] = mebibytes / verified;
    state.counters["sha256_MB_per_s"] = mebibytes / hashed;
    state.counters["share_of_sha256"] = hashed / verified;
}

}  // namespace
}  // namespace tahvil::daemon::bench

int main(int argc, char** argv) {
    using namespace tahvil::daemon::bench;
    benchmark::RegisterBenchmark("journal_verification", journal_verification)
        ->Iterations(10)
        ->Unit(benchmark::kMillisecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
