#include "crypto/protocol/cv_certificate.h"

#include "apdu/access/terminal_authentication.h"
#include "crypto/error.h"

/// Any bytes as a card verifiable certificate and as EF.CVCA.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const tahvil::ByteView input(data, size);
    try {
        static_cast<void>(tahvil::terminal_authentication::authority_references(input));
    } catch (const tahvil::MalformedData&) {
        // Refused by name, as it should be.
    }
    try {
        const auto certificate = tahvil::cv::Certificate::parse(input);
        if (!tahvil::equal(certificate.encode(), input)) __builtin_trap();
        static_cast<void>(certificate.key.resolve(tahvil::Curve::secp256r1));
        static_cast<void>(tahvil::cv::TrustedKey::trust_point(certificate));
    } catch (const tahvil::Error&) {
        return 0;
    }
    return 0;
}
