#pragma once

#include <string>
#include <vector>

#include "apdu/applets/lds/file.h"
#include "apdu/emulator/person.h"
#include "crypto/bytes.h"

/// Writes the files of the LDS (Doc 9303-10), each whole, as a personalisation office does.
namespace tahvil::emulator {

Bytes write_com(const std::vector<unsigned>& data_groups);

Bytes write_dg1(const Person& person);

/// One face in a record of ISO/IEC 19794-5. `portrait` is a JPEG, JP2 or JPEG 2000 codestream; throws InvalidInput
/// "input.portrait" when it is neither.
Bytes write_dg2(ByteView portrait);

/// The record of ISO/IEC 19794-5 in it, which is that of INCITS 385 too. Throws as write_dg2().
Bytes facial_record(ByteView portrait);

/// EF.DG3 or EF.DG4 without a biometric instance, filled up with data of no meaning (Doc 9303-10, 4.7.3.1).
Bytes write_empty_biometrics(lds::File which, ByteView filler);

/// Name in the holder's own script, national code as personal number, birth date.
Bytes write_dg11(const Person& person);

/// Around SecurityInfos (a SET).
Bytes write_dg14(ByteView security_infos);

/// Around a SubjectPublicKeyInfo.
Bytes write_dg15(ByteView public_key);

/// EF.CVCA with the references of up to two trust points, newest first (Doc 9303-11, 9.3).
Bytes write_trust_points(const std::vector<std::string>& references);

/// YYYYMMDD.
std::string long_date(std::chrono::year_month_day day);

/// EF.DIR with one application (ISO/IEC 7816-4, 12.2.2.2).
Bytes write_directory(ByteView aid);

}  // namespace tahvil::emulator
