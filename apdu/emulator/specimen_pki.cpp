#include "apdu/emulator/specimen_pki.h"

#include "crypto/random.h"
#include "crypto/trust/hot_list.h"
#include "crypto/trust/path.h"

namespace tahvil::emulator {

namespace {

constexpr std::string_view kOrganization = "Tahvil SPECIMEN";
constexpr std::string_view kIssuingState = "UTO";

Bytes name(std::string_view country, std::string_view common_name) {
    return trust::NameWriter().country(country).organization(kOrganization).common_name(common_name).der();
}

/// A list of one card that no specimen is.
Bytes sign_hot_list(ByteView key, trust::Time now, const trust::CertifiedKey& issuer, std::string_view country) {
    auto signing = trust::CertificateTemplate::document_signer(name(country, "SPECIMEN Hot List Signer"),
                                                               issuer.parsed().validity());
    signing.serial = {0x03};
    signing.extended_key_usage = {trust::hot_list_signer_usage()};
    const auto signer = trust::issue(signing, PrivateKey::generate_ec(Curve::brainpool_p256r1), issuer);
    const trust::HotListKey hashing(key);
    trust::HotListInfo info;
    info.issuer = kIssuingState;
    info.sequence = static_cast<std::uint64_t>(now.time_since_epoch().count());  // a later start makes a later list
    info.issued_at = now - std::chrono::hours(1);
    return trust::build_hot_list(info, hashing, {hashing.hash(kIssuingState, "REVOKED01")}, signer);
}

}  // namespace

SpecimenPki SpecimenPki::make(trust::Time now, std::string_view country) {
    using std::chrono::days;
    constexpr days kYear{365};
    const trust::Time start = now - days(1);
    auto issuing =
        trust::CertificateTemplate::country_signer(name(country, "SPECIMEN Country Signer"), {start, now + 15 * kYear});
    auto country_signer = trust::issue_self_signed(issuing, PrivateKey::generate_ec(Curve::brainpool_p384r1));
    auto signing = trust::CertificateTemplate::document_signer(name(country, "SPECIMEN Document Signer"),
                                                               {start, now + 11 * kYear});
    signing.serial = {0x02};
    auto document_signer = trust::issue(signing, PrivateKey::generate_ec(Curve::brainpool_p256r1), country_signer);
    trust::RevocationTemplate list;
    list.this_update = now - std::chrono::hours(1);
    list.next_update = now + days(30);
    Bytes revocation_list = trust::issue_revocation_list(list, country_signer);
    Bytes key = random_bytes(system_random, trust::HotListKey::kSize);
    Bytes hot_list = sign_hot_list(key, now, country_signer, country);
    return {std::move(country_signer), std::move(document_signer), std::move(revocation_list), std::move(hot_list),
            std::move(key)};
}

}  // namespace tahvil::emulator
