// Any text as a receipt. One that parses must do so again with fewer disclosures, and never verifies by a stranger's
// key.

#include "daemon/receipt/sd_jwt.h"

#include "crypto/error.h"
#include "crypto/key.h"
#include "daemon/receipt/printed_receipt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tahvil;
    using namespace tahvil::daemon;
    static const PublicKey stranger = PrivateKey::generate_ec(Curve::secp256r1).public_key();
    static const OfficeCalendar calendar{{"UTC", {}, {}}};
    const std::string_view text = as_text(ByteView(data, size));
    try {
        const SdJwt parsed = SdJwt::parse(text);
        if (parsed.check(stranger, {}).result != SdJwtCheck::Result::bad_signature) __builtin_trap();
        static_cast<void>(SdJwt::parse(withhold(text, {})));
        static_cast<void>(print_receipt(text, calendar));
    } catch (const Error&) {
        return 0;
    }
    return 0;
}
