#include "apdu/applets/lds/file.h"

#include <algorithm>
#include <string>

#include "crypto/error.h"

namespace tahvil::lds {

namespace {

constexpr std::array<FileEntry, 22> kFiles{{
    {File::card_access, "EF.CardAccess", Place::master_file, 0x011C, 0x1C, 0x31},
    {File::card_security, "EF.CardSecurity", Place::master_file, 0x011D, 0x1D, 0x30},
    {File::attributes, "EF.ATR/INFO", Place::master_file, 0x2F01, 0x01, 0},
    {File::directory, "EF.DIR", Place::master_file, 0x2F00, 0x1E, 0},
    {File::com, "EF.COM", Place::application, 0x011E, 0x1E, 0x60},
    {File::security_object, "EF.SOD", Place::application, 0x011D, 0x1D, 0x77},
    {File::dg1, "EF.DG1", Place::application, 0x0101, 0x01, 0x61},
    {File::dg2, "EF.DG2", Place::application, 0x0102, 0x02, 0x75},
    {File::dg3, "EF.DG3", Place::application, 0x0103, 0x03, 0x63},
    {File::dg4, "EF.DG4", Place::application, 0x0104, 0x04, 0x76},
    {File::dg5, "EF.DG5", Place::application, 0x0105, 0x05, 0x65},
    {File::dg6, "EF.DG6", Place::application, 0x0106, 0x06, 0x66},
    {File::dg7, "EF.DG7", Place::application, 0x0107, 0x07, 0x67},
    {File::dg8, "EF.DG8", Place::application, 0x0108, 0x08, 0x68},
    {File::dg9, "EF.DG9", Place::application, 0x0109, 0x09, 0x69},
    {File::dg10, "EF.DG10", Place::application, 0x010A, 0x0A, 0x6A},
    {File::dg11, "EF.DG11", Place::application, 0x010B, 0x0B, 0x6B},
    {File::dg12, "EF.DG12", Place::application, 0x010C, 0x0C, 0x6C},
    {File::dg13, "EF.DG13", Place::application, 0x010D, 0x0D, 0x6D},
    {File::dg14, "EF.DG14", Place::application, 0x010E, 0x0E, 0x6E},
    {File::dg15, "EF.DG15", Place::application, 0x010F, 0x0F, 0x6F},
    {File::dg16, "EF.DG16", Place::application, 0x0110, 0x10, 0x70},
}};

constexpr unsigned kDataGroups = 16;

bool same_but_for_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::span<const FileEntry> files() {
    return kFiles;
}

const FileEntry& entry(File file) {
    const auto found = std::ranges::find(kFiles, file, &FileEntry::file);
    if (found == kFiles.end()) throw InvalidInput("input.unknown_file", "there is no such file in the LDS");
    return *found;
}

File data_group(unsigned number) {
    if (number < 1 || number > kDataGroups) {
        throw InvalidInput("input.unknown_file", "there is no data group " + std::to_string(number),
                           "Data groups are numbered 1 to 16.");
    }
    return static_cast<File>(number);
}

std::optional<unsigned> data_group_number(File file) {
    const auto number = static_cast<unsigned>(file);
    if (number > kDataGroups) return std::nullopt;
    return number;
}

std::optional<File> file_by_name(std::string_view text) {
    constexpr std::string_view prefix = "EF.";
    for (const FileEntry& candidate : kFiles) {
        if (same_but_for_case(text, candidate.name) || same_but_for_case(text, candidate.name.substr(prefix.size()))) {
            return candidate.file;
        }
    }
    return std::nullopt;
}

std::optional<unsigned> data_group_by_tag(std::uint8_t tag) {
    for (const FileEntry& candidate : kFiles) {
        if (candidate.tag == tag && tag != 0) {
            if (const auto number = data_group_number(candidate.file)) return number;
        }
    }
    return std::nullopt;
}

}  // namespace tahvil::lds
