#include "apdu/applets/pkcs15/directory_file.h"

#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::pkcs15 {

namespace {

constexpr tlv::Tag kApplicationTemplate = 0x61;
constexpr tlv::Tag kApplicationIdentifier = 0x4F;
constexpr std::size_t kLongestIdentifier = 16;
constexpr std::size_t kMaxApplications = 32;

constexpr std::uint8_t kDirectoryFile = 0x1E;  // short identifier of EF.DIR
constexpr StatusWord kOfRecords{0x6981};       // command incompatible with the structure of the file

bool is_content(StatusWord status) {
    return status.ok() || status == sw::end_of_file;
}

/// READ RECORD by number (ISO/IEC 7816-4, 11.4.3), of the file with this short identifier.
Command read_record(std::uint8_t number) {
    constexpr std::uint8_t kThisNumber = 0x04;
    return {0x00,   0xB2,
            number, static_cast<std::uint8_t>(kDirectoryFile << 3U | kThisNumber),
            {},     Command::kMaxShortExpected};
}

}  // namespace

std::vector<Bytes> read_application_identifiers(Channel& card) {
    constexpr std::uint8_t kMaxRecords = 16;
    const Response whole = card.transmit(Command::read_binary_short(kDirectoryFile, 0, Command::kMaxShortExpected));
    if (is_content(whole.status)) return application_identifiers(whole.data);
    std::vector<Bytes> found;
    if (whole.status != kOfRecords) return found;
    for (std::uint8_t number = 1; number <= kMaxRecords; ++number) {
        const Response record = card.transmit(read_record(number));
        if (!is_content(record.status)) break;
        for (Bytes& aid : application_identifiers(record.data)) found.push_back(std::move(aid));
    }
    return found;
}

std::vector<Bytes> application_identifiers(ByteView directory_file) {
    std::vector<Bytes> found;
    const auto take = [&found](ByteView aid) {
        if (!aid.empty() && aid.size() <= kLongestIdentifier && found.size() < kMaxApplications)
            found.push_back(to_bytes(aid));
    };
    try {
        tlv::Cursor cursor(directory_file);
        while (!cursor.at_end()) {
            const tlv::Object object = cursor.read();
            if (object.tag == kApplicationIdentifier) take(object.value);
            if (object.tag != kApplicationTemplate) continue;
            if (const auto aid = tlv::find(object.value, kApplicationIdentifier)) take(*aid);
        }
    } catch (const MalformedData&) {
        // Padding, or a file that goes on beyond the first answer.
    }
    return found;
}

}  // namespace tahvil::pkcs15
