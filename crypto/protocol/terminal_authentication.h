#pragma once

#include "crypto/group.h"
#include "crypto/protocol/cv_certificate.h"

/// Terminal Authentication, version 1 (Doc 9303-11, 7.1) and 2 (TR-03110-2, 3.3): what the terminal signs and the chip
/// checks.
namespace tahvil::terminal_authentication {

inline constexpr std::size_t kChallengeSize = 8;  ///< r_IC

/// ID_IC after BAC: the document number as in the MRZ (filled up to nine characters), with its check digit. Throws
/// InvalidInput "input.mrz".
Bytes chip_identifier(std::string_view document_number);
/// ID_IC after PACE: Comp(PK_DH,IC) of its ephemeral key.
Bytes chip_identifier(const Group& group, ByteView chip_ephemeral_key);

/// ID_IC || r_IC || Comp(PK_DH,IFD), and in version 2 the auxiliary data (DO'67', whole) after it. Throws MalformedData
/// "ta.challenge" for a challenge that is not of kChallengeSize.
Bytes signed_data(ByteView chip_identifier, ByteView challenge, ByteView compressed_ephemeral_key,
                  ByteView auxiliary_data = {});

/// The chip's check of EXTERNAL AUTHENTICATE: whether the signature over that is the terminal's.
bool verify(const cv::TrustedKey& terminal, ByteView signed_data, ByteView signature);

}  // namespace tahvil::terminal_authentication
