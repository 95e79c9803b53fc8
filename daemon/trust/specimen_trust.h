#pragma once

#include <filesystem>

#include "apdu/emulator/specimen_pki.h"

namespace tahvil::daemon {

/// Writes the public part of an issuer of specimens into a folder, for a trust store to import: its certificate
/// ("csca.cer") and its revocation list ("csca.crl"). No private key is ever written. Makes the folder when it is not
/// there. Throws Error "trust.folder".
void write_specimen_trust(const std::filesystem::path& folder, const emulator::SpecimenPki& pki);

}  // namespace tahvil::daemon
