#pragma once

#include "apdu/emulator/national_card.h"

namespace tahvil::emulator {

/// Makes a PIV card (SP 800-73-4): CHUID, capability container, discovery object, security object, the four
/// certificates, printed information and facial image (these two after the PIN). Keys: 9A authentication (RSA 2048,
/// after the PIN), 9C signature (EC P-256, the PIN each time), 9D key management (EC P-256, after the PIN), 9E card
/// authentication (EC P-256, always). The PIN, reference 80, is eight bytes filled up with FF, and an empty VERIFY is a
/// query. Values: the objects as GET DATA answers them, by the name of their tag ("5FC102"), and "9A" to "9E", the
/// certificates.
NationalCard personalise_piv(const Person& person, const NationalPki& pki, const NationalCardOptions& options,
                             trust::Time now, const RandomSource& random = system_random);

}  // namespace tahvil::emulator
