#include "apdu/emulator/specimen_terminals.h"

namespace tahvil::emulator {

namespace {

constexpr auto kCurve = Curve::brainpool_p256r1;
constexpr SignatureAlgorithm kAlgorithm{SignatureScheme::ecdsa_plain, DigestAlgorithm::sha256, DigestAlgorithm::sha256,
                                        0};
constexpr std::chrono::days kValidity{90};

constexpr std::string_view kAuthority = "UTSPECIMENCV0001";
constexpr std::string_view kVerifier = "UTSPECIMENDV0001";
constexpr std::string_view kTerminal = "UTSPECIMENIS0001";

// The first two bits of the rights are the role (Doc 9303-12, table 35).
constexpr std::uint8_t kAuthorityRole = 0xC0;
constexpr std::uint8_t kVerifierRole = 0x80;
constexpr std::uint8_t kAllRights = 0x03;

}  // namespace

SpecimenTerminals SpecimenTerminals::make(cv::Date today, std::uint8_t rights) {
    const PrivateKey authority_key = PrivateKey::generate_ec(kCurve);
    const PrivateKey verifier_key = PrivateKey::generate_ec(kCurve);
    PrivateKey terminal_key = PrivateKey::generate_ec(kCurve);
    const auto certify = [&](std::string_view issuer, std::string_view holder, std::uint8_t role_and_rights,
                             const PrivateKey& key, const PrivateKey& issuer_key) {
        const cv::Request request{.authority_reference = std::string(issuer),
                                  .holder_reference = std::string(holder),
                                  .authorization = {cv::inspection_system(), Bytes{role_and_rights}},
                                  .effective = today,
                                  .expiration = today + kValidity,
                                  .key = key.public_key(),
                                  .key_algorithm = kAlgorithm,
                                  .with_domain_parameters = issuer == holder};
        return cv::issue(request, issuer_key, kAlgorithm);
    };
    return {certify(kAuthority, kAuthority, kAuthorityRole | kAllRights, authority_key, authority_key),
            certify(kAuthority, kVerifier, kVerifierRole | kAllRights, verifier_key, authority_key),
            certify(kVerifier, kTerminal, static_cast<std::uint8_t>(rights & kAllRights), terminal_key, verifier_key),
            terminal_key};
}

}  // namespace tahvil::emulator
