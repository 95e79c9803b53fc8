#pragma once

#include "crypto/protocol/cv_certificate.h"

namespace tahvil::emulator {

/// The PKI of the terminals that may read EF.DG3 and EF.DG4 of specimens (Doc 9303-12, 7): an authority whose
/// certificate is the card's trust point, a verifier, and one inspection system with its key.
struct SpecimenTerminals {
    cv::Certificate authority;
    cv::Certificate verifier;
    cv::Certificate terminal;
    PrivateKey terminal_key;

    /// New keys; valid for 90 days from `today`. `rights` are those of the terminal: bit 0 for DG3, bit 1 for DG4.
    static SpecimenTerminals make(cv::Date today, std::uint8_t rights = 0x03);
};

}  // namespace tahvil::emulator
