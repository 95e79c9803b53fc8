#include "apdu/applets/pkcs15/directory_file.h"
#include "apdu/applets/pkcs15/listing.h"
#include "apdu/profiles/catalogue.h"
#include "crypto/error.h"

namespace {

using namespace tahvil;

template <typename Parse>
auto read_or_refuse(Parse parse) -> decltype(parse()) {
    try {
        return parse();
    } catch (const MalformedData&) {
        return {};
    }
}

}  // namespace

/// Any bytes as each directory of ISO/IEC 7816-15: understood or refused, and what they list makes a profile whose
/// names all lead somewhere.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const profiles::Catalogue catalogue = profiles::Catalogue::built_in();
    const ByteView input(data, size);
    static_cast<void>(pkcs15::application_identifiers(input));
    static_cast<void>(read_or_refuse([&] { return pkcs15::parse_object_directory(input); }));
    pkcs15::Listing listing;
    listing.certificates = read_or_refuse([&] { return pkcs15::parse_certificates(input); });
    listing.keys = read_or_refuse([&] { return pkcs15::parse_private_keys(input); });
    listing.passwords = read_or_refuse([&] { return pkcs15::parse_passwords(input); });
    const profiles::Profile profile = pkcs15::complete(*catalogue.find("pkcs15"), listing);
    const profiles::Proof& proof = profile.proofs.front();
    if (!proof.certificate.empty() && profile.certificate(proof.certificate) == nullptr) __builtin_trap();
    if (const profiles::Pin* pin = profile.holder_pin(); pin != nullptr && pin->shortest > pin->longest)
        __builtin_trap();
    return 0;
}
