#include "apdu/emulator/lds_files.h"

#include <algorithm>
#include <string>

#include "apdu/applets/lds/file.h"
#include "apdu/emulator/portrait.h"
#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

constexpr std::string_view kLdsVersion = "0107";
constexpr std::string_view kUnicodeVersion = "040000";

Bytes file(lds::File which, std::initializer_list<ByteView> parts) {
    return tlv::encode(lds::entry(which).tag, parts);
}

bool begins_with(ByteView bytes, ByteView start) {
    return bytes.size() >= start.size() && equal(bytes.first(start.size()), start);
}

/// ISO/IEC 19794-5, 5.5: zero for JPEG, one for JPEG 2000.
std::uint8_t image_data_type(ByteView portrait) {
    if (begins_with(portrait, from_hex("FFD8FF"))) return 0;
    if (begins_with(portrait, from_hex("0000000C6A5020200D0A870A")) || begins_with(portrait, from_hex("FF4FFF51")))
        return 1;
    throw InvalidInput("input.portrait", "the portrait is neither JPEG nor JPEG 2000");
}

}  // namespace

Bytes write_com(const std::vector<unsigned>& data_groups) {
    Bytes tags;
    for (const unsigned group : data_groups) tags.push_back(lds::entry(lds::data_group(group)).tag);
    return file(lds::File::com, {tlv::encode(0x5F01, as_bytes(kLdsVersion)),
                                 tlv::encode(0x5F36, as_bytes(kUnicodeVersion)), tlv::encode(0x5C, tags)});
}

Bytes write_dg1(const Person& person) {
    const std::string lines = mrz::format(mrz_of(person));
    return file(lds::File::dg1, {tlv::encode(0x5F1F, as_bytes(lines))});
}

/// ISO/IEC 19794-5, 5.3 to 5.8, with nothing said of the face.
Bytes facial_record(ByteView portrait) {
    const Bytes information = from_hex("0000 00 00 00 000000 0000 000000 000000");  // no feature points
    const Bytes image = concat({Bytes{0x01, image_data_type(portrait)}, to_big_endian(kPortraitWidth, 2),
                                to_big_endian(kPortraitHeight, 2), from_hex("00 00 0000 0000")});
    const std::size_t block = 4 + information.size() + image.size() + portrait.size();
    constexpr std::size_t kHeader = 14;
    return concat({as_bytes(std::string_view("FAC\0"
                                             "010\0",
                                             8)),
                   to_big_endian(kHeader + block, 4), to_big_endian(1, 2), to_big_endian(block, 4), information, image,
                   portrait});
}

Bytes write_dg2(ByteView portrait) {
    // Doc 9303-10, 4.7.2: a biometric header of face, portrait, format owner 0101, format 0008.
    const Bytes header = from_hex("A1 0E 81 01 02 82 01 00 87 02 01 01 88 02 00 08");
    const Bytes face = tlv::encode(0x7F60, {header, tlv::encode(0x5F2E, facial_record(portrait))});
    return file(lds::File::dg2, {tlv::encode(0x7F61, {tlv::encode(0x02, Bytes{1}), face})});
}

Bytes write_empty_biometrics(lds::File which, ByteView filler) {
    const Bytes none = tlv::encode(0x7F61, {tlv::encode(0x02, Bytes{0}), tlv::encode(0x53, filler)});
    return file(which, {none});
}

Bytes write_trust_points(const std::vector<std::string>& references) {
    constexpr std::size_t kSize = 36;
    Bytes content;
    for (const std::string& reference : references) append(content, tlv::encode(0x42, as_bytes(reference)));
    content.resize(std::max(content.size(), kSize));
    return content;
}

Bytes write_dg11(const Person& person) {
    const std::string name = person.persian_family_name + "<<" + person.persian_given_name;
    const std::string birth_date = long_date(person.birth_date);
    return file(lds::File::dg11,
                {tlv::encode(0x5C, from_hex("5F0E 5F10 5F2B")), tlv::encode(0x5F0E, as_bytes(name)),
                 tlv::encode(0x5F10, as_bytes(person.national_code)), tlv::encode(0x5F2B, as_bytes(birth_date))});
}

Bytes write_dg14(ByteView security_infos) {
    return file(lds::File::dg14, {security_infos});
}

Bytes write_dg15(ByteView public_key) {
    return file(lds::File::dg15, {public_key});
}

std::string long_date(std::chrono::year_month_day day) {
    const std::string year = std::to_string(static_cast<int>(day.year()));
    return std::string(4 - std::min<std::size_t>(4, year.size()), '0') + year + mrz::date(day).substr(2);
}

Bytes write_directory(ByteView aid) {
    return tlv::encode(0x61, {tlv::encode(0x4F, aid)});
}

}  // namespace tahvil::emulator
