#include "apdu/applets/eid.h"

#include <algorithm>

#include "crypto/asn1.h"
#include "crypto/error.h"

namespace tahvil::eid {

namespace {

constexpr std::uint16_t kFirstGroup = 0x0101;
constexpr unsigned kApplicationTag = 0x60;  // constructed, of number 0

constexpr std::array kStrings{asn1::Tag::utf8_string, asn1::Tag::numeric_string, asn1::Tag::printable_string,
                              asn1::Tag::ia5_string};

}  // namespace

FileIdentifier file_of(unsigned group) {
    if (group < 1 || group > kGroups)
        throw InvalidInput("input.data_group", "the eID application has data groups 1 to 21");
    return {static_cast<std::uint16_t>(kFirstGroup + group - 1), static_cast<std::uint8_t>(group)};
}

std::string parse_text(Group group, ByteView file) {
    try {
        asn1::Cursor outer(file);
        asn1::Cursor inner = outer.enter(static_cast<asn1::Tag>(kApplicationTag + static_cast<unsigned>(group)));
        outer.expect_end();
        const asn1::Element text = inner.read();
        inner.expect_end();
        if (std::ranges::find(kStrings, text.tag) == kStrings.end()) throw MalformedData("asn1.malformed", "no string");
        return std::string(as_text(text.content));
    } catch (const MalformedData&) {
        std::throw_with_nested(MalformedData("eid.malformed", "data group " +
                                                                  std::to_string(static_cast<unsigned>(group)) +
                                                                  " of the eID application can not be understood"));
    }
}

}  // namespace tahvil::eid
