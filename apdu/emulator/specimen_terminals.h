#pragma once

#include <vector>

#include "crypto/protocol/cv_certificate.h"

namespace tahvil::emulator {

/// The PKI of the terminals that may read what specimens guard (Doc 9303-12, 7; TR-03110-3, C): an authority whose
/// certificate is the card's trust point, a verifier, and one terminal with its key.
struct SpecimenTerminals {
    cv::Certificate authority;
    cv::Certificate verifier;
    cv::Certificate terminal;
    PrivateKey terminal_key;

    /// An inspection system. New keys; valid for 90 days from `today`. `rights`: bit 0 for EF.DG3, bit 1 for EF.DG4.
    static SpecimenTerminals make(cv::Date today, std::uint8_t rights = 0x03);

    /// A terminal for the eID application, likewise, that may read these data groups, 1 to 21.
    static SpecimenTerminals make_for_eid(cv::Date today, const std::vector<unsigned>& data_groups);
    /// One that may read all of them.
    static SpecimenTerminals make_for_eid(cv::Date today);
};

}  // namespace tahvil::emulator
