// Any bytes as an exported journal and, behind a zero byte, as an earlier checkpoint. It never verifies by a key that
// signed nothing, and is read in memory of a fixed size.

#include <array>
#include <sstream>

#include "daemon/journal/verification.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tahvil;
    static const std::array<signed_note::VerifierKey, 1> known{
        signed_note::VerifierKey("office.example/12", PrivateKey::generate_ed25519().public_key())};
    const std::string text(as_text(ByteView(data, size)));
    const std::size_t end = text.find('\0');
    std::istringstream exported(text.substr(0, end));
    std::vector<std::string> earlier;
    if (end != std::string::npos) earlier.push_back(text.substr(end + 1));
    const daemon::JournalVerification found = daemon::verify_journal(exported, known, earlier);
    if (found.passed() || found.head) __builtin_trap();
    for (const Check& check : found.checks)
        if (check.id.empty() || (check.result != Result::passed && check.reason.empty())) __builtin_trap();
    return 0;
}
