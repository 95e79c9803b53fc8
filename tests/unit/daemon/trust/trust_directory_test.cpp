#include "daemon/trust/trust_directory.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/error.h"
#include "daemon/error.h"
#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;
namespace specimen = trust::specimen;

class TrustDirectoryTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "tahvil-trust-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder = pattern;
    }
    void TearDown() override { fs::remove_all(folder); }

    static TrustFile file_of(Bytes content, std::string name) {
        TrustFile file{std::move(content), {}};
        file.options.file = std::move(name);
        file.options.at = specimen::kNow;
        return file;
    }

    std::string record() const {
        std::ifstream log(folder / "imports.log");
        return {std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()};
    }

    fs::path folder;
    trust::CertifiedKey first = specimen::country_signer("UT");
    trust::CertifiedKey second = specimen::country_signer("XX");
};

TEST_F(TrustDirectoryTest, BeginsEmptyAndKeepsEveryVersion) {
    TrustDirectory directory(folder);
    EXPECT_EQ(directory.current()->number(), 0U);
    directory.import({file_of(first.certificate, "a.cer")}, specimen::kNow);
    const TrustImport two = directory.import({file_of(second.certificate, "b.cer")}, specimen::kNow);
    EXPECT_TRUE(two.changed);
    EXPECT_EQ(two.store->number(), 2U);
    EXPECT_EQ(directory.versions(), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(directory.version(1)->size(), 1U);
    EXPECT_EQ(TrustDirectory(folder).current()->size(), 2U);
    EXPECT_THROW(directory.version(3), NotFound);
}

TEST_F(TrustDirectoryTest, MakesNoVersionWhenNothingIsNewAndRecordsARefusal) {
    TrustDirectory directory(folder);
    directory.import({file_of(first.certificate, "a.cer")}, specimen::kNow);
    const TrustImport again = directory.import(
        {file_of(first.certificate, "a.cer"), file_of(to_bytes(as_bytes("junk")), "junk")}, specimen::kNow);
    EXPECT_FALSE(again.changed);
    EXPECT_EQ(directory.versions().size(), 1U);
    EXPECT_EQ(again.reports.at(1).items.at(0).reason, "unknown_format");
    EXPECT_NE(record().find("\"reason\":\"unknown_format\""), std::string::npos);
    EXPECT_EQ(std::ranges::count(record(), '\n'), 3);
}

TEST_F(TrustDirectoryTest, FallsBackToTheVersionBeforeABrokenOne) {
    TrustDirectory directory(folder);
    directory.import({file_of(first.certificate, "a.cer")}, specimen::kNow);
    directory.import({file_of(second.certificate, "b.cer")}, specimen::kNow);
    fs::resize_file(folder / "000002.trust", 100);
    EXPECT_EQ(directory.current()->number(), 1U);
    // What follows does not take the broken one's number: a verdict may have named it.
    EXPECT_EQ(directory.import({file_of(second.certificate, "b.cer")}, specimen::kNow).store->number(), 3U);
}

TEST_F(TrustDirectoryTest, AnAnchorIsDistrustedByItsFingerprint) {
    TrustDirectory directory(folder);
    directory.import({file_of(first.certificate, "a.cer")}, specimen::kNow);
    const TrustImport decided =
        directory.decide(first.parsed().fingerprint(), trust::Status::distrusted, specimen::kNow);
    EXPECT_EQ(decided.store->entry(0).status, trust::Status::distrusted);
    EXPECT_EQ(directory.version(1)->entry(0).status, trust::Status::trusted);
    EXPECT_THROW(directory.decide(from_hex("00"), trust::Status::trusted, specimen::kNow), NotFound);
}

// A child process imports and ends itself at the nth point; what it leaves behind must open, whole, old or new.
TEST_F(TrustDirectoryTest, SurvivesACrashAtEveryPointOfAnImport) {
    TrustDirectory(folder).import({file_of(first.certificate, "a.cer")}, specimen::kNow);
    // Large enough to be written in several pieces.
    std::vector<TrustFile> files;
    for (int i = 0; i < 400; ++i) {
        trust::CertificateTemplate what = specimen::document_signer_template();
        what.serial = {static_cast<std::uint8_t>(i / 128 + 1), static_cast<std::uint8_t>(i % 128)};
        files.push_back(file_of(trust::issue_certificate(what, second.key.public_key(), first), "ds"));
    }
    bool finished = false;
    std::set<std::string> seen;
    std::set<std::size_t> sizes;
    for (int stop = 1; !finished; ++stop) {
        ASSERT_LT(stop, 1000);
        const fs::path copy = folder / ("copy" + std::to_string(stop));
        fs::create_directory(copy);
        for (const char* name : {"000001.trust", "imports.log"}) fs::copy_file(folder / name, copy / name);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            int count = 0;
            TrustDirectory directory(copy, [&](std::string_view step) {
                if (++count < stop) return;
                std::ofstream(copy / "step") << step;
                ::_exit(9);
            });
            directory.import(files, specimen::kNow);
            ::_exit(0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status));
        finished = WEXITSTATUS(status) == 0;
        std::string step;
        std::ifstream(copy / "step") >> step;
        seen.insert(step);

        TrustDirectory after(copy);
        const std::size_t size = after.current()->size();
        sizes.insert(size);
        EXPECT_TRUE(size == 1 || size == 401) << step << " left " << size;
        // And the import can be done again.
        EXPECT_EQ(after.import({files.front()}, specimen::kNow).store->size(), std::max<std::size_t>(size, 2));
        for (const fs::directory_entry& entry : fs::directory_iterator(copy))
            EXPECT_FALSE(entry.path().string().ends_with(".unfinished"));
        fs::remove_all(copy);
        if (step == "trust.record" && stop > 12) break;  // one line a file: the rest is alike
    }
    for (const char* step : {"trust.write", "trust.sync", "trust.rename", "trust.sync_folder", "trust.record"})
        EXPECT_TRUE(seen.contains(step)) << step;
    EXPECT_EQ(sizes, (std::set<std::size_t>{1, 401}));
}

