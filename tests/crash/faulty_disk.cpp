#include "tests/crash/faulty_disk.h"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <stdexcept>

#include <sqlite3.h>
#include <unistd.h>

namespace tahvil::daemon::test {

namespace {

constexpr std::size_t kSector = 512;  // bytes; what a disk writes whole

FaultyDisk* disk_of(sqlite3_vfs* vfs) {
    return static_cast<FaultyDisk*>(vfs->pAppData);
}

std::string read_all(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

/// What SQLite has of an open file; the system's own lies behind it in memory.
struct FaultyFile : sqlite3_file {
    FaultyDisk* disk;
    FaultyDisk::File* file;  // null for a temporary one, which nobody needs after a crash

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    static FaultyFile* of(sqlite3_file* file) { return static_cast<FaultyFile*>(file); }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* opened, int flags, int* flags_out);
    static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder);

    static int close(sqlite3_file* self) { return of(self)->real()->pMethods->xClose(of(self)->real()); }
    static int read(sqlite3_file* self, void* to, int size, sqlite3_int64 offset) {
        return of(self)->real()->pMethods->xRead(of(self)->real(), to, size, offset);
    }
    static int write(sqlite3_file* self, const void* from, int size, sqlite3_int64 offset);
    static int truncate(sqlite3_file* self, sqlite3_int64 size);
    static int sync(sqlite3_file* self, int flags);
    static int file_size(sqlite3_file* self, sqlite3_int64* size) {
        return of(self)->real()->pMethods->xFileSize(of(self)->real(), size);
    }
    static int lock(sqlite3_file* self, int level) {
        return of(self)->real()->pMethods->xLock(of(self)->real(), level);
    }
    static int unlock(sqlite3_file* self, int level) {
        return of(self)->real()->pMethods->xUnlock(of(self)->real(), level);
    }
    static int check_lock(sqlite3_file* self, int* reserved) {
        return of(self)->real()->pMethods->xCheckReservedLock(of(self)->real(), reserved);
    }
    static int control(sqlite3_file* self, int operation, void* argument) {
        return of(self)->real()->pMethods->xFileControl(of(self)->real(), operation, argument);
    }
    static int sector_size(sqlite3_file* self) { return of(self)->real()->pMethods->xSectorSize(of(self)->real()); }
    static int characteristics(sqlite3_file* self) {
        return of(self)->real()->pMethods->xDeviceCharacteristics(of(self)->real());
    }
    static int map_shared(sqlite3_file* self, int page, int size, int extend, void volatile** memory) {
        return of(self)->real()->pMethods->xShmMap(of(self)->real(), page, size, extend, memory);
    }
    static int lock_shared(sqlite3_file* self, int offset, int count, int flags) {
        return of(self)->real()->pMethods->xShmLock(of(self)->real(), offset, count, flags);
    }
    static void barrier(sqlite3_file* self) { of(self)->real()->pMethods->xShmBarrier(of(self)->real()); }
    static int unmap_shared(sqlite3_file* self, int remove_file) {
        return of(self)->real()->pMethods->xShmUnmap(of(self)->real(), remove_file);
    }

    static const sqlite3_io_methods kMethods;
};

const sqlite3_io_methods FaultyFile::kMethods{
    2,          close,   read,        write,           truncate,   sync,        file_size, lock,         unlock,
    check_lock, control, sector_size, characteristics, map_shared, lock_shared, barrier,   unmap_shared, nullptr,
    nullptr,
};

int FaultyFile::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* opened, int flags, int* flags_out) {
    auto* const self = ::new (static_cast<void*>(opened)) FaultyFile{};
    self->disk = disk_of(vfs);
    sqlite3_vfs* const system = sqlite3_vfs_find("unix");
    if (name != nullptr) self->file = &self->disk->file(name);
    const int answer = system->xOpen(system, name, self->real(), flags, flags_out);
    self->pMethods = answer == SQLITE_OK ? &kMethods : nullptr;
    return answer;
}

int FaultyFile::remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    FaultyDisk* const disk = disk_of(vfs);
    FaultyDisk::File& file = disk->file(name);
    if (const int answer = disk->pass(file, "delete", SQLITE_IOERR_DELETE); answer != SQLITE_OK) return answer;
    file.pending.push_back({FaultyDisk::Pending::Kind::remove, 0, {}});
    if (sync_folder != 0) FaultyDisk::sync(file);
    sqlite3_vfs* const system = sqlite3_vfs_find("unix");
    return system->xDelete(system, name, 0);
}

int FaultyFile::write(sqlite3_file* opened, const void* from, int size, sqlite3_int64 offset) {
    FaultyFile* const self = of(opened);
    const auto* const bytes = static_cast<const char*>(from);
    if (self->file != nullptr) {
        const bool was_off = self->disk->off_;
        if (self->disk->fault_ == Fault::kill && self->disk->points_.size() + 1 == self->disk->at_)
            self->real()->pMethods->xWrite(self->real(), from, size / 2, offset);
        const int answer = self->disk->pass(*self->file, "write", SQLITE_IOERR_WRITE);
        // That which was under way when the power went may have reached the disk, too.
        if (answer == SQLITE_OK || (self->disk->off_ && !was_off))
            self->file->pending.push_back({FaultyDisk::Pending::Kind::write, offset, std::string(bytes, bytes + size)});
        if (answer != SQLITE_OK) return answer;
    }
    return self->real()->pMethods->xWrite(self->real(), from, size, offset);
}

