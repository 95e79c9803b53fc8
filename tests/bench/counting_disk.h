#pragma once

#include <cstdint>
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

    // The file stays the system's, and only its table of functions is another.
    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
        const int answer = system()->xOpen(system(), name, file, flags, flags_out);
        if (file->pMethods == nullptr) return answer;
        if (original_ == nullptr) {
            original_ = file->pMethods;
            counting_ = *original_;
            counting_.xRead = [](sqlite3_file* self, void* to, int size, sqlite3_int64 offset) {
                ++reads;
                return original_->xRead(self, to, size, offset);
            };
            counting_.xSync = [](sqlite3_file* self, int how) {
                ++syncs;
                return original_->xSync(self, how);
            };
            counting_.xWrite = [](sqlite3_file* self, const void* from, int size, sqlite3_int64 offset) {
                written += size;
                return original_->xWrite(self, from, size, offset);
            };
        }
        if (file->pMethods == original_) file->pMethods = &counting_;
        return answer;
    }

    static inline const sqlite3_io_methods* original_ = nullptr;
    static inline sqlite3_io_methods counting_{};
    std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace tahvil::daemon::bench
