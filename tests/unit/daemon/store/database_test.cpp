#include "daemon/store/database.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;
constexpr std::array kFirst{Migration{1, "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB)"}};
constexpr std::array kSecond{kFirst[0], Migration{2, "ALTER TABLE thing ADD COLUMN note TEXT"}};

std::string code_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        EXPECT_FALSE(error.remedy().empty()) << error.what();
        return std::string(error.code());
    }
    return "nothing was thrown";
}

class DatabaseTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("tahvil-store-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
        path_ = folder_ / "store.db";
    }
    void TearDown() override { fs::remove_all(folder_); }

    static void add(Database& database, std::string_view name) {
        Transaction transaction(database);
        database.prepare("INSERT INTO thing (name) VALUES (?)").with(name).run();
        transaction.commit();
    }
    static std::int64_t count(Database& database) {
        Statement statement = database.prepare("SELECT count(*) FROM thing");
        return statement.step() ? statement.integer(0) : -1;
    }
    static std::int64_t number(Database& database, std::string_view sql) {
        Statement statement = database.prepare(sql);
        return statement.step() ? statement.integer(0) : -1;
    }

    fs::path folder_;
    fs::path path_;
};

TEST_F(DatabaseTest, KeepsWhatWasCommittedAndNothingElse) {
    {
        Database database(path_, kFirst);
        add(database, "kept");
        Transaction transaction(database);
        database.prepare("INSERT INTO thing (name) VALUES ('dropped')").run();
    }
    Database database(path_, kFirst);
    EXPECT_EQ(count(database), 1);
    EXPECT_TRUE(database.damage().empty());
}

TEST_F(DatabaseTest, BringsValuesBackAsTheyWere) {
    Database database(path_, kFirst);
    const Bytes bytes = from_hex("00FF00");
    Transaction transaction(database);
    database.prepare("INSERT INTO thing (id, name, data) VALUES (?, ?, ?)")
        .with(7, std::string("a\0b", 3), bytes)
        .run();
    database.prepare("INSERT INTO thing (id, name, data) VALUES (?, ?, ?)")
        .with(-1, std::optional<std::string>(), Bytes())
        .run();
    transaction.commit();
    Statement statement = database.prepare("SELECT id, name, data FROM thing ORDER BY id");
    ASSERT_TRUE(statement.step());
    EXPECT_EQ(statement.integer(0), -1);
    EXPECT_TRUE(statement.is_null(1));
    EXPECT_FALSE(statement.is_null(2));
    EXPECT_TRUE(statement.blob(2).empty());
    ASSERT_TRUE(statement.step());
    EXPECT_EQ(statement.text(1), std::string("a\0b", 3));
    EXPECT_EQ(statement.blob(2), bytes);
    EXPECT_FALSE(statement.step());
}

TEST_F(DatabaseTest, SurvivesALossOfPowerByItsSettings) {
    Database database(path_, kFirst);
    EXPECT_EQ(number(database, "PRAGMA synchronous"), 2);
    EXPECT_EQ(number(database, "PRAGMA foreign_keys"), 1);
    EXPECT_EQ(number(database, "PRAGMA secure_delete"), 1);
    Statement mode = database.prepare("PRAGMA journal_mode");
    ASSERT_TRUE(mode.step());
    EXPECT_EQ(mode.text(0), "wal");
}

