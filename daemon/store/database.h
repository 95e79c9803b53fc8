#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/bytes.h"
#include "daemon/store/error.h"

struct sqlite3;
struct sqlite3_stmt;

/// The one place that knows SQLite.
namespace tahvil::daemon {

class Database;
class Transaction;

/// One step of the schema. Versions count from 1 without a gap, and a step that was once released never changes.
struct Migration {
    int version = 0;
    std::string_view sql;
};

/// A prepared statement, which goes back to its database for the next user when it goes. Parameters and columns count
/// from 1 and 0, as in SQLite.
class Statement {
public:
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, std::string_view value);
    Statement& bind(int parameter, ByteView value);
    Statement& bind(int parameter, std::nullopt_t);
    template <typename T>
    Statement& bind(int parameter, const std::optional<T>& value) {
        return value ? bind(parameter, *value) : bind(parameter, std::nullopt);
    }

    /// Binds everything in order from the first parameter on.
    template <typename... Values>
    Statement& with(const Values&... values) {
        int parameter = 0;
        (bind_one(++parameter, values), ...);
        return *this;
    }

    bool step();  ///< whether there is a row
    void run();   ///< to its end, where no row is expected

    std::int64_t integer(int column) const;
    std::string text(int column) const;
    Bytes blob(int column) const;
    bool is_null(int column) const;

private:
    friend class Database;
    Statement(Database& database, sqlite3_stmt* handle, std::string sql);

    template <typename Value>
    void bind_one(int parameter, const Value& value) {
        if constexpr (std::is_integral_v<Value> || std::is_enum_v<Value>)
            bind(parameter, static_cast<std::int64_t>(value));
        else if constexpr (std::is_convertible_v<const Value&, std::string_view>)
            bind(parameter, std::string_view(value));
        else if constexpr (std::is_convertible_v<const Value&, ByteView>)
            bind(parameter, ByteView(value));
        else
            bind(parameter, value);
    }

    Database* database_;
    sqlite3_stmt* handle_;
    std::string sql_;
};

/// One connection to a store on disk, for one thread at a time. What was committed is on the disk
/// (write-ahead log, synchronous=FULL), what was deleted is overwritten, and the files are the owner's alone.
class Database {
public:
    struct Options {
        std::chrono::milliseconds lock_time{5000};  ///< how long to wait for another writer
        std::string vfs;                            ///< of SQLite; empty for the system's own
    };

    /// Opens or makes the store and brings its schema up to the last migration. Throws StoreError: a store of a later
    /// version is "store.newer", a file of another program "store.foreign".
    Database(const std::filesystem::path& path, std::span<const Migration> schema, const Options& options);
    Database(const std::filesystem::path& path, std::span<const Migration> schema)
        : Database(path, schema, Options{}) {}
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Statement prepare(std::string_view sql);
    /// Runs statements that have neither parameters nor rows.
    void execute(std::string_view sql);

    /// Does something more in the next transaction that commits, right before its end: what a request did, and that it
    /// did, become true together. An empty function takes it back.
    void with_next_commit(std::function<void(const Transaction&)> also) { also_ = std::move(also); }

    int version();
    std::int64_t changes() const;                                ///< rows that the last statement changed
    std::uint64_t commits() const noexcept { return commits_; }  ///< transactions, since it was opened

    /// Reads every page and names what is wrong with the file; empty when nothing is. Takes long on a large store.
    std::vector<std::string> damage();

private:
    friend class Statement;
    friend class Transaction;

    void migrate(std::span<const Migration> schema);
    void give_back(std::string sql, sqlite3_stmt* handle) noexcept;
    [[noreturn]] void fail(const std::string& doing) const;

    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    std::filesystem::path path_;
    std::unique_ptr<sqlite3, Close> handle_;
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept;
    };
    // After handle_, so that it goes first, also when the constructor throws: a connection with statements lives on.
    std::multimap<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> idle_;
    std::function<void(const Transaction&)> also_;
    std::uint64_t commits_ = 0;
};

/// A transaction that writes: it has the store to itself from its beginning, and is undone unless it is committed. What
/// changes the store takes one by reference, so that nothing is written outside of one.
class Transaction {
public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    Database& database() const { return *database_; }

    /// When it returns, everything is on the disk. When it throws, nothing is.
    void commit();

private:
    Database* database_;
    bool open_ = true;
};

}  // namespace tahvil::daemon
