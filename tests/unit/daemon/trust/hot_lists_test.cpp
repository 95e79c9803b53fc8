#include "daemon/trust/hot_lists.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "crypto/trust/path.h"
#include "tests/support/sanitizers.h"
#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;
namespace specimen = trust::specimen;

class HotListsTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "tahvil-hot-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder = pattern;
        trust::CertificateTemplate what =
            trust::CertificateTemplate::document_signer(specimen::signer_name("DE"), specimen::kSignerValidity);
        what.extended_key_usage = {trust::hot_list_signer_usage()};
        signer = trust::issue(what, PrivateKey::generate_ec(Curve::secp256r1), root);
    }
    void TearDown() override { fs::remove_all(folder); }

    Bytes list_of(std::string issuer, std::uint64_t sequence, const std::vector<std::string>& serials,
                  std::size_t fillers = 0) const {
        std::mt19937_64 random(sequence);
        std::vector<std::uint64_t> hashes;
        hashes.reserve(fillers + serials.size());
        for (std::size_t i = 0; i < fillers; ++i) hashes.push_back(random());
        for (const std::string& serial : serials) hashes.push_back(key.hash(issuer, serial));
        trust::HotListInfo info;
        info.issuer = std::move(issuer);
        info.sequence = sequence;
        info.issued_at = specimen::at(2026, 5, static_cast<unsigned>(sequence));
        return trust::build_hot_list(info, key, std::move(hashes), *signer);
    }

    static TrustFile file_of(Bytes content, std::string name, bool allow_rollback = false) {
        TrustFile file{std::move(content), {}};
        file.options.file = std::move(name);
        file.options.at = specimen::kNow;
        file.options.allow_rollback = allow_rollback;
        return file;
    }

    std::string import(Bytes content, bool allow_rollback = false) {
        const TrustImport result =
            TrustDirectory(folder).import({file_of(std::move(content), "list", allow_rollback)}, specimen::kNow);
        const trust::ImportItem& item = result.reports.at(0).items.at(0);
        return std::string(name(item.outcome)) + (item.reason.empty() ? "" : " " + item.reason);
    }

    std::string outcome(std::string_view serial) const {
        const TrustDirectory directory(folder);
        const HotLists lists(directory, *directory.current(), key);
        return std::string(name(lists.check("D", serial, specimen::kNow, std::chrono::hours(24 * 60)).result));
    }

    fs::path folder;
    trust::HotListKey key{random_bytes(system_random, trust::HotListKey::kSize)};
    trust::CertifiedKey root = specimen::country_signer("DE");
    std::optional<trust::CertifiedKey> signer;
};

TEST_F(HotListsTest, ComeInUnderTheirIssuerAndGoForward) {
    EXPECT_EQ(import(list_of("D", 1, {"A"})), "refused issuer_unknown");
    import(root.certificate);
    EXPECT_EQ(outcome("A"), "undetermined");
    EXPECT_EQ(import(list_of("D", 2, {"A"})), "new");
    EXPECT_EQ(outcome("A"), "failed");
    EXPECT_EQ(outcome("B"), "passed");
    EXPECT_EQ(import(list_of("D", 2, {"A"})), "known");
    EXPECT_EQ(import(list_of("D", 1, {"B"})), "refused rollback");
    EXPECT_EQ(outcome("B"), "passed");
    EXPECT_EQ(import(list_of("IRN", 1, {"A"})), "refused country_differs");
    EXPECT_EQ(import(list_of("D", 3, {"B"})), "changed newer");
    EXPECT_EQ(outcome("A"), "passed");
    EXPECT_EQ(outcome("B"), "failed");
}

TEST_F(HotListsTest, GrowByDeltas) {
    import(root.certificate);
    const Bytes first = list_of("D", 1, {"A"}, 100);
    const Bytes second = list_of("D", 2, {"A", "B"}, 100);
    const Bytes delta =
        trust::build_hot_list_delta(trust::HotList::open(first, nullptr), trust::HotList::open(second, nullptr));
    EXPECT_EQ(import(delta), "refused no_list");
    import(first);
    EXPECT_EQ(outcome("B"), "passed");
    EXPECT_EQ(import(delta), "changed newer");
    EXPECT_EQ(outcome("B"), "failed");
    EXPECT_EQ(import(delta), "refused trust.hot_list_base");
}

TEST_F(HotListsTest, AreLeftOutWhenTheirFileIsAnother) {
    import(root.certificate);
    import(list_of("D", 1, {"A"}));
    fs::copy_file(folder / "D-0000000001.hotlist", folder / "other");
    import(list_of("D", 2, {"A"}));
    fs::rename(folder / "other", folder / "D-0000000002.hotlist");
    EXPECT_EQ(outcome("A"), "undetermined");
}

TEST_F(HotListsTest, TouchAtMostTwoPagesALookup) {
    if (test::kThreadSanitizer) GTEST_SKIP() << "ThreadSanitizer's own memory faults";
    import(root.certificate);
    import(list_of("D", 1, {"A"}, 1'000'000));
    const TrustDirectory directory(folder);
    const HotLists lists(directory, *directory.current(), key);
    const trust::HotList& list = lists.lists().at(0);
    std::mt19937_64 random(7);
    const auto faults = [] {
        rusage usage{};
        ::getrusage(RUSAGE_SELF, &usage);
        return usage.ru_minflt + usage.ru_majflt;
    };
    static_cast<void>(list.contains(random()));
    static_cast<void>(faults());
    long most = 0;
    for (int i = 0; i < 200; ++i) {
        const std::uint64_t hash = random();
        const long before = faults();
        static_cast<void>(list.contains(hash));
        most = std::max(most, faults() - before);
    }
    EXPECT_LE(most, 2);
}

/// KiB of a file's mappings that are in this process's memory.
long resident(const fs::path& path) {
    std::ifstream maps("/proc/self/smaps");
    std::string line;
    bool of_the_file = false;
    long sum = -1;
    while (std::getline(maps, line)) {
        if (line.find('-') < line.find(' ')) of_the_file = line.ends_with(path.string());
        if (of_the_file && line.starts_with("Rss:")) sum = std::max(sum, 0L) + std::stol(line.substr(4));
    }
    return sum;
}

TEST_F(HotListsTest, HaveNothingInMemoryUntilACardIsLookedUp) {
    import(root.certificate);
    import(list_of("D", 1, {"A"}, 100'000));
    const TrustDirectory directory(folder);
    const HotLists lists(directory, *directory.current(), key);
    ASSERT_EQ(lists.lists().size(), 1U);
    EXPECT_EQ(resident(folder / "D-0000000001.hotlist"), 0);
    EXPECT_EQ(lists.check("D", "A", specimen::kNow, std::chrono::hours(24 * 60)).result, Result::failed);
    EXPECT_GT(resident(folder / "D-0000000001.hotlist"), 0);
}

}  // namespace
}  // namespace tahvil::daemon
