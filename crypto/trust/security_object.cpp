#include "crypto/trust/security_object.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Oid;
using asn1::Rules;
using asn1::Tag;

constexpr auto kSecurityObjectTag = static_cast<Tag>(0x77);
constexpr int kDataGroups = 16;

const Oid kLdsSecurityObject("2.23.136.1.1.1");
const Oid kSecurityInfos("0.4.0.127.0.7.3.2.1");

/// What real documents carry in place of id-icao-mrtd-security-ldsSecurityObject.
const std::array<Oid, 3> kTolerated{Oid("1.2.840.113549.1.7.1"), Oid("1.3.27.1.1.1"), Oid("1.2.528.1.1006.1.20.1")};

[[noreturn]] void malformed(const std::string& what) {
    throw MalformedData("trust.security_object", "EF.SOD: " + what);
}

void note_encoding(Deviations& deviations, const asn1::Departures& departures, const std::string& file) {
    if (departures.indefinite_length)
        note(deviations, DeviationCode::security_object_encoding, file + ": indefinite length");
    if (departures.long_form_length)
        note(deviations, DeviationCode::security_object_encoding, file + ": a length longer than it need be");
    if (departures.string_in_pieces)
        note(deviations, DeviationCode::security_object_encoding, file + ": a string in pieces");
}

/// A PrintableString by the standard, and another type of string in some documents.
std::string read_digits(Cursor& cursor) {
    const asn1::Element element = cursor.read();
    if (element.tag != Tag::printable_string && element.tag != Tag::utf8_string && element.tag != Tag::ia5_string &&
        element.tag != Tag::numeric_string)
        malformed("a version that is no text");
    const ByteView text = element.content;
    if (!std::ranges::all_of(text, [](std::uint8_t c) { return c >= '0' && c <= '9'; }))
        malformed("a version that is not digits");
    return std::string(as_text(text));
}

}  // namespace

LdsSecurityObject LdsSecurityObject::parse(ByteView content, Deviations& deviations) {
    LdsSecurityObject lds;
    Cursor whole(content, Rules::ber);
    Cursor object = whole.enter(Tag::sequence);
    whole.expect_end();
    lds.version = object.read_small_integer();
    if (lds.version > 1)
        malformed("version " + std::to_string(lds.version) + " of the LDS security object is not known");
    const Oid digest = object.enter(Tag::sequence).read_oid();
    const auto known = digest_by_oid(digest);
    if (!known) malformed("the digest algorithm " + digest.dotted() + " of the data groups is not known");
    lds.digest = *known;
    Cursor hashes = object.enter(Tag::sequence);
    while (!hashes.at_end()) {
        Cursor hash = hashes.enter(Tag::sequence);
        const int group = hash.read_small_integer();
        Bytes value = hash.read_octets();
        hash.expect_end();
        if (group < 1 || group > kDataGroups) {
            note(deviations, DeviationCode::security_object_unknown_data_group, std::to_string(group));
            continue;
        }
        if (value.size() != digest_size(lds.digest)) malformed("a data group hash of a wrong length");
        if (!lds.hashes.emplace(group, std::move(value)).second) malformed("two hashes of one data group");
    }
    if (auto version = object.enter_if(Tag::sequence)) {
        lds.lds_version = read_digits(*version);
        lds.unicode_version = read_digits(*version);
        version->expect_end();
    }
    object.expect_end();
    return lds;
}

SecurityObject SecurityObject::parse(ByteView file) {
    Cursor cursor(file, Rules::ber);
    const asn1::Element whole = cursor.read(kSecurityObjectTag);
    if (!cursor.at_end()) malformed(std::to_string(cursor.rest().size()) + " bytes after its end");

    SecurityObject object{SignedData::parse(whole.content), {}, {}};
    const SignedData& data = object.signed_data;
    note_encoding(object.deviations, asn1::departures_from_der(file), "EF.SOD");
    if (data.content_type() != kLdsSecurityObject) {
        if (std::ranges::find(kTolerated, data.content_type()) == kTolerated.end())
            malformed("content of the type " + data.content_type().dotted());
        note(object.deviations, DeviationCode::security_object_content_type, data.content_type().dotted());
    }
    object.lds = LdsSecurityObject::parse(data.content(), object.deviations);
    if (object.lds.version == 0 && object.lds.lds_version)
        note(object.deviations, DeviationCode::security_object_version, "version 0 with LDS version information");
    if (object.lds.version == 1 && !object.lds.lds_version)
        note(object.deviations, DeviationCode::security_object_version, "version 1 without LDS version information");
    note(object.deviations, data.deviations());
    return object;
}

CardSecurity CardSecurity::parse(ByteView file) {
    CardSecurity card{SignedData::parse(file), {}};
    if (card.signed_data.content_type() != kSecurityInfos)
        throw MalformedData("trust.card_security",
                            "EF.CardSecurity: content of the type " + card.signed_data.content_type().dotted());
    note_encoding(card.deviations, card.signed_data.departures(), "EF.CardSecurity");
    note(card.deviations, card.signed_data.deviations());
    return card;
}

}  // namespace tahvil::trust
