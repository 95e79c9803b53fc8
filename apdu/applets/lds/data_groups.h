#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

/// What the files of the LDS say, without believing it. Every function takes a whole file as it was read and returns
/// views into it; all throw MalformedData "lds.malformed" (or "tlv.malformed"), naming the file, when it does not keep
/// to Doc 9303-10.
namespace tahvil::lds {

/// EF.COM (Doc 9303-10, 4.6.1). Nobody signs it.
struct Com {
    std::string_view lds_version;       ///< "0107"
    std::string_view unicode_version;   ///< "040000"
    std::vector<unsigned> data_groups;  ///< sorted, each once; tags that stand for none are left out
};
Com parse_com(ByteView file);

/// The MRZ in EF.DG1 (4.7.1): 72, 88 or 90 characters.
std::string_view parse_dg1(ByteView file);

enum class ImageFormat : std::uint8_t { jpeg, jpeg2000, jpeg2000_codestream, unknown };

/// "image/jpeg", "image/jp2", "image/j2c" for a bare codestream, "application/octet-stream".
std::string_view media_type(ImageFormat format);

/// The first face in EF.DG2 (4.7.2), from the record of ISO/IEC 19794-5 that holds it.
struct Portrait {
    ByteView image;
    ImageFormat format = ImageFormat::unknown;
};
Portrait parse_dg2(ByteView file);

/// The first face of a record of ISO/IEC 19794-5, or of INCITS 385, which has the same form.
Portrait parse_face_record(ByteView record);

/// By its first bytes.
ImageFormat image_format(ByteView image);

/// EF.DG11 (4.7.11). Text that is not there is empty; what is not listed here is not looked at.
struct PersonalDetails {
    ByteView name;                                          ///< 5F0E, in the holder's own script
    ByteView personal_number;                               ///< 5F10
    std::optional<std::chrono::year_month_day> birth_date;  ///< 5F2B; nothing when it is not a whole date
    ByteView birth_place;                                   ///< 5F11
    ByteView address;                                       ///< 5F42
};
PersonalDetails parse_dg11(ByteView file);

/// EF.DG12 (4.7.12).
struct DocumentDetails {
    ByteView issuing_authority;                             ///< 5F19
    std::optional<std::chrono::year_month_day> issue_date;  ///< 5F26
    ByteView personalisation_serial;                        ///< 5F56
};
DocumentDetails parse_dg12(ByteView file);

/// The SecurityInfos (a SET) in EF.DG14 (Doc 9303-10, 4.7.14).
ByteView parse_dg14(ByteView file);

/// The SubjectPublicKeyInfo in EF.DG15 (4.7.15).
ByteView parse_dg15(ByteView file);

/// A text of the card for people to read: UTF-8 as it is, '<' as space, control characters and bytes that are no UTF-8
/// as U+FFFD.
std::string readable(ByteView text);

/// A name field for people to read, given names before the family name where "<<" tells them apart.
std::string readable_name(ByteView text);

}  // namespace tahvil::lds
