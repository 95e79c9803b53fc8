#pragma once

#include <array>

#include "apdu/emulator/national_card.h"

namespace tahvil::emulator {

/// \name Applications of the Mav family, as a published analysis of vendor software names them
/// @{
inline constexpr std::array<std::uint8_t, 8> kMavCardManager{0xA0, 0x00, 0x00, 0x00, 0x18, 0x43, 0x4D, 0x00};
inline constexpr std::array<std::uint8_t, 12> kMavPki{0xA0, 0x00, 0x00, 0x00, 0x18, 0x0C,
                                                      0x00, 0x00, 0x01, 0x63, 0x42, 0x00};
inline constexpr std::array<std::uint8_t, 16> kMavId{0xA0, 0x00, 0x00, 0x00, 0x18, 0x30, 0x03, 0x01,
                                                     0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
/// @}
/// Application from which the state of the PINs is read, as the same analysis has it for another family.
inline constexpr std::array<std::uint8_t, 10> kPinStatus{0xA0, 0x00, 0x00, 0x00, 0xD7, 0x85, 0x01, 0x3A, 0x04, 0x28};

/// Makes a card in the manner of the Iranian national card, Mav family (chip type 0001), as far as anything public says
/// how that is. PKI application: certificates 5000/5040 and 5100/5040 (RSA 2048). ID application: 0200/0201 personal
/// data and 0200/0205 SOD1, both closed until CardAuthentication after the ID PIN; 0300/0302, 0300/0303 and 0600/0601,
/// free. Quirks: READ BINARY of more than F8 bytes is refused, the end is 6Cxx and 6B00, SELECT of an application
/// drops the login, an empty VERIFY is a wrong PIN.
///
/// What no public source tells is this specimen's own: the PINs' references (01 ID, 02 SIGN, which is the PIN with "0"
/// behind it; eight bytes, filled up with FF), the keys' references (01, 02), where the PINs' states are (GET DATA 0102
/// in kPinStatus: one byte each, 11 active, F1 not active, F2 blocked), what is in the personal data, and card
/// authentication, whose serial number is the hexadecimal text of the eight bytes that tell the chip in GET DATA 9F7F
/// (offsets 10 to 17 of its value). Values: "authentication" and "signing", certificates; "0201", "0205", "0302",
/// "0303", "0601"; "serial" as text.
NationalCard personalise_irn_nid(const Person& holder, const NationalPki& pki, const NationalCardOptions& options,
                                 trust::Time now, const RandomSource& random = system_random);

}  // namespace tahvil::emulator
