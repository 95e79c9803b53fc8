#include "daemon/store/database.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace tahvil::daemon {

namespace {

constexpr std::int64_t kApplicationId = 0x54485631;  // "THV1", for file(1) and against the wrong file
constexpr std::size_t kMaxIdle = 64;                 // statements kept for the next user
constexpr std::size_t kMaxDamage = 20;               // findings

[[noreturn]] void refuse(int code, const std::string& doing, const char* said) {
    const std::string text = "the store could not " + doing + ": " + said;
    switch (code & 0xFF) {
        case SQLITE_FULL:
            throw StoreError("store.full", text, "Free space on the disk of the state directory, then try again.",
                             true);
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            throw StoreError("store.read_only", text,
                             "See that the state directory is mounted for writing and belongs to the service's user.");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw StoreError("store.locked", text,
                             "Another program writes to the store; try again, and see that only the service uses it.",
                             true);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw StoreError("store.corrupt", text,
                             "Stop the service, keep the file for examination and restore the last copy.");
        case SQLITE_CANTOPEN:
            throw StoreError(
                "store.cannot_open", text,
                "See that the state directory is there, can be written to and belongs to the service's user.");
        case SQLITE_IOERR:
            throw StoreError("store.io", text, "Look at the kernel's log for faults of the disk.");
        case SQLITE_CONSTRAINT:
            throw StoreError("store.conflict", text, "Look at what is there already.");
        default:
            throw StoreError("store.statement", text, "Report this as a fault of the program.");
    }
}

/// SQLite would make the file readable to all that the umask allows.
void make_private(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) ::close(file);  // what went wrong, SQLite will find and say
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const noexcept {
    sqlite3_close_v2(handle);
}

void Database::Finalize::operator()(sqlite3_stmt* handle) const noexcept {
    sqlite3_finalize(handle);
}

Database::Database(const std::filesystem::path& path, std::span<const Migration> schema, const Options& options)
    : path_(path) {
    if (options.vfs.empty()) make_private(path);
    sqlite3* handle = nullptr;
    const int answer = sqlite3_open_v2(
        path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        options.vfs.empty() ? nullptr : options.vfs.c_str());
    handle_.reset(handle);
    if (answer != SQLITE_OK) fail("be opened");
    sqlite3_busy_timeout(handle, static_cast<int>(options.lock_time.count()));
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (const std::int64_t id =
            [this] {
                Statement statement = prepare("PRAGMA application_id");
                return statement.step() ? statement.integer(0) : 0;
            }();
        id != kApplicationId && (id != 0 || version() != 0))
        throw StoreError("store.foreign", "the file at the store's place belongs to another program",
                         "Look at the path of the state directory.");
    // FULL: a commit that was answered survives a loss of power. A write-ahead log with NORMAL does not promise that.
    execute(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
        "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA checkpoint_fullfsync=ON");
    migrate(schema);
}

void Database::fail(const std::string& doing) const {
    if (handle_ == nullptr) refuse(SQLITE_NOMEM, doing, "no memory");
    refuse(sqlite3_extended_errcode(handle_.get()), doing, sqlite3_errmsg(handle_.get()));
}

int Database::version() {
    Statement statement = prepare("PRAGMA user_version");
    return statement.step() ? static_cast<int>(statement.integer(0)) : 0;
}

void Database::migrate(std::span<const Migration> schema) {
    const int last = schema.empty() ? 0 : schema.back().version;
    if (version() == last) return;
    Transaction transaction(*this);
    const int present = version();  // another process may have done it meanwhile
    if (present > last)
        throw StoreError(
            "store.newer",
            "the store is of version " + std::to_string(present) + ", this program knows " + std::to_string(last),
            "Install the version of the program that made it, or a later one.");
    if (present == last) return;
    for (const Migration& migration : schema)
        if (migration.version > present) execute(migration.sql);
    execute("PRAGMA application_id=" + std::to_string(kApplicationId) +
            "; PRAGMA user_version=" + std::to_string(last));
    transaction.commit();
}

void Database::execute(std::string_view sql) {
    if (sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        fail("be written to");
}

Statement Database::prepare(std::string_view sql) {
    if (const auto found = idle_.find(sql); found != idle_.end()) {
        sqlite3_stmt* const handle = found->second.release();
        std::string text = found->first;
        idle_.erase(found);
        return {*this, handle, std::move(text)};
    }
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle,
                           nullptr) != SQLITE_OK)
        fail("understand a statement");
    return {*this, handle, std::string(sql)};
}

void Database::give_back(std::string sql, sqlite3_stmt* handle) noexcept {
    sqlite3_reset(handle);
    sqlite3_clear_bindings(handle);
    std::unique_ptr<sqlite3_stmt, Finalize> owned(handle);
    try {
        if (idle_.size() < kMaxIdle) idle_.emplace(std::move(sql), std::move(owned));
    } catch (const std::bad_alloc&) {
        owned.reset();  // it is only not kept
    }
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_.get());
}

std::vector<std::string> Database::damage() {
    std::vector<std::string> found;
    Statement statement = prepare("PRAGMA integrity_check(" + std::to_string(kMaxDamage) + ")");
    while (statement.step())
        if (std::string finding = statement.text(0); finding != "ok") found.push_back(std::move(finding));
    return found;
}

Statement::Statement(Database& database, sqlite3_stmt* handle, std::string sql)
    : database_(&database), handle_(handle), sql_(std::move(sql)) {}

Statement::~Statement() {
    database_->give_back(std::move(sql_), handle_);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    if (sqlite3_bind_int64(handle_, parameter, value) != SQLITE_OK) database_->fail("take a value");
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view value) {
    // The pointer of an empty view may be null, which would bind NULL.
    const char* const data = value.data() == nullptr ? "" : value.data();
    if (sqlite3_bind_text64(handle_, parameter, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
        database_->fail("take a value");
    return *this;
}

Statement& Statement::bind(int parameter, ByteView value) {
    const int answer = value.empty()
                           ? sqlite3_bind_zeroblob(handle_, parameter, 0)
                           : sqlite3_bind_blob64(handle_, parameter, value.data(), value.size(), SQLITE_TRANSIENT);
    if (answer != SQLITE_OK) database_->fail("take a value");
    return *this;
}

Statement& Statement::bind(int parameter, std::nullopt_t) {
    if (sqlite3_bind_null(handle_, parameter) != SQLITE_OK) database_->fail("take a value");
    return *this;
}

bool Statement::step() {
    const int answer = sqlite3_step(handle_);
    if (answer == SQLITE_ROW) return true;
    if (answer != SQLITE_DONE) database_->fail(sqlite3_stmt_readonly(handle_) != 0 ? "be read" : "be written to");
    return false;
}

void Statement::run() {
    while (step()) {
    }
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

std::string Statement::text(int column) const {
    const unsigned char* const data = sqlite3_column_text(handle_, column);
    if (data == nullptr) return {};
    return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Bytes Statement::blob(int column) const {
    const auto* const data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
    if (data == nullptr) return {};
    return {data, data + sqlite3_column_bytes(handle_, column)};
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Transaction::Transaction(Database& database) : database_(&database) {
    // IMMEDIATE: what is read is still so when it is written.
    database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
    if (!open_) return;
    // SQLite has rolled back by itself after some failures, and says so; there is nothing to do about it.
    sqlite3_exec(database_->handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    if (const auto also = std::exchange(database_->also_, nullptr)) also(*this);
    database_->execute("COMMIT");
    open_ = false;
    ++database_->commits_;
}

}  // namespace tahvil::daemon
