#include "daemon/trust/specimen_trust.h"

#include <fstream>

#include "crypto/error.h"
#include "daemon/private_file.h"

namespace tahvil::daemon {

namespace {

void write(const std::filesystem::path& path, ByteView content) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << as_text(content) << std::flush;
    if (!file) throw Error("trust.folder", "\"" + path.string() + "\" can not be written", "Name another folder.");
}

void make(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw Error("trust.folder", "\"" + folder.string() + "\" can not be made: " + error.message(),
                    "Name another folder.");
    }
}

}  // namespace

void write_specimen_trust(const std::filesystem::path& folder, const emulator::SpecimenPki& pki) {
    make(folder);
    write(folder / "csca.cer", pki.country_signer.certificate);
    write(folder / "csca.crl", pki.revocation_list);
    write(folder / "csca.hotlist", pki.hot_list);
    write(folder / "hot-list.key", pki.hot_list_key);
}

void write_specimen_terminals(const std::filesystem::path& folder, const emulator::SpecimenTerminals& terminals) {
    make(folder / "terminal");
    write(folder / "terminal" / "authority.cvcert", terminals.authority.encode());
    write(folder / "terminal" / "verifier.cvcert", terminals.verifier.encode());
    write(folder / "terminal" / "terminal.cvcert", terminals.terminal.encode());
    write_private_file(folder / "terminal.pem", terminals.terminal_key.pem().view());
}

void write_specimen_trust(const std::filesystem::path& folder, const emulator::NationalPki& pki) {
    make(folder);
    write(folder / "issuing.cer", pki.issuing_authority.certificate);
    write(folder / "issuing.crl", pki.revocation_list);
    write(folder / "root.crl", pki.root_revocation_list);
    write(folder / "root.cer", pki.root.certificate);
}

}  // namespace tahvil::daemon
