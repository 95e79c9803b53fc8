#include "apdu/emulator/specimen_terminals.h"

#include <numeric>

#include "apdu/applets/eid.h"
#include "crypto/error.h"

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
constexpr std::uint8_t kRole = 0xC0;
constexpr std::uint8_t kVerifierRole = 0x80;

/// The same rights for all three.
SpecimenTerminals certify_all(cv::Date today, const asn1::Oid& type, const Bytes& rights) {
    const PrivateKey authority_key = PrivateKey::generate_ec(kCurve);
    const PrivateKey verifier_key = PrivateKey::generate_ec(kCurve);
    PrivateKey terminal_key = PrivateKey::generate_ec(kCurve);
    const auto certify = [&](std::string_view issuer, std::string_view holder, std::uint8_t role, const PrivateKey& key,
                             const PrivateKey& issuer_key) {
        cv::Authorization authorization{type, rights};
        authorization.rights.front() = static_cast<std::uint8_t>((rights.front() & ~kRole) | role);
        const cv::Request request{.authority_reference = std::string(issuer),
                                  .holder_reference = std::string(holder),
                                  .authorization = std::move(authorization),
                                  .effective = today,
                                  .expiration = today + kValidity,
                                  .key = key.public_key(),
                                  .key_algorithm = kAlgorithm,
                                  .with_domain_parameters = issuer == holder};
        return cv::issue(request, issuer_key, kAlgorithm);
    };
    return {certify(kAuthority, kAuthority, kRole, authority_key, authority_key),
            certify(kAuthority, kVerifier, kVerifierRole, verifier_key, authority_key),
            certify(kVerifier, kTerminal, 0, terminal_key, verifier_key), terminal_key};
}

}  // namespace

SpecimenTerminals SpecimenTerminals::make(cv::Date today, std::uint8_t rights) {
    return certify_all(today, cv::inspection_system(), {rights});
}

SpecimenTerminals SpecimenTerminals::make_for_eid(cv::Date today, const std::vector<unsigned>& data_groups) {
    Bytes rights(5);
    for (const unsigned group : data_groups) {
        const unsigned bit = group + 7;  // TR-03110-4, 2.2.3.2
        if (group < 1 || group > 21)
            throw InvalidInput("input.data_group", "the eID application has data groups 1 to 21");
        std::uint8_t& byte = rights.at(rights.size() - 1 - bit / 8);
        byte = static_cast<std::uint8_t>(byte | (1U << (bit % 8)));
    }
    return certify_all(today, cv::authentication_terminal(), rights);
}

SpecimenTerminals SpecimenTerminals::make_for_eid(cv::Date today) {
    std::vector<unsigned> all(eid::kGroups);
    std::iota(all.begin(), all.end(), 1U);
    return make_for_eid(today, all);
}

}  // namespace tahvil::emulator
