#include "apdu/applets/lds/data_groups.h"

#include <algorithm>
#include <array>

#include "apdu/applets/lds/file.h"
#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::lds {

namespace {

constexpr unsigned kMaxFaces = 16;

MalformedData malformed(File file, const std::string& what) {
    return MalformedData{"lds.malformed", std::string{name(file)} + ": " + what,
                         "The data of the card is damaged or was made by someone who does not keep to Doc 9303."};
}

/// The value of the one data object that the file is.
ByteView content(ByteView data, File file) {
    tlv::Cursor cursor{data};
    const tlv::Object object = cursor.read();
    if (object.tag != entry(file).tag) throw malformed(file, "begins with another tag than its own");
    if (!cursor.at_end()) throw malformed(file, "goes on after its data object");
    return object.value;
}

ByteView value_of(ByteView run, tlv::Tag tag) {
    return tlv::find(run, tag).value_or(ByteView{});
}

bool all_digits(ByteView text) {
    return std::ranges::all_of(text, [](std::uint8_t c) { return c >= '0' && c <= '9'; });
}

/// Eight digits, as text or in BCD. Zeros for an unknown month or day make no date.
std::optional<std::chrono::year_month_day> whole_date(ByteView value) {
    Bytes digits;
    if (value.size() == 4) {
        for (const std::uint8_t byte : value) {
            digits.push_back(static_cast<std::uint8_t>('0' + (byte >> 4U)));
            digits.push_back(static_cast<std::uint8_t>('0' + (byte & 0x0FU)));
        }
    } else {
        digits = to_bytes(value);
    }
    if (digits.size() != 8 || !all_digits(digits)) return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t count) {
        unsigned result = 0;
        for (std::size_t i = from; i < from + count; ++i) result = result * 10 + (digits[i] - unsigned{'0'});
        return result;
    };
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(number(0, 4))},
                                           std::chrono::month{number(4, 2)}, std::chrono::day{number(6, 2)}};
    if (!date.ok()) return std::nullopt;
    return date;
}

bool begins_with(ByteView data, std::initializer_list<std::uint8_t> magic) {
    return data.size() >= magic.size() && std::equal(magic.begin(), magic.end(), data.begin());
}

/// How long the UTF-8 sequence is that starts with this byte; 0 when none can.
std::size_t utf8_length(std::uint8_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead < 0xE0) return 2;
    if (lead >= 0xE0 && lead < 0xF0) return 3;
    if (lead >= 0xF0 && lead < 0xF5) return 4;
    return 0;
}

/// ISO/IEC 19794-5, 5: a facial record header, then for each image a facial information block, feature points, an
/// image information block and the image itself.
ByteView first_image(ByteView record) {
    constexpr std::size_t record_header = 14;
    constexpr std::size_t facial_information = 20;
    constexpr std::size_t feature_point = 8;
    constexpr std::size_t image_information = 12;

    if (!begins_with(record, {'F', 'A', 'C', 0x00})) {
        throw malformed(File::dg2, "the face is in a format other than ISO/IEC 19794-5");
    }
    if (record.size() < record_header + facial_information) throw malformed(File::dg2, "the face record breaks off");
    const ByteView face = record.subspan(record_header);
    const std::uint64_t length = from_big_endian(face.first(4));
    const std::uint64_t points = from_big_endian(face.subspan(4, 2));
    const std::size_t before_image = facial_information + points * feature_point + image_information;
    if (length > face.size() || length <= before_image) {
        throw malformed(File::dg2, "the length of the face does not go with its record");
    }
    return face.subspan(before_image, length - before_image);
}

}  // namespace

ImageFormat image_format(ByteView image) {
    if (begins_with(image, {0xFF, 0xD8, 0xFF})) return ImageFormat::jpeg;
    if (begins_with(image, {0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20})) return ImageFormat::jpeg2000;
    if (begins_with(image, {0xFF, 0x4F, 0xFF, 0x51})) return ImageFormat::jpeg2000_codestream;
    return ImageFormat::unknown;
}

Com parse_com(ByteView file) {
    tlv::Cursor cursor{content(file, File::com)};
    Com com;
    com.lds_version = as_text(cursor.read(0x5F01));
    com.unicode_version = as_text(cursor.read(0x5F36));
    if (com.lds_version.size() != 4 || com.unicode_version.size() != 6 || !all_digits(as_bytes(com.lds_version)) ||
        !all_digits(as_bytes(com.unicode_version))) {
        throw malformed(File::com, "a version is not of four and six digits");
    }
    for (const std::uint8_t tag : cursor.read(0x5C)) {
        if (const auto number = data_group_by_tag(tag)) com.data_groups.push_back(*number);
    }
    std::ranges::sort(com.data_groups);
    com.data_groups.erase(std::unique(com.data_groups.begin(), com.data_groups.end()), com.data_groups.end());
    return com;
}

