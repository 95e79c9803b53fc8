// Any bytes as a manifest: CSV, JSON lines, or a signed one. What is taken must be what the store can hold.

#include "daemon/delivery/manifest.h"

#include "crypto/error.h"
#include "daemon/text/national_code.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tahvil;
    using namespace tahvil::daemon;
    const ByteView input(data, size);
    if (looks_signed(input)) {
        const SignedManifest opened = open_signed_manifest(input, *trust::TrustStore::empty(), {});
        if (opened.signature.passed()) __builtin_trap();  // nobody is trusted
        return 0;
    }
    try {
        const Manifest manifest = read_manifest(as_text(input));
        for (const ManifestRow& row : manifest.rows) {
            if (row.line == 0 || row.card.tracking_code.empty()) __builtin_trap();
            if (fault_of_national_code(row.card.national_code)) __builtin_trap();
            ExpectedCard again;
            decode_personal(encode_personal(row.card).view(), again);
            if (again.family_name != row.card.family_name || again.birth_date != row.card.birth_date) __builtin_trap();
        }
        for (const RowFault& fault : manifest.faults)
            if (fault.line == 0 || fault.code.empty()) __builtin_trap();
    } catch (const MalformedData&) {
        return 0;
    }
    return 0;
}