int FaultyFile::truncate(sqlite3_file* opened, sqlite3_int64 size) {
    FaultyFile* const self = of(opened);
    if (self->file != nullptr) {
        if (const int answer = self->disk->pass(*self->file, "truncate", SQLITE_IOERR_TRUNCATE); answer != SQLITE_OK)
            return answer;
        self->file->pending.push_back({FaultyDisk::Pending::Kind::truncate, size, {}});
    }
    return self->real()->pMethods->xTruncate(self->real(), size);
}

int FaultyFile::sync(sqlite3_file* opened, int) {
    FaultyFile* const self = of(opened);
    if (self->file == nullptr) return SQLITE_OK;
    if (const int answer = self->disk->pass(*self->file, "sync", SQLITE_IOERR_FSYNC); answer != SQLITE_OK)
        return answer;
    FaultyDisk::sync(*self->file);
    return SQLITE_OK;
}

FaultyDisk::FaultyDisk(bool for_all) : vfs_(std::make_unique<sqlite3_vfs>(*sqlite3_vfs_find("unix"))) {
    vfs_->zName = kVfs;
    vfs_->pAppData = this;
    vfs_->pNext = nullptr;
    vfs_->szOsFile += static_cast<int>(sizeof(FaultyFile));
    vfs_->xOpen = FaultyFile::open;
    vfs_->xDelete = FaultyFile::remove;
    if (sqlite3_vfs_register(vfs_.get(), for_all ? 1 : 0) != SQLITE_OK) throw std::runtime_error("SQLite takes no VFS");
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(vfs_.get());
}

void FaultyDisk::arm(Fault fault, std::size_t operation) {
    fault_ = fault;
    at_ = operation;
    happened_ = false;
    off_ = false;
    points_.clear();
}

FaultyDisk::File& FaultyDisk::file(const std::string& path) {
    const auto [found, is_new] = files_.try_emplace(path);
    if (is_new) {
        found->second.name = std::filesystem::path(path).filename();
        found->second.exists = std::filesystem::exists(path);
        found->second.synced = read_all(path);
    }
    return found->second;
}

int FaultyDisk::pass(const File& file, std::string_view operation, int error) {
    if (off_) return error;
    points_.push_back(file.name + " " + std::string(operation));
    if (fault_ == Fault::full && points_.size() > at_ && operation == "write") return SQLITE_FULL;
    if (fault_ == Fault::none || points_.size() != at_) return SQLITE_OK;
    happened_ = true;
    switch (fault_) {
        case Fault::kill:
            ::kill(::getpid(), SIGKILL);
            break;
        case Fault::power_loss:
            off_ = true;
            return error;
        case Fault::io_error:
            return error;
        case Fault::full:
            return operation == "write" ? SQLITE_FULL : SQLITE_OK;
        case Fault::none:
            break;
    }
    return SQLITE_OK;
}

void FaultyDisk::apply(File& file, const Pending& what) {
    const auto offset = static_cast<std::size_t>(what.offset);
    switch (what.kind) {
        case Pending::Kind::write:
            file.exists = true;
            if (file.synced.size() < offset + what.bytes.size()) file.synced.resize(offset + what.bytes.size());
            file.synced.replace(offset, what.bytes.size(), what.bytes);
            break;
        case Pending::Kind::truncate:
            file.synced.resize(offset);
            break;
        case Pending::Kind::remove:
            file.exists = false;
            file.synced.clear();
            break;
    }
}

void FaultyDisk::sync(File& file) {
    file.exists = true;
    for (const Pending& each : file.pending) apply(file, each);
    file.pending.clear();
}

void FaultyDisk::restore_power(std::uint32_t seed) {
    std::mt19937 random(seed);
    const bool keep_some = seed % 2 == 1;
    for (auto& [path, file] : files_) {
        for (const Pending& each : file.pending) {
            const auto lot = keep_some ? random() % 4 : 0;
            // What came after a deletion went to another file, which is there only when the deletion is.
            if (lot == 0 && each.kind == Pending::Kind::remove) break;
            if (lot == 0) continue;
            Pending part = each;
            if (lot == 1) part.bytes.resize(part.bytes.size() / 2 / kSector * kSector);
            apply(file, part);
        }
        std::filesystem::remove(path);
        std::filesystem::remove(path + "-shm");  // memory, on any machine that lost its power
        if (file.exists) std::ofstream(path, std::ios::binary) << file.synced;
    }
    forget();
}

void FaultyDisk::forget() {
    files_.clear();
    arm(Fault::none, 0);
}

}  // namespace tahvil::daemon::test
