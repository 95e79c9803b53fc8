#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apdu/emulator/specimen.h"

namespace tahvil::emulator {

/// How people write what SpecimenOptions say, on the command line and in a configuration.
struct SpecimenWords {
    std::string access = "pace-gm";         ///< as parse_access() has it, or several with commas between
    std::string chip = "ca";                ///< as parse_chip_proof() has it
    std::string cipher = "aes-128";         ///< "3des", "aes-128", "aes-192", "aes-256"
    std::string curve = "brainpoolP256r1";  ///< one of domain_parameter_names()
    std::string pin;                        ///< for PACE, 5 or 6 digits; none when empty
    std::string puk;                        ///< likewise, 10 digits

    /// Throws InvalidInput "input.access", "input.chip", "input.cipher", "input.curve", "input.pin", "input.puk".
    SpecimenOptions options() const;
};

/// The names of the standardized domain parameters (Doc 9303-11, 9.5.1): those of curves, and "modp-1024-160",
/// "modp-2048-224" and "modp-2048-256".
std::vector<std::string> domain_parameter_names();

}  // namespace tahvil::emulator
