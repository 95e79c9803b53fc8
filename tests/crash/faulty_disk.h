#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_vfs;

namespace tahvil::daemon::test {

/// What goes wrong at one operation of the disk.
enum class Fault : std::uint8_t {
    none,
    kill,        ///< the process ends by SIGKILL, a write half done; the kernel keeps what was written before
    power_loss,  ///< nothing is done from then on, and what was not synced may be gone
    io_error,    ///< this operation fails, the next go well
    full,        ///< no write goes well from then on
};

/// A disk below SQLite, as a VFS over the system's own. It counts every write, sync, truncation and deletion, and lets
/// one of them go wrong. What was written and not synced is remembered, so that a loss of power can take any part of it
/// away, in any order and down to half a write. Syncs do not reach the real disk, which would only take time.
/// Only one at a time; files must be closed before it goes.
class FaultyDisk {
public:
    /// `for_all`: every store that is opened without the name of another VFS lies on it.
    explicit FaultyDisk(bool for_all = false);
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;
    ~FaultyDisk();

    static constexpr const char* kVfs = "faulty-disk";

    /// The fault comes at the nth operation from now on, counted from 1.
    void arm(Fault fault, std::size_t operation);
    bool happened() const { return happened_; }
    /// The operations since it was armed, by name: "store.db-wal sync".
    const std::vector<std::string>& points() const { return points_; }

    /// After a loss of power: the files as the disk has them. Of what was not synced, an even seed keeps nothing and an
    /// odd one keeps a part of it. All files must be closed.
    void restore_power(std::uint32_t seed);
    /// The files of a folder are what a new disk would hold: all synced.
    void forget();

private:
    friend struct FaultyFile;
    struct Pending {
        enum class Kind : std::uint8_t { write, truncate, remove } kind = Kind::write;
        std::int64_t offset = 0;  // of a truncation the new size
        std::string bytes;
    };
    struct File {
        std::string name;
        bool exists = false;
        std::string synced;
        std::vector<Pending> pending;
    };

    File& file(const std::string& path);
    /// What SQLite is told: SQLITE_OK when the operation may be done.
    int pass(const File& file, std::string_view operation, int error);
    static void apply(File& file, const Pending& what);
    static void sync(File& file);

    std::unique_ptr<sqlite3_vfs> vfs_;
    std::map<std::string, File> files_;  // by path
    Fault fault_ = Fault::none;
    std::size_t at_ = 0;
    bool happened_ = false;
    bool off_ = false;
    std::vector<std::string> points_;
};

}  // namespace tahvil::daemon::test