TEST_F(TrustDirectoryTest, AFullDiskLeavesTheVersionBefore) {
    TrustDirectory(folder).import({file_of(first.certificate, "a.cer")}, specimen::kNow);
    TrustDirectory directory(folder, [](std::string_view step) {
        if (step == "trust.sync") throw Error("trust.folder", "no room");
    });
    EXPECT_THROW(directory.import({file_of(second.certificate, "b.cer")}, specimen::kNow), Error);
    EXPECT_EQ(TrustDirectory(folder).current()->size(), 1U);
}

TEST_F(TrustDirectoryTest, LoadsAFolderOfFilesInWhateverOrderTheyAreNamed) {
    const trust::CertifiedKey list_signer =
        trust::issue(trust::CertificateTemplate::master_list_signer(specimen::signer_name(), specimen::kSignerValidity),
                     PrivateKey::generate_ec(Curve::secp256r1), first);
    trust::SigningOptions options;
    options.signing_time = specimen::at(2026, 1);
    trust::RevocationTemplate revocation;
    revocation.this_update = specimen::at(2026, 2);
    const auto put = [&](const char* name, const Bytes& content) {
        std::ofstream(folder / name, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    };
    put("1.crl", trust::issue_revocation_list(revocation, second));
    put("2.ml", trust::sign_master_list({second.certificate}, list_signer, options));
    put("3.cer", first.certificate);
    const LoadedTrust loaded = load_trust({folder}, specimen::kNow);
    EXPECT_EQ(loaded.store->size(), 2U);
    EXPECT_EQ(loaded.store->revocation_list_count(), 1U);
    EXPECT_EQ(loaded.store->entry(loaded.store->by_subject(second.parsed().subject()).at(0)).purposes,
              trust::Purposes{trust::Purpose::documents});

    TrustDirectory versions(folder / "store");
    versions.import({file_of(first.certificate, "a.cer")}, specimen::kNow);
    EXPECT_EQ(load_trust({folder / "store"}, specimen::kNow).store->size(), 1U);
    EXPECT_EQ(load_trust({folder / "store" / "000001.trust"}, specimen::kNow).store->number(), 1U);
    EXPECT_THROW(load_trust({folder / "nothing"}, specimen::kNow), InvalidInput);
}

}  // namespace
}  // namespace tahvil::daemon
