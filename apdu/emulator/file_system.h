#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "crypto/bytes.h"

namespace tahvil::emulator {

/// What a terminal has proved to the card, one bit each. A file lists what it asks for; all of it must be there.
using Rights = std::uint64_t;

namespace right {
constexpr Rights none = 0;
/// BAC or PACE was done, and the command came under its secure messaging.
constexpr Rights access = 1;
/// A mutual authentication with keys of the issuer was done.
constexpr Rights mutual_authentication = 2;
/// The terminal proved by PACE with the PIN, rather than with what is printed on the card, that the holder agrees.
constexpr Rights holder = 4;
/// Terminal authentication was done.
constexpr Rights terminal = 8;
/// Rights of an inspection system's certificate to EF.DG3 and EF.DG4 (Doc 9303-12, table 35).
constexpr Rights read_fingerprints = 0x10;
constexpr Rights read_iris = 0x20;
/// Chip authentication was done after terminal authentication, with the key that it bound (version 2).
constexpr Rights chip = 0x40;
/// PACE was done with the PUK: the PIN's tries may be given back.
constexpr Rights unblocking = 0x80;
/// Right of an authentication terminal's certificate to a data group, 1 to 21, of the eID application: the bit that it
/// has in the certificate (TR-03110-4, 2.2.3.2).
constexpr Rights read_eid_group(unsigned group) {
    return Rights{1} << (7U + group);
}
/// VERIFY succeeded with the PIN of this reference (its low five bits).
constexpr Rights pin(std::uint8_t reference) {
    return Rights{1} << (32U + (reference & 0x1FU));
}
}  // namespace right

struct ElementaryFile {
    std::uint16_t identifier = 0;
    std::uint8_t short_identifier = 0;  ///< 1 to 30, or 0 for none
    Bytes content;
    Rights to_read = right::none;
};

struct DataObject {
    Bytes content;  ///< as GET DATA answers it
    Rights to_read = right::none;
};

struct DedicatedFile {
    std::uint16_t identifier = 0;
    Bytes name;  ///< DF name (AID), or empty
    std::vector<ElementaryFile> files;
    std::vector<DedicatedFile> directories;
    std::map<std::uint32_t, DataObject> data_objects;  ///< by tag

    const ElementaryFile* find(std::uint16_t file) const;
    const ElementaryFile* find_short(std::uint8_t file) const;
    ElementaryFile* find(std::uint16_t file);
    const DedicatedFile* directory(std::uint16_t child) const;
};

/// Where a terminal stands in the tree of files: the way down from the MF, and the current EF. The tree outlives it.
class Selection {
public:
    explicit Selection(const DedicatedFile& master_file) : way_{&master_file} {}

    const DedicatedFile& master_file() const { return *way_.front(); }
    const DedicatedFile& directory() const { return *way_.back(); }
    const ElementaryFile* file() const { return file_; }
    /// The DF name of the closest directory that has one, or empty.
    ByteView application() const;

    void select_file(const ElementaryFile* file) { file_ = file; }
    void select_master_file();
    /// To a child of the current directory, or back to its parent. False when there is none.
    bool descend(std::uint16_t child);
    bool ascend();
    /// To the first directory whose DF name is or starts with `name` (ISO/IEC 7816-4, 7.1.2). False when there is none.
    bool select_application(ByteView name);

private:
    std::vector<const DedicatedFile*> way_;
    const ElementaryFile* file_ = nullptr;
};

}  // namespace tahvil::emulator
