#include "daemon/journal/journal.h"

#include <filesystem>
#include <functional>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "crypto/base64.h"
#include "daemon/journal/commitment.h"
#include "daemon/journal/verification.h"
#include "daemon/store/schema.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;

const std::string kOrigin = "office.example/12";

class JournalTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("tahvil-journal-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
        open();
    }
    void TearDown() override {
        close();
        fs::remove_all(folder_);
    }

    void open() {
        database_ = std::make_unique<Database>(folder_ / "store.db", store_schema());
        journal_ = std::make_unique<Journal>(*database_, kOrigin, *signer_);
    }
    void close() {
        journal_.reset();
        database_.reset();
    }

    std::uint64_t append(const std::string& subject) {
        Transaction transaction(*database_);
        const std::uint64_t position =
            journal_->append(transaction, {"delivery.arrived",
                                           std::chrono::sys_seconds{std::chrono::seconds(1'780'000'000)},
                                           subject,
                                           "operator-7",
                                           {{"stage", "arrived"}},
                                           {{"name", Bytes(32, 0xAB)}}});
        transaction.commit();
        return position;
    }
    void append_some(int count) {
        for (int i = 0; i < count; ++i) append("T1-" + std::to_string(i));
    }
    std::string exported() {
        std::ostringstream out;
        journal_->export_to(out);
        return out.str();
    }
    JournalVerification verify(const std::string& text, const std::vector<std::string>& earlier = {}) const {
        std::istringstream in(text);
        return verify_journal(in, std::vector{key_}, earlier);
    }
    /// The reason of the first check of that name that is not passed.
    static std::string reason(const JournalVerification& verification, std::string_view id) {
        for (const Check& check : verification.checks)
            if (check.id == id && !check.passed()) return check.reason;
        return "passed";
    }
    void tamper(std::string_view sql) { database_->execute(sql); }

    fs::path folder_;
    std::unique_ptr<Signer> signer_ = signer_in_memory(PrivateKey::generate_ed25519());
    signed_note::VerifierKey key_{kOrigin, signer_->public_key()};
    std::unique_ptr<Database> database_;
    std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, CountsAndKeepsItsEntriesAcrossARestart) {
    EXPECT_EQ(journal_->size(), 0U);
    EXPECT_EQ(append("T1-1"), 0U);
    EXPECT_EQ(append("T1-2"), 1U);
    close();
    open();
    EXPECT_EQ(append("T1-3"), 2U);
    const std::vector<std::string> entries = journal_->entries(1, 10);
    ASSERT_EQ(entries.size(), 2U);
    const boost::json::value entry = boost::json::parse(entries[0]);
    EXPECT_EQ(entry.at("n"), 1);
    EXPECT_EQ(entry.at("kind"), "delivery.arrived");
    EXPECT_EQ(entry.at("subject"), "T1-2");
    EXPECT_EQ(entry.at("actor"), "operator-7");
    EXPECT_EQ(entry.at("facts").at("stage"), "arrived");
    EXPECT_EQ(entry.at("commitments").at("name").as_string(), to_base64(Bytes(32, 0xAB), Base64::url));
}

TEST_F(JournalTest, AnEntryThatWasNotCommittedWasNeverThere) {
    append("T1-1");
    {
        Transaction transaction(*database_);
        journal_->append(transaction, {"delivery.lost", {}, "T1-2", "operator-7", {}, {}});
    }
    EXPECT_EQ(append("T1-3"), 1U);
    EXPECT_TRUE(verify(exported()).passed());
}

TEST_F(JournalTest, VerifiesAtEverySizeAndAgainstEveryEarlierHead) {
    std::vector<std::string> heads{journal_->checkpoint()};
    for (int i = 0; i < 20; ++i) {
        append("T1-" + std::to_string(i));
        heads.push_back(journal_->checkpoint());
        const JournalVerification verification = verify(exported(), heads);
        ASSERT_TRUE(verification.passed()) << i;
        EXPECT_EQ(verification.head->size, static_cast<std::uint64_t>(i) + 1);
        EXPECT_EQ(verification.checks.size(), 3 + heads.size());
    }
    EXPECT_EQ(journal_->last_checkpoint(), heads.back());
}

TEST_F(JournalTest, SignsOneHeadForASize) {
    append("T1-1");
    EXPECT_EQ(journal_->checkpoint(), journal_->checkpoint());
}

TEST_F(JournalTest, ProvesItsEntriesToWhoHasOnlyAHead) {
    append_some(11);
    const auto head = [this] {
        return signed_note::Checkpoint::parse(signed_note::open(journal_->checkpoint(), std::vector{key_}).text);
    };
    const signed_note::Checkpoint older = head();
    append_some(6);
    const signed_note::Checkpoint newer = head();
    EXPECT_TRUE(merkle::verify_consistency(older.size, older.root, newer.size, newer.root,
                                           journal_->consistency_proof(older.size, newer.size)));
    const merkle::Hash leaf = merkle::leaf_hash(as_bytes(journal_->entries(4, 1).front()));
    EXPECT_TRUE(merkle::verify_inclusion(leaf, 4, newer.size, journal_->inclusion_proof(4, newer.size), newer.root));
    EXPECT_THROW(journal_->inclusion_proof(4, 18), InvalidInput);
    EXPECT_THROW(journal_->consistency_proof(4, 18), InvalidInput);
}

TEST_F(JournalTest, TruncationIsFound) {
    append_some(10);
    const std::string head = journal_->checkpoint();
    tamper("DELETE FROM journal_entry WHERE position = 9");
    const std::string text = exported();  // of nine entries, with a head signed anew
    EXPECT_EQ(reason(verify(text, {head}), "journal.consistency"), "rolled_back");
    const std::string cut = text.substr(0, text.find("\n\n") + 2) + head;
    EXPECT_EQ(reason(verify(cut), "journal.entries"), "truncated");
}

TEST_F(JournalTest, AnEditedEntryIsFound) {
    append_some(10);
    journal_->checkpoint();
    tamper("UPDATE journal_entry SET body = replace(body, 'arrived', 'missing') WHERE position = 3");
    EXPECT_EQ(reason(verify(exported()), "journal.entries"), "changed");
}

TEST_F(JournalTest, ReorderingIsFoundWithItsPlace) {
    append_some(10);
    journal_->checkpoint();
    tamper(
        "UPDATE journal_entry SET position = 100 WHERE position = 3;"
        "UPDATE journal_entry SET position = 3 WHERE position = 4;"
        "UPDATE journal_entry SET position = 4 WHERE position = 100");
    const JournalVerification verification = verify(exported());
    EXPECT_EQ(reason(verification, "journal.structure"), "position");
    EXPECT_EQ(detail(verification.checks.front(), "position"), "3");
    EXPECT_EQ(reason(verification, "journal.entries"), "changed");
}

TEST_F(JournalTest, AnEntryTakenOutOfTheMiddleIsFound) {
    append_some(10);
    journal_->checkpoint();
    tamper("DELETE FROM journal_entry WHERE position = 5");
    const JournalVerification verification = verify(exported());
    EXPECT_EQ(reason(verification, "journal.structure"), "position");
    EXPECT_EQ(reason(verification, "journal.entries"), "truncated");
}

TEST_F(JournalTest, ASwappedKeyIsFound) {
    append_some(3);
    const auto other = signer_in_memory(PrivateKey::generate_ed25519());
    journal_ = std::make_unique<Journal>(*database_, kOrigin, *other);
    const JournalVerification verification = verify(exported());
    EXPECT_EQ(reason(verification, "journal.checkpoint"), "unknown_key");
    EXPECT_EQ(reason(verification, "journal.entries"), "no_checkpoint");
    EXPECT_FALSE(verification.passed());
    EXPECT_FALSE(verification.head);
}

TEST_F(JournalTest, ARolledBackFileIsFoundByTheHeadsThatAreOut) {
    append_some(5);
    const std::string early = journal_->checkpoint();
    close();
    fs::copy_file(folder_ / "store.db", folder_ / "copy.db");
    open();
    append_some(3);
    const std::string late = journal_->checkpoint();
    close();
    for (const char* const name : {"store.db", "store.db-wal", "store.db-shm"}) fs::remove(folder_ / name);
    fs::copy_file(folder_ / "copy.db", folder_ / "store.db");
    open();
    EXPECT_TRUE(verify(exported(), {early}).passed());
    EXPECT_EQ(reason(verify(exported(), {early, late}), "journal.consistency"), "rolled_back");
    for (int i = 0; i < 5; ++i) append("another history " + std::to_string(i));
    EXPECT_EQ(reason(verify(exported(), {early, late}), "journal.consistency"), "changed");
}

TEST_F(JournalTest, TheHeadOfAnotherJournalIsToldApart) {
    append_some(3);
    const std::string other =
        signed_note::sign(signed_note::Checkpoint{"elsewhere.example/1", 2, {}}.text(), kOrigin, *signer_);
    EXPECT_EQ(reason(verify(exported(), {other}), "journal.consistency"), "other_journal");
    EXPECT_EQ(reason(verify(exported(), {"no checkpoint at all"}), "journal.consistency"), "not_a_checkpoint");
}

TEST_F(JournalTest, WithoutAKeyOrAnEarlierHeadItSaysSo) {
    append_some(3);
    std::istringstream in(exported());
    const JournalVerification verification = verify_journal(in, {}, {});
    EXPECT_EQ(reason(verification, "journal.checkpoint"), "no_key");
    EXPECT_EQ(reason(verification, "journal.consistency"), "no_earlier_checkpoint");
    EXPECT_FALSE(verification.passed());
}

TEST_F(JournalTest, WhatIsNoExportIsRefusedAtItsFirstLine) {
    for (const std::string& text : {std::string(), std::string("something\n"), std::string(200'000, 'x'),
                                    std::string("tahvil-journal 1\n"), std::string("tahvil-journal 1\n{\"n\":0,}"),
                                    "tahvil-journal 1\n" + std::string(kMaxJournalEntry + 1, 'x') + "\n\n"})
        EXPECT_FALSE(verify(text).passed());
    EXPECT_EQ(reason(verify("something\n"), "journal.structure"), "not_an_export");
    EXPECT_EQ(reason(verify("tahvil-journal 1\n{\"n\":0,}"), "journal.structure"), "entry");
}

TEST_F(JournalTest, AnyChangedCharacterOfAnExportIsFound) {
    append_some(3);
    const std::string text = exported();
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(verify(changed).passed()) << i;
    }
}

TEST_F(JournalTest, TakesNoEntryThatIsTooLong) {
    Transaction transaction(*database_);
    EXPECT_THROW(journal_->append(transaction, {"x", {}, std::string(kMaxJournalEntry, 'x'), "o", {}, {}}),
                 InvalidInput);
}

TEST(Commitment, IsOpenedByItsSaltOnly) {
    const Commitment commitment = commit("national_code", "0012345679");
    EXPECT_TRUE(opens(commitment.hash, commitment.salt, "national_code", "0012345679"));
    EXPECT_FALSE(opens(commitment.hash, commitment.salt, "national_code", "0012345678"));
    EXPECT_FALSE(opens(commitment.hash, commitment.salt, "tracking_code", "0012345679"));
    EXPECT_FALSE(opens(commitment.hash, {}, "national_code", "0012345679"));
    EXPECT_NE(commitment.hash, commit("national_code", "0012345679").hash);
}

}  // namespace
}  // namespace tahvil::daemon
