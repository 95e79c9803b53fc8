#pragma once

#include <filesystem>

#include "apdu/emulator/national_pki.h"
#include "apdu/emulator/specimen_pki.h"
#include "apdu/emulator/specimen_terminals.h"

namespace tahvil::daemon {

/// Writes what a terminal needs of an issuer of specimens into a folder: its certificate ("csca.cer"), its revocation
/// list ("csca.crl") and its hot list ("csca.hotlist") for a trust store to import, and the key of the hot list
/// ("hot-list.key") for the configuration. No private key of it is ever written. Makes the folder when it is not there.
/// Throws Error "trust.folder".
void write_specimen_trust(const std::filesystem::path& folder, const emulator::SpecimenPki& pki);

/// Writes what a terminal shows to cards that ask who reads them: the folder "terminal" of CV certificates, and the
/// private key of the terminal, which is a sample too, in "terminal.pem" for this user alone. Throws as above, and
/// "private_file.write".
void write_specimen_terminals(const std::filesystem::path& folder, const emulator::SpecimenTerminals& terminals);

/// The same of an issuer of cards of a national PKI: "root.cer" and "root.crl", "issuing.cer" and "issuing.crl".
void write_specimen_trust(const std::filesystem::path& folder, const emulator::NationalPki& pki);

}  // namespace tahvil::daemon
