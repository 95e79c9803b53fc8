#include "apdu/emulator/specimen_pki.h"

namespace tahvil::emulator {

namespace {

constexpr std::string_view kOrganization = "Tahvil SPECIMEN";

Bytes name(std::string_view country, std::string_view common_name) {
    return trust::NameWriter().country(country).organization(kOrganization).common_name(common_name).der();
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
    return {std::move(country_signer), std::move(document_signer), std::move(revocation_list)};
}

}  // namespace tahvil::emulator
