// Any text as a signed note, as the head of a log, and as a verifier's key.

#include "crypto/signed_note.h"

#include <array>

#include "crypto/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tahvil;
    using namespace tahvil::signed_note;
    static const std::array<VerifierKey, 1> known{
        VerifierKey("office.example/12", PrivateKey::generate_ed25519().public_key())};
    const std::string_view text = as_text(ByteView(data, size));
    try {
        if (open(text, known).result == Result::verified) __builtin_trap();
    } catch (const MalformedData&) {  // NOLINT(bugprone-empty-catch): refused by name
    }
    try {
        const Checkpoint checkpoint = Checkpoint::parse(text);
        if (checkpoint.text() != text || !(Checkpoint::parse(checkpoint.text()) == checkpoint)) __builtin_trap();
    } catch (const MalformedData&) {  // NOLINT(bugprone-empty-catch): refused by name
    }
    try {
        if (VerifierKey::parse(text).text() != text) __builtin_trap();
    } catch (const MalformedData&) {
        return 0;
    }
    return 0;
}
