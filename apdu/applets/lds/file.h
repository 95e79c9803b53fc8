#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "crypto/bytes.h"

/// The Logical Data Structure of Doc 9303-10: what is where on an eMRTD and on the national cards built like one.
namespace tahvil::lds {

/// The eMRTD application (Doc 9303-10, 3.6.2).
inline constexpr std::array<std::uint8_t, 7> kApplication{0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01};

/// The elementary files of Doc 9303-10, 3.10 and 3.11. The data groups have the values 1 to 16.
enum class File : std::uint8_t {
    dg1 = 1,
    dg2,
    dg3,
    dg4,
    dg5,
    dg6,
    dg7,
    dg8,
    dg9,
    dg10,
    dg11,
    dg12,
    dg13,
    dg14,
    dg15,
    dg16,
    com,
    security_object,
    card_access,
    card_security,
    attributes,  ///< EF.ATR/INFO
    directory,   ///< EF.DIR
};

enum class Place : std::uint8_t { master_file, application };

struct FileEntry {
    File file;
    std::string_view name;  ///< "EF.DG1"
    Place place;
    std::uint16_t identifier;       ///< of two bytes
    std::uint8_t short_identifier;  ///< 1 to 30
    std::uint8_t tag;               ///< of the one data object that the file is; 0 where there is none
};

/// All of them: master file first, then EF.COM, EF.SOD and the data groups in order.
std::span<const FileEntry> files();

const FileEntry& entry(File file);
inline std::string_view name(File file) {
    return entry(file).name;
}

/// The file of data group 1 to 16. Throws InvalidInput beyond.
File data_group(unsigned number);

/// The number of a data group, or nothing for the other files.
std::optional<unsigned> data_group_number(File file);

/// By name, in any case, with or without "EF." ("EF.SOD", "DG14"); nothing when there is no such file.
std::optional<File> file_by_name(std::string_view text);

/// The data group that a tag in EF.COM stands for.
std::optional<unsigned> data_group_by_tag(std::uint8_t tag);

}  // namespace tahvil::lds
