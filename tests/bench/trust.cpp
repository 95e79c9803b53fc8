// What the trust store costs: the import of real master lists beside OpenSSL's own parse of the same certificates, a
// lookup by issuer, and a hot list of ten million cards. The lists lie beside the checkout; without them only the last
// is measured.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <benchmark/benchmark.h>
#include <openssl/x509.h>

#include "crypto/random.h"
#include "crypto/trust/hot_list.h"
#include "crypto/trust/master_list.h"
#include "crypto/trust/path.h"
#include "crypto/trust/store_builder.h"

namespace tahvil::trust {
namespace {

constexpr Time kNow{std::chrono::sys_days(std::chrono::year(2026) / 8 / 1)};
constexpr std::size_t kCards = 10'000'000;

std::filesystem::path folder() {
    const char* shared = std::getenv("TAHVIL_SHARED");
    return std::filesystem::path(shared != nullptr ? shared : "../shared") / "trust";
}

Bytes read(const std::string& name) {
    std::ifstream file(folder() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Lists {
    std::vector<Bytes> roots{read("DE_ROOT_CA_CSCA07.cer"), read("NL_ROOT_CA.cer")};
    std::vector<Bytes> lists{read("DE_ML_2025-03-05-08-05-28.ml"), read("DE_ML_2026-05-28-08-28-45.ml"),
                             read("NL_ML_2026-07-22.ml")};
};

bool have_lists() {
    return std::filesystem::exists(folder() / "NL_ML_2026-07-22.ml");
}

std::shared_ptr<const TrustStore> import_all(const Lists& files) {
    StoreBuilder builder(*TrustStore::empty());
    ImportOptions options;
    options.at = kNow;
    options.pin = true;
    for (const Bytes& root : files.roots) builder.import(root, options);
    options.pin = false;
    for (const Bytes& list : files.lists) builder.import(list, options);
    return TrustStore::from_bytes(builder.next(kNow));
}

void import_of_three_lists(benchmark::State& state) {
    const Lists files;
    for (auto _ : state) benchmark::DoNotOptimize(import_all(files));
}

void openssl_parse_of_the_same_certificates(benchmark::State& state) {
    const Lists files;
    std::vector<MasterList> lists;
    for (const Bytes& list : files.lists) lists.push_back(MasterList::parse(list));
    for (auto _ : state)
        for (const MasterList& list : lists)
            for (const ByteView raw : list.certificates) {
                const unsigned char* at = raw.data();
                X509_free(d2i_X509(nullptr, &at, static_cast<long>(raw.size())));
            }
}

void lookup_by_issuer(benchmark::State& state) {
    const auto store = import_all(Lists());
    std::size_t next = 0;
    for (auto _ : state) {
        const Certificate certificate = store->certificate(next++ % store->size());
        benchmark::DoNotOptimize(store->by_subject(certificate.issuer()));
    }
}

std::vector<std::uint64_t> random_hashes(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint64_t> hashes(count);
    for (std::uint64_t& hash : hashes) hash = random();
    return hashes;
}

struct HotListBench {
    HotListKey key{random_bytes(system_random, HotListKey::kSize)};
    CertifiedKey signer = issue_self_signed(
        CertificateTemplate::country_signer(NameWriter().country("UT").common_name("Specimen").der(), {kNow, kNow}),
        PrivateKey::generate_ec(Curve::secp256r1));

    Bytes build(std::uint64_t sequence, std::vector<std::uint64_t> hashes) const {
        HotListInfo info;
        info.issuer = "UTO";
        info.sequence = sequence;
        info.issued_at = kNow;
        return build_hot_list(info, key, std::move(hashes), signer);
    }
};

void hot_list_build(benchmark::State& state) {
    const HotListBench bench;
    const std::vector<std::uint64_t> hashes = random_hashes(kCards, 1);
    for (auto _ : state) benchmark::DoNotOptimize(bench.build(1, hashes));
}

void hot_list_verify(benchmark::State& state) {
    const HotListBench bench;
    const Bytes file = bench.build(1, random_hashes(kCards, 1));
    const HotList list = HotList::open(file, nullptr);
    for (auto _ : state) list.require_whole();
}

void hot_list_merge_of_ten_thousand(benchmark::State& state) {
    const HotListBench bench;
    std::vector<std::uint64_t> hashes = random_hashes(kCards, 1);
    const Bytes before = bench.build(1, hashes);
    for (const std::uint64_t hash : random_hashes(10'000, 2)) hashes.push_back(hash);
    const Bytes after = bench.build(2, std::move(hashes));
    const HotList base = HotList::open(before, nullptr);
    const HotListDelta delta = HotListDelta::parse(build_hot_list_delta(base, HotList::open(after, nullptr)));
    for (auto _ : state) benchmark::DoNotOptimize(merge(base, delta));
}

void hot_list_lookup(benchmark::State& state) {
    const HotListBench bench;
    const Bytes file = bench.build(1, random_hashes(kCards, 1));
    const HotList list = HotList::open(file, nullptr);
    std::mt19937_64 random(3);
    for (auto _ : state) benchmark::DoNotOptimize(list.contains(random()));
}

}  // namespace
}  // namespace tahvil::trust

int main(int argc, char** argv) {
    using namespace tahvil::trust;
    if (have_lists()) {
        benchmark::RegisterBenchmark("import_of_three_lists", import_of_three_lists)->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark("openssl_parse_of_the_same_certificates", openssl_parse_of_the_same_certificates)
            ->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark("lookup_by_issuer", lookup_by_issuer)->Unit(benchmark::kMicrosecond);
    } else {
        std::printf("no master lists in %s: their import is not measured\n", folder().c_str());
    }
    benchmark::RegisterBenchmark("hot_list_build", hot_list_build)->Unit(benchmark::kMillisecond)->Iterations(1);
    benchmark::RegisterBenchmark("hot_list_verify", hot_list_verify)->Unit(benchmark::kMillisecond)->Iterations(1);
    benchmark::RegisterBenchmark("hot_list_merge_of_ten_thousand", hot_list_merge_of_ten_thousand)
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1);
    benchmark::RegisterBenchmark("hot_list_lookup", hot_list_lookup)->Unit(benchmark::kMicrosecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
