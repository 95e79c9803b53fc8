#pragma once

#include <array>

#include "apdu/emulator/national_card.h"

namespace tahvil::emulator {

/// The AID of PKCS #15, which ISO/IEC 7816-15 has taken over.
inline constexpr std::array<std::uint8_t, 12> kPkcs15Application{0xA0, 0x00, 0x00, 0x00, 0x63, 0x50,
                                                                 0x4B, 0x43, 0x53, 0x2D, 0x31, 0x35};

/// The main application of IAS ECC cards.
inline constexpr std::array<std::uint8_t, 16> kIasEccApplication{0xA0, 0x00, 0x00, 0x00, 0x77, 0x01, 0x08, 0x00,
                                                                 0x07, 0x00, 0x00, 0xFE, 0x00, 0x00, 0x01, 0x00};

/// Makes a card with a cryptographic information application (ISO/IEC 7816-15): EF.DIR, EF.OD 5031 and EF.CIAInfo 5032
/// lead to everything else, by paths from the MF. Two keys, authentication (EC P-256, reference 1) and signature (RSA
/// 2048, reference 2), sign after the PIN of reference 81: eight bytes, filled up with FF, an empty VERIFY being a
/// query. Both by PSO: COMPUTE DIGITAL SIGNATURE, and by INTERNAL AUTHENTICATE. The PUK unblocks by RESET RETRY
/// COUNTER. Values: "authentication", "signature" and "issuer" are certificates.
NationalCard personalise_pkcs15(const Person& person, const NationalPki& pki, const NationalCardOptions& options,
                                trust::Time now, const RandomSource& random = system_random);

/// Makes a card in the manner of IAS ECC, as Estonia and Latvia have them: the same directories, with paths from the
/// application's DF, and the certificates in the files that are fixed there, ADF1/3401 and ADF2/341F. Both keys are EC
/// P-384: authentication (reference 81) by INTERNAL AUTHENTICATE alone, after PIN1 (reference 81); signature (reference
/// 9F) by PSO alone, after PIN2 (reference 85), which is the PIN with "0" behind it. Both are twelve bytes, filled up
/// with 00. Values as of personalise_pkcs15().
NationalCard personalise_ias_ecc(const Person& person, const NationalPki& pki, const NationalCardOptions& options,
                                 trust::Time now, const RandomSource& random = system_random);

}  // namespace tahvil::emulator
