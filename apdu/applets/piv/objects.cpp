#include "apdu/applets/piv/objects.h"

#include <algorithm>
#include <array>

#include "apdu/applets/piv/gzip.h"
#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::piv {

namespace {

constexpr std::size_t kFascnSize = 25;
constexpr std::size_t kGuidSize = 16;
constexpr std::size_t kDateSize = 8;
constexpr std::size_t kBiometricHeader = 88;  // SP 800-76-2, table 14

namespace tag {
constexpr tlv::Tag certificate = 0x70;
constexpr tlv::Tag certificate_information = 0x71;
constexpr tlv::Tag fascn = 0x30;
constexpr tlv::Tag guid = 0x34;
constexpr tlv::Tag expiry = 0x35;
constexpr tlv::Tag issuer_signature = 0x3E;
constexpr tlv::Tag mapping = 0xBA;
constexpr tlv::Tag security_object = 0xBB;
constexpr tlv::Tag biometric = 0xBC;
}  // namespace tag

struct Container {
    std::uint32_t tag;
    std::uint16_t identifier;
};

constexpr auto kContainers = std::to_array<Container>({
    {0x5FC107, 0xDB00},
    {0x5FC102, 0x3000},
    {0x5FC105, 0x0101},
    {0x5FC103, 0x6010},
    {0x5FC106, 0x9000},
    {0x5FC108, 0x6030},
    {0x5FC109, 0x3001},
    {0x5FC10A, 0x0100},
    {0x5FC10B, 0x0102},
    {0x5FC101, 0x0500},
});

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("piv.malformed", std::string("data object of a PIV card: ") + what);
}

ByteView require(ByteView run, tlv::Tag tag, const char* what) {
    const auto value = tlv::find(run, tag);
    if (!value) malformed(what);
    return *value;
}

}  // namespace

Bytes certificate(ByteView object) {
    constexpr std::uint8_t kCompressed = 0x01;
    constexpr std::size_t kLargest = 16384;  // bytes, unpacked
    const ByteView value = require(object, tag::certificate, "no certificate");
    const auto information = tlv::find(object, tag::certificate_information);
    if (information && !information->empty() && ((*information)[0] & kCompressed) != 0) return gunzip(value, kLargest);
    return to_bytes(value);
}

UniqueIdentifier unique_identifier(ByteView object) {
    UniqueIdentifier identifier;
    tlv::Cursor cursor(object);
    while (!cursor.at_end()) {
        const tlv::Object part = cursor.read();
        if (part.tag == tag::issuer_signature) {
            if (!identifier.signature.empty()) malformed("two signatures");
            identifier.signature = part.value;
            continue;
        }
        append(identifier.signed_part, part.raw);
        const auto take = [&part](ByteView& field, std::size_t size) {
            if (part.value.size() != size || !field.empty()) malformed("a field of another length, or there twice");
            field = part.value;
        };
        if (part.tag == tag::fascn) take(identifier.fascn, kFascnSize);
        if (part.tag == tag::guid) take(identifier.guid, kGuidSize);
        if (part.tag == tag::expiry) take(identifier.expiry, kDateSize);
    }
    if (identifier.guid.empty() || identifier.expiry.empty()) malformed("a CHUID without GUID or date");
    return identifier;
}

SecurityObject security_object(ByteView object) {
    SecurityObject result;
    const ByteView mapping = require(object, tag::mapping, "no mapping of containers");
    if (mapping.size() % 3 != 0) malformed("a mapping that breaks off");
    for (std::size_t at = 0; at < mapping.size(); at += 3) {
        const auto container = static_cast<std::uint16_t>(from_big_endian(mapping.subspan(at + 1, 2)));
        if (!result.containers.emplace(mapping[at], container).second) malformed("a data group mapped twice");
    }
    result.signature = require(object, tag::security_object, "no security object");
    return result;
}

std::optional<std::uint16_t> container(std::uint32_t tag) {
    const auto found = std::ranges::find(kContainers, tag, &Container::tag);
    if (found == kContainers.end()) return std::nullopt;
    return found->identifier;
}

FacialImage facial_image(ByteView object) {
    constexpr std::size_t kRecordSize = 2;  // after version and type of the header
    constexpr std::size_t kSignatureSize = 6;
    const ByteView value = require(object, tag::biometric, "no biometric");
    if (value.size() < kBiometricHeader) malformed("a header that breaks off");
    const auto record = static_cast<std::size_t>(from_big_endian(value.subspan(kRecordSize, 4)));
    const auto signature = static_cast<std::size_t>(from_big_endian(value.subspan(kSignatureSize, 2)));
    if (record > value.size() - kBiometricHeader || signature != value.size() - kBiometricHeader - record)
        malformed("a header whose lengths are not those of what follows");
    return {value.subspan(kBiometricHeader, record), value.last(signature), value.first(kBiometricHeader + record)};
}

}  // namespace tahvil::piv
