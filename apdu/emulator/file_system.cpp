#include "apdu/emulator/file_system.h"

#include <algorithm>

namespace tahvil::emulator {

namespace {

constexpr std::uint16_t kMasterFile = 0x3F00;

bool find_application(const DedicatedFile& from, ByteView name, bool whole, std::vector<const DedicatedFile*>& way) {
    for (const DedicatedFile& child : from.directories) {
        way.push_back(&child);
        const bool long_enough = whole ? child.name.size() == name.size() : child.name.size() > name.size();
        if (long_enough && equal(ByteView(child.name).first(name.size()), name)) return true;
        if (find_application(child, name, whole, way)) return true;
        way.pop_back();
    }
    return false;
}

}  // namespace

const ElementaryFile* DedicatedFile::find(std::uint16_t file) const {
    const auto found = std::ranges::find(files, file, &ElementaryFile::identifier);
    return found == files.end() ? nullptr : &*found;
}

const ElementaryFile* DedicatedFile::find_short(std::uint8_t file) const {
    const auto found = std::ranges::find(files, file, &ElementaryFile::short_identifier);
    return file == 0 || found == files.end() ? nullptr : &*found;
}

ElementaryFile* DedicatedFile::find(std::uint16_t file) {
    const auto found = std::ranges::find(files, file, &ElementaryFile::identifier);
    return found == files.end() ? nullptr : &*found;
}

const DedicatedFile* DedicatedFile::directory(std::uint16_t child) const {
    const auto found = std::ranges::find(directories, child, &DedicatedFile::identifier);
    return found == directories.end() ? nullptr : &*found;
}

ByteView Selection::application() const {
    const auto named = std::find_if(way_.rbegin(), way_.rend(), [](const auto* df) { return !df->name.empty(); });
    return named == way_.rend() ? ByteView() : ByteView((*named)->name);
}

void Selection::select_master_file() {
    way_.resize(1);
    file_ = nullptr;
}

bool Selection::descend(std::uint16_t child) {
    const DedicatedFile* const found = directory().directory(child);
    if (found == nullptr || child == kMasterFile) return false;
    way_.push_back(found);
    file_ = nullptr;
    return true;
}

bool Selection::ascend() {
    if (way_.size() == 1) return false;
    way_.pop_back();
    file_ = nullptr;
    return true;
}

bool Selection::select_application(ByteView name) {
    constexpr std::size_t kShortestPart = 5;  // a registered application provider identifier
    std::vector<const DedicatedFile*> way{way_.front()};
    if (!find_application(master_file(), name, true, way) &&
        (name.size() < kShortestPart || !find_application(master_file(), name, false, way)))
        return false;
    way_ = std::move(way);
    file_ = nullptr;
    return true;
}

}  // namespace tahvil::emulator