std::string_view parse_dg1(ByteView file) {
    tlv::Cursor cursor{content(file, File::dg1)};
    const ByteView mrz = cursor.read(0x5F1F);
    constexpr std::array<std::size_t, 3> lengths{72, 88, 90};
    if (std::ranges::find(lengths, mrz.size()) == lengths.end()) {
        throw malformed(File::dg1,
                        "the MRZ has " + std::to_string(mrz.size()) + " characters in place of 72, 88 or 90");
    }
    const auto allowed = [](std::uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<'; };
    if (!std::ranges::all_of(mrz, allowed)) {
        throw malformed(File::dg1, "the MRZ has a character other than A to Z, 0 to 9 and '<'");
    }
    return as_text(mrz);
}

std::string_view media_type(ImageFormat format) {
    switch (format) {
        case ImageFormat::jpeg:
            return "image/jpeg";
        case ImageFormat::jpeg2000:
            return "image/jp2";
        case ImageFormat::jpeg2000_codestream:
            return "image/j2c";
        case ImageFormat::unknown:
            break;
    }
    return "application/octet-stream";
}

Portrait parse_dg2(ByteView file) {
    tlv::Cursor group{content(file, File::dg2)};
    tlv::Cursor faces{group.read(0x7F61)};
    const ByteView count = faces.read(0x02);
    if (count.size() != 1 || count[0] == 0 || count[0] > kMaxFaces) {
        throw malformed(File::dg2, "the number of faces is not between 1 and " + std::to_string(kMaxFaces));
    }
    const ByteView face = faces.read(0x7F60);
    auto record = tlv::find(face, 0x5F2E);
    if (!record) record = tlv::find(face, 0x7F2E);
    if (!record) throw malformed(File::dg2, "a face without its biometric data block");
    return parse_face_record(*record);
}

Portrait parse_face_record(ByteView record) {
    const ByteView image = first_image(record);
    return {image, image_format(image)};
}

PersonalDetails parse_dg11(ByteView file) {
    const ByteView run = content(file, File::dg11);
    return {.name = value_of(run, 0x5F0E),
            .personal_number = value_of(run, 0x5F10),
            .birth_date = whole_date(value_of(run, 0x5F2B)),
            .birth_place = value_of(run, 0x5F11),
            .address = value_of(run, 0x5F42)};
}

DocumentDetails parse_dg12(ByteView file) {
    const ByteView run = content(file, File::dg12);
    return {.issuing_authority = value_of(run, 0x5F19),
            .issue_date = whole_date(value_of(run, 0x5F26)),
            .personalisation_serial = value_of(run, 0x5F56)};
}

ByteView parse_dg14(ByteView file) {
    tlv::Cursor cursor{content(file, File::dg14)};
    const tlv::Object infos = cursor.read();
    if (infos.tag != 0x31) throw malformed(File::dg14, "does not hold SecurityInfos");
    return infos.raw;
}

ByteView parse_dg15(ByteView file) {
    tlv::Cursor cursor{content(file, File::dg15)};
    const tlv::Object key = cursor.read();
    if (key.tag != 0x30 || !cursor.at_end()) throw malformed(File::dg15, "does not hold one public key");
    return key.raw;
}

std::string readable(ByteView text) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const std::uint8_t lead = text[i];
        const std::size_t length = utf8_length(lead);
        bool valid = length != 0 && length <= text.size() - i;
        for (std::size_t k = 1; valid && k < length; ++k) valid = (text[i + k] & 0xC0U) == 0x80;
        // Overlong forms, surrogates and code points beyond U+10FFFF (Unicode, table 3-7).
        if (valid && length >= 3) {
            const std::uint8_t second = text[i + 1];
            valid = !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F) &&
                    !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F);
        }
        if (valid && length == 1 && (lead < 0x20 || lead == 0x7F)) valid = false;
        if (!valid) {
            result += replacement;
            ++i;
        } else if (lead == '<') {
            result += ' ';
            ++i;
        } else {
            result += as_text(text.subspan(i, length));
            i += length;
        }
    }
    const auto last = result.find_last_not_of(' ');
    result.erase(last == std::string::npos ? 0 : last + 1);
    return result;
}

std::string readable_name(ByteView text) {
    const std::string_view whole = as_text(text);
    const std::size_t separator = whole.find("<<");
    if (separator == std::string_view::npos) return readable(text);
    const std::string primary = readable(text.first(separator));
    const std::string secondary = readable(text.subspan(separator + 2));
    return secondary.empty() ? primary : secondary + " " + primary;
}

}  // namespace tahvil::lds
