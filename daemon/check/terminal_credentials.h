#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apdu/access/terminal_authentication.h"

namespace tahvil::daemon {

/// What this terminal shows of itself to cards that ask who reads them, and the key that proves it.
struct TerminalCredentials {
    cv::Certificate certificate;
    std::vector<cv::Certificate> available;  ///< verifiers' and link certificates
    std::shared_ptr<const Signer> signer;    ///< not null

    terminal_authentication::Credentials shown() const { return {certificate, available, signer.get()}; }

    /// Of all these certificates, the terminal's own is the one for the signer's key; of several the one that expires
    /// last. Throws InvalidInput "terminal_authentication.no_certificate".
    static TerminalCredentials select(const std::vector<cv::Certificate>& certificates,
                                      std::shared_ptr<const Signer> signer);

    /// `certificates` is a file of CV certificates one after the other (DER), or a folder of such files; `key` is what
    /// open_signer() takes. Throws InvalidInput "terminal_authentication.unreadable" and as select(), MalformedData
    /// "cv.malformed" that names the file, and what open_signer() throws.
    static TerminalCredentials load(const std::filesystem::path& certificates, const std::string& key);
};

using Terminals = std::vector<std::shared_ptr<const TerminalCredentials>>;

}  // namespace tahvil::daemon
