#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "apdu/file_reader.h"
#include "crypto/bytes.h"

/// The eID application of TR-03110-4, 2: data about a person that nobody signs, and that a chip which has proved itself
/// gives to a terminal which has proved its rights.
namespace tahvil::eid {

inline constexpr std::array<std::uint8_t, 10> kApplication{0xE8, 0x07, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x02, 0x00};

inline constexpr unsigned kGroups = 21;  ///< data groups are numbered from 1

/// The data groups of a person that are one text each (TR-03110-4, table 2).
enum class Group : std::uint8_t {
    document_type = 1,
    issuing_state = 2,
    expiry_date = 3,  ///< as all dates YYYYMMDD
    given_names = 4,
    family_names = 5,
    birth_date = 8,
    nationality = 10,
    sex = 11,
};

/// The file of a data group. Throws InvalidInput beyond 1 to kGroups.
FileIdentifier file_of(unsigned group);

/// The number of the right to read a data group in an authentication terminal's certificate (TR-03110-4, 2.2.3.2).
constexpr unsigned right_to_read(unsigned group) {
    return group + 7;
}

/// The text in the file of a data group: one string under the application tag of its number. Throws MalformedData
/// "eid.malformed".
std::string parse_text(Group group, ByteView file);

}  // namespace tahvil::eid