TEST_F(DatabaseTest, TheFilesAreTheOwnersAlone) {
    Database database(path_, kFirst);
    add(database, "x");
    for (const auto& file : fs::directory_iterator(folder_)) {
        struct stat found {};
        ASSERT_EQ(::stat(file.path().c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777U, 0600U) << file.path();
    }
}

TEST_F(DatabaseTest, BringsAnOlderStoreUpToDateAndRefusesANewerOne) {
    {
        Database database(path_, kFirst);
        add(database, "old");
        EXPECT_EQ(database.version(), 1);
    }
    {
        Database database(path_, kSecond);
        EXPECT_EQ(database.version(), 2);
        database.prepare("UPDATE thing SET note = 'new'").run();
        EXPECT_EQ(database.changes(), 1);
    }
    EXPECT_EQ(code_of([&] { Database(path_, kFirst); }), "store.newer");
}

TEST_F(DatabaseTest, AMigrationThatFailsChangesNothing) {
    { Database database(path_, kFirst); }
    constexpr std::array broken{kFirst[0],
                                Migration{2, "CREATE TABLE other (id INTEGER); CREATE TABLE thing (id INTEGER)"}};
    EXPECT_EQ(code_of([&] { Database(path_, broken); }), "store.statement");
    Database database(path_, kFirst);
    EXPECT_EQ(number(database, "SELECT count(*) FROM sqlite_schema WHERE name = 'other'"), 0);
}

TEST_F(DatabaseTest, OneWriterAtATimeAndTheOtherIsTold) {
    Database first(path_, kFirst);
    Database second(path_, kFirst, {std::chrono::milliseconds(20), {}});
    {
        Transaction transaction(first);
        try {
            add(second, "x");
            ADD_FAILURE();
        } catch (const StoreError& error) {
            EXPECT_EQ(error.code(), "store.locked");
            EXPECT_TRUE(error.try_again());
        }
        EXPECT_EQ(count(second), 0);  // reading goes on meanwhile
    }
    add(second, "x");
    EXPECT_EQ(count(first), 1);
}

TEST_F(DatabaseTest, TwoOfWhatThereCanBeOneIsAConflict) {
    Database database(path_, kFirst);
    add(database, "x");
    EXPECT_EQ(code_of([&] { add(database, "x"); }), "store.conflict");
    EXPECT_EQ(count(database), 1);
    add(database, "y");
}

TEST_F(DatabaseTest, AFullDiskIsToldAndNothingIsLost) {
    Database database(path_, kFirst);
    add(database, "before");
    database.execute("PRAGMA max_page_count=" + std::to_string(number(database, "PRAGMA page_count") + 2));
    EXPECT_EQ(code_of([&] {
                  Transaction transaction(database);
                  database.prepare("INSERT INTO thing (name, data) VALUES ('big', zeroblob(100000))").run();
                  transaction.commit();
              }),
              "store.full");
    EXPECT_EQ(count(database), 1);
    EXPECT_TRUE(database.damage().empty());
}

TEST_F(DatabaseTest, AFileThatIsDamagedIsToldAndKept) {
    {
        Database database(path_, kFirst);
        for (int i = 0; i < 500; ++i) add(database, "name number " + std::to_string(i));
    }
    {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096 * 2);
        file << std::string(4096, '\xAA');
    }
    Database database(path_, kFirst);
    bool found = false;
    try {
        found = !database.damage().empty();
    } catch (const StoreError& error) {
        found = error.code() == "store.corrupt";
    }
    EXPECT_TRUE(found);
}

TEST_F(DatabaseTest, AFileOfSomethingElseIsRefused) {
    std::ofstream(path_)
        << "this is no store, and it is long enough to be looked at as one, is it not, or so one hopes";
    EXPECT_EQ(code_of([&] { Database(path_, kFirst); }), "store.corrupt");
    fs::remove(path_);
    {
        Database database(path_, kFirst);
        database.execute("PRAGMA application_id=1");
    }
    EXPECT_EQ(code_of([&] { Database(path_, kFirst); }), "store.foreign");
}

TEST_F(DatabaseTest, AFolderThatIsNotThereIsNamed) {
    EXPECT_EQ(code_of([&] { Database(folder_ / "missing" / "store.db", kFirst); }), "store.cannot_open");
}

TEST_F(DatabaseTest, AStoreThatCanNotBeWrittenToIsTold) {
    { Database database(path_, kFirst); }
    // Root may write to any file, so it is somebody else for a moment.
    const auto code_for = [this](fs::perms file, fs::perms folder) {
        fs::permissions(path_, file);
        fs::permissions(folder_, folder);
        const bool root = ::geteuid() == 0;
        if (root) {
            EXPECT_EQ(::seteuid(kNobody), 0);
        }
        std::string code = code_of([this] {
            Database database(path_, kFirst);
            add(database, "x");
        });
        if (root) {
            EXPECT_EQ(::seteuid(0), 0);
        }
        fs::permissions(folder_, fs::perms::owner_all);
        return code;
    };
    const fs::perms read = fs::perms::owner_read | fs::perms::others_read;
    const fs::perms enter = read | fs::perms::owner_exec | fs::perms::others_exec;
    EXPECT_EQ(code_for(read, enter | fs::perms::owner_write | fs::perms::others_write), "store.cannot_open");
    EXPECT_EQ(code_for(read, enter), "store.cannot_open");
}

TEST_F(DatabaseTest, AStoreThatTurnsReadOnlyIsTold) {
    Database database(path_, kFirst);
    database.execute("PRAGMA query_only=ON");
    EXPECT_EQ(code_of([&] { add(database, "x"); }), "store.read_only");
}

TEST_F(DatabaseTest, DeletedValuesAreGoneFromTheFile) {
    const std::string secret = "a salt that must be gone";
    {
        Database database(path_, kFirst);
        add(database, secret);
    }
    {
        Database database(path_, kFirst);
        Transaction transaction(database);
        database.prepare("DELETE FROM thing").run();
        transaction.commit();
    }
    for (const auto& file : fs::directory_iterator(folder_)) {
        std::ifstream stream(file.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(stream), {}};
        EXPECT_EQ(content.find(secret), std::string::npos) << file.path();
    }
}

TEST_F(DatabaseTest, ThreadsWithTheirOwnConnectionsLoseNothing) {
    { Database database(path_, kFirst); }
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([this, thread] {
            Database database(path_, kFirst);
            for (int i = 0; i < 10; ++i) add(database, std::to_string(thread) + "/" + std::to_string(i));
        });
    for (std::thread& thread : threads) thread.join();
    Database database(path_, kFirst);
    EXPECT_EQ(count(database), 40);
}

}  // namespace
}  // namespace tahvil::daemon
