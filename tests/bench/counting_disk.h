#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>

#include <sqlite3.h>

namespace tahvil::daemon::bench {

/// A VFS over the system's own that counts what SQLite reads and syncs.
class CountingDisk {
public:
    static constexpr const char* kVfs = "counting-disk";
    static inline std::int64_t reads = 0;
    static inline std::int64_t syncs = 0;
    static inline std::int64_t writes = 0;
    static inline std::int64_t written = 0;  ///< bytes

    CountingDisk() : vfs_(std::make_unique<sqlite3_vfs>(*system())) {
        vfs_->zName = kVfs;
        vfs_->pNext = nullptr;
        vfs_->xOpen = open;
        if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) throw std::runtime_error("SQLite takes no VFS");
    }
    CountingDisk(const CountingDisk&) = delete;
    CountingDisk& operator=(const CountingDisk&) = delete;
    ~CountingDisk() { sqlite3_vfs_unregister(vfs_.get()); }

private:
    static sqlite3_vfs* system() { return sqlite3_vfs_find("unix"); }

    /// The functions of a kind of file, of which the system has several, with the system's own beside them.
    struct Methods : sqlite3_io_methods {
        const sqlite3_io_methods* original;
    };

    static const sqlite3_io_methods* original_of(sqlite3_file* file) {
        return static_cast<const Methods*>(file->pMethods)->original;
    }

    // The file stays the system's, and only its table of functions is another.
    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
        const int answer = system()->xOpen(system(), name, file, flags, flags_out);
        if (file->pMethods == nullptr) return answer;
        Methods& counting = methods_[file->pMethods];
        static_cast<sqlite3_io_methods&>(counting) = *file->pMethods;
        counting.original = file->pMethods;
        counting.xRead = [](sqlite3_file* self, void* to, int size, sqlite3_int64 offset) {
            ++reads;
            return original_of(self)->xRead(self, to, size, offset);
        };
        counting.xSync = [](sqlite3_file* self, int how) {
            ++syncs;
            return original_of(self)->xSync(self, how);
        };
        counting.xWrite = [](sqlite3_file* self, const void* from, int size, sqlite3_int64 offset) {
            ++writes;
            written += size;
            return original_of(self)->xWrite(self, from, size, offset);
        };
        file->pMethods = &counting;
        return answer;
    }

    static inline std::map<const sqlite3_io_methods*, Methods> methods_;
    std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace tahvil::daemon::bench
