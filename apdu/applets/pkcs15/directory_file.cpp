#include "apdu/applets/pkcs15/directory_file.h"

#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::pkcs15 {

namespace {

constexpr tlv::Tag kApplicationTemplate = 0x61;
constexpr tlv::Tag kApplicationIdentifier = 0x4F;
constexpr std::size_t kLongestIdentifier = 16;
constexpr std::size_t kMaxApplications = 32;

}  // namespace

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
