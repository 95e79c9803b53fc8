// What a hot list of ten million cards costs, from files on the disk, each figure beside the least that anybody could
// do with the same bytes: sort, digest, write and sync for what writes, digest for what verifies, and one touch of a
// mapped page for a lookup. Counted are the page faults of a lookup and what is resident of an open list.

#include "crypto/trust/hot_list.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/random.h"
#include "daemon/trust/mapped_file.h"

namespace tahvil::daemon {
namespace {

using trust::HotList;
using trust::HotListDelta;

constexpr trust::Time kNow{std::chrono::sys_days(std::chrono::year(2026) / 8 / 1)};
constexpr std::size_t kCards = 10'000'000;
constexpr std::size_t kAdded = 10'000;
constexpr std::size_t kPage = 4096;
constexpr int kLookups = 1000;

/// A file that is written anew and synced, as `tahvil trust hot-list` does.
class Output {
public:
    explicit Output(const std::filesystem::path& path)
        : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
        if (file_ < 0) std::abort();
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() { ::close(file_); }

    void write(ByteView bytes) const {
        while (!bytes.empty()) {
            const ssize_t written = ::write(file_, bytes.data(), bytes.size());
            if (written <= 0) std::abort();
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }
    void sync() const {
        if (::fsync(file_) != 0) std::abort();
    }

private:
    int file_;
};

std::vector<std::uint64_t> random_hashes(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> hashes(count);
    for (std::uint64_t& hash : hashes) hash = random();
    return hashes;
}

Bytes raw_sha256(ByteView bytes) {
    Bytes out(32);
    if (EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_sha256(), nullptr) != 1) std::abort();
    return out;
}

/// A list of ten million, the list after it and what leads from one to the other, on the disk.
class Lists {
public:
    Lists() {
        std::string pattern = (std::filesystem::current_path() / "hot-list-bench-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        folder_ = pattern;
        hashes = random_hashes(kCards, 1);
        write(base(), 1, hashes);
        std::vector<std::uint64_t> more = hashes;
        for (const std::uint64_t hash : random_hashes(kAdded, 2)) more.push_back(hash);
        write(folder_ / "later", 2, std::move(more));
        delta = trust::build_hot_list_delta(open(base()), open(folder_ / "later"));
        std::filesystem::remove(folder_ / "later");
    }
    Lists(const Lists&) = delete;
    Lists& operator=(const Lists&) = delete;
    ~Lists() { std::filesystem::remove_all(folder_); }

    static HotList open(const std::filesystem::path& path) {
        const MappedFile file = map_file(path, Access::scattered);
        HotList list = HotList::open(file.bytes, file.owner);
        forget_pages(file);
        return list;
    }

    void write(const std::filesystem::path& path, std::uint64_t sequence, std::vector<std::uint64_t> of) const {
        trust::HotListInfo info;
        info.issuer = "UTO";
        info.sequence = sequence;
        info.issued_at = kNow;
        const Output file(path);
        const auto key = signer_in_memory(signer_.key);
        trust::write_hot_list(info, key_, std::move(of), signer_.certificate, *key,
                              [&file](ByteView piece) { file.write(piece); });
        file.sync();
    }

    std::filesystem::path base() const { return folder_ / "base"; }
    std::filesystem::path out() const { return folder_ / "out"; }

    std::vector<std::uint64_t> hashes;
    Bytes delta;

private:
    trust::HotListKey key_{random_bytes(system_random, trust::HotListKey::kSize)};
    trust::CertifiedKey signer_ =
        trust::issue_self_signed(trust::CertificateTemplate::country_signer(
                                     trust::NameWriter().country("UT").common_name("Specimen").der(), {kNow, kNow}),
                                 PrivateKey::generate_ec(Curve::secp256r1));
    std::filesystem::path folder_;
};

void write_all(const std::filesystem::path& path, ByteView bytes) {
    const Output file(path);
    file.write(bytes);
    file.sync();
}

void build(benchmark::State& state, const Lists& lists) {
    for (auto _ : state) lists.write(lists.out(), 1, lists.hashes);
}

void floor_of_build(benchmark::State& state, const Lists& lists) {
    for (auto _ : state) {
        std::vector<std::uint64_t> sorted = lists.hashes;
        std::ranges::sort(sorted);
        const ByteView bytes(reinterpret_cast<const std::uint8_t*>(sorted.data()), sorted.size() * sizeof sorted[0]);
        benchmark::DoNotOptimize(raw_sha256(bytes));
        write_all(lists.out(), bytes);
    }
}

void verify(benchmark::State& state, const Lists& lists) {
    for (auto _ : state) {
        const MappedFile file = map_file(lists.base());
        HotList::open(file.bytes, file.owner).require_whole();
    }
}

void floor_of_verify(benchmark::State& state, const Lists& lists) {
    for (auto _ : state) benchmark::DoNotOptimize(raw_sha256(map_file(lists.base()).bytes));
}

void merge(benchmark::State& state, const Lists& lists) {
    for (auto _ : state) {
        const MappedFile base = map_file(lists.base());
        const Output file(lists.out());
        trust::merge(HotList::open(base.bytes, base.owner), HotListDelta::parse(lists.delta),
                     [&file](ByteView piece) { file.write(piece); });
        file.sync();
    }
}

void floor_of_merge(benchmark::State& state, const Lists& lists) {
    for (auto _ : state) {
        const MappedFile base = map_file(lists.base());
        benchmark::DoNotOptimize(raw_sha256(base.bytes));
        write_all(lists.out(), base.bytes);
    }
}

/// Page faults of this process, with and without reading from the disk.
long faults() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

/// KiB of the mappings of that file that are in this process's memory.
double resident(const std::filesystem::path& path) {
    std::ifstream maps("/proc/self/smaps");
    std::string line;
    bool of_the_file = false;
    double sum = 0;
    while (std::getline(maps, line)) {
        if (line.find('-') < line.find(' ')) of_the_file = line.ends_with(path.string());
        if (of_the_file && line.starts_with("Rss:")) sum += std::stod(line.substr(4));
    }
    return sum;
}

/// A list that nobody has looked at, so that each lookup finds its page not mapped.
void lookup(benchmark::State& state, const Lists& lists) {
    std::mt19937_64 random(3);
    long most = 0;
    double idle = 0;
    for (auto _ : state) {
        state.PauseTiming();
        const HotList list = Lists::open(lists.base());
        idle = resident(lists.base());
        std::vector<std::uint64_t> wanted(kLookups);
        for (std::uint64_t& hash : wanted) hash = random();
        static_cast<void>(faults());
        state.ResumeTiming();
        for (const std::uint64_t hash : wanted) {
            const long before = faults();
            benchmark::DoNotOptimize(list.contains(hash));
            most = std::max(most, faults() - before);
        }
    }
    state.counters["most_faults"] = static_cast<double>(most);
    state.counters["idle_KiB"] = idle;
}

/// One octet of a page that is not mapped, and the question how many faults there were.
void floor_of_lookup(benchmark::State& state, const Lists& lists) {
    std::mt19937_64 random(4);
    for (auto _ : state) {
        state.PauseTiming();
        const MappedFile file = map_file(lists.base(), Access::scattered);
        std::vector<std::size_t> places(kLookups);
        for (std::size_t& place : places) place = random() % (file.bytes.size() / kPage) * kPage;
        state.ResumeTiming();
        for (const std::size_t place : places) {
            benchmark::DoNotOptimize(faults());
            static_cast<void>(*static_cast<const volatile std::uint8_t*>(&file.bytes[place]));
            benchmark::DoNotOptimize(faults());
        }
    }
}

}  // namespace
}  // namespace tahvil::daemon

int main(int argc, char** argv) {
    using namespace tahvil::daemon;
    const Lists lists;
    const auto add = [&lists](const char* name, void (*run)(benchmark::State&, const Lists&), int iterations,
                              benchmark::TimeUnit unit) {
        benchmark::RegisterBenchmark(name, [run, &lists](benchmark::State& state) { run(state, lists); })
            ->Iterations(iterations)
            ->Unit(unit)
            ->UseRealTime();
    };
    add("ten_million/build", build, 1, benchmark::kMillisecond);
    add("ten_million/build/floor_sort_digest_write_sync", floor_of_build, 1, benchmark::kMillisecond);
    add("ten_million/verify", verify, 3, benchmark::kMillisecond);
    add("ten_million/verify/floor_digest", floor_of_verify, 3, benchmark::kMillisecond);
    add("ten_million/merge_of_ten_thousand", merge, 1, benchmark::kMillisecond);
    add("ten_million/merge/floor_digest_write_sync", floor_of_merge, 1, benchmark::kMillisecond);
    add("ten_million/thousand_lookups", lookup, 20, benchmark::kMicrosecond);
    add("ten_million/thousand_lookups/floor_touch", floor_of_lookup, 20, benchmark::kMicrosecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
