#include "daemon/party/parties.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/error.h"
#include "daemon/private_file.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;

class PartiesTest : public testing::Test {
protected:
    PartiesTest() {
        fs::create_directories(folder_);
        write_private_file(key_, Bytes(32, 7));
    }
    ~PartiesTest() override { fs::remove_all(folder_); }

    RelyingParty party(const std::string& name) const {
        RelyingParty party;
        party.name = name;
        party.users = {"teller"};
        party.groups = {"77"};
        party.purposes = {"payment"};
        party.predicates = {Predicate::age_over};
        party.pseudonym_key = key_;
        return party;
    }

    static Accounts accounts() {
        return {[](const std::string& name) { return name == "teller" ? std::optional<uid_t>{1004} : std::nullopt; },
                [](const std::string&) { return std::optional<gid_t>{}; }};
    }

    static api::Peer peer(uid_t uid, std::vector<gid_t> groups = {}) { return {uid, uid, 1, std::move(groups)}; }

    fs::path folder_ = fs::temp_directory_path() / ("tahvil-parties-" + std::to_string(::getpid()));
    std::string key_ = (folder_ / "bank.key").string();
};

TEST_F(PartiesTest, AreKnownByUserAndSupplementaryGroup) {
    const Parties parties{{party("bank")}, folder_ / "parties", accounts()};
    ASSERT_EQ(parties.roles_of(peer(1004)).size(), 1U);
    EXPECT_EQ(name(parties.roles_of(peer(1004)).front()), "relying_party:bank");
    EXPECT_EQ(parties.roles_of(peer(9, {5, 77})).size(), 1U);
    EXPECT_TRUE(parties.roles_of(peer(9, {5})).empty());
}

TEST_F(PartiesTest, ThatWereAddedAreThereAfterARestartAndCanBeRemoved) {
    {
        Parties parties{{party("bank")}, folder_ / "parties", accounts()};
        parties.add(party("notary"));
        EXPECT_EQ(thrown_code([&] { parties.add(party("notary")); }), "party.exists");
        EXPECT_EQ(thrown_code([&] { parties.add(party("bank")); }), "party.exists");
    }
    struct stat status {};
    ASSERT_EQ(::stat((folder_ / "parties/notary.toml").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    Parties parties{{party("bank")}, folder_ / "parties", accounts()};
    ASSERT_EQ(parties.all().size(), 2U);
    EXPECT_EQ(thrown_code([&] { parties.remove("bank"); }), "party.configured");
    parties.remove("notary");
    EXPECT_EQ(parties.find("notary"), nullptr);
    EXPECT_EQ(thrown_code([&] { parties.remove("notary"); }), "party.not_found");
    EXPECT_EQ((Parties{{party("bank")}, folder_ / "parties", accounts()}.all().size()), 1U);
}

TEST_F(PartiesTest, AreRefusedWithAKeyThatIsNone) {
    const auto code = [&](const RelyingParty& wrong) {
        Parties parties{{}, folder_ / "parties", accounts()};
        const std::string thrown = thrown_code([&] { parties.add(wrong); });
        EXPECT_TRUE(parties.all().empty());
        return thrown;
    };
    RelyingParty wrong = party("bank");
    wrong.users = {"nobody-here"};
    EXPECT_EQ(code(wrong), "party.account");
    wrong = party("bank");
    wrong.pseudonym_key = (folder_ / "none.key").string();
    EXPECT_EQ(code(wrong), "private_file.unreadable");
    write_private_file(folder_ / "short.key", Bytes(16, 7));
    wrong.pseudonym_key = (folder_ / "short.key").string();
    EXPECT_EQ(code(wrong), "party.key");
    ASSERT_EQ(::chmod(key_.c_str(), 0644), 0);
    EXPECT_EQ(code(party("bank")), "private_file.open_to_others");
}

}  // namespace
}  // namespace tahvil::daemon
