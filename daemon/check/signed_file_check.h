#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "apdu/profiles/profile.h"
#include "daemon/check/certificate_check.h"

namespace tahvil::daemon {

/// A card that rests on X.509, as far as it is in memory: whole files by the names of its profile.
struct CardData {
    const profiles::Profile* profile = nullptr;
    std::map<std::string, Bytes> files;
    std::set<std::string> refused;  ///< that the card did not give

    const Bytes* content(std::string_view file) const;
};

/// What the card's own signatures vouch for.
struct SignedFiles {
    std::vector<Check> checks;  ///< signed_file.NAME
    Deviations deviations;
    std::set<std::string> vouched_for;  ///< files as they were signed by a key whose path passed
};

/// Verifies the path of every certificate that was read and is no issuer's. One that can not be understood is a failed
/// check, see CertificatePaths::checks(), of the name `malformed`.
void add_certificates(CertificatePaths& paths, const CardData& card, std::vector<Check>& checks);

/// Verifies every file with a signature of its own, or with a hash in such a file, as the profile says. For PIV cards
/// the signers of CHUID and security object are added to the paths first.
SignedFiles check_signed_files(CertificatePaths& paths, const CardData& card);

}  // namespace tahvil::daemon
