#include "apdu/emulator/national_pki.h"

#include <string>
#include <utility>

#include "crypto/random.h"
#include "crypto/trust/name.h"

namespace tahvil::emulator {

namespace {

using trust::KeyUsage;

constexpr std::string_view kOrganization = "Tahvil SPECIMEN";
constexpr std::chrono::days kYear{365};
constexpr std::size_t kSerialSize = 8;

/// The numbers of certificates must differ and need not be secret; positive and without leading zeros.
Bytes new_serial() {
    Bytes serial = random_bytes(system_random, kSerialSize);
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x3FU) | 0x40U);
    return serial;
}

trust::NameWriter name(std::string_view country) {
    trust::NameWriter writer;
    writer.country(country).organization(kOrganization);
    return writer;
}

trust::CertificateTemplate authority(Bytes subject, trust::Validity validity, std::optional<int> path_length) {
    auto what = trust::CertificateTemplate::country_signer(std::move(subject), validity);
    what.basic_constraints = trust::BasicConstraints{true, path_length};
    what.serial = new_serial();
    return what;
}

}  // namespace

NationalPki NationalPki::make(trust::Time now, std::string_view country) {
    const trust::Time start = now - 6 * kYear;
    auto root = trust::issue_self_signed(
        authority(name(country).common_name("SPECIMEN National Root").der(), {start, now + 20 * kYear}, std::nullopt),
        PrivateKey::generate_ec(Curve::secp384r1));
    auto issuing = trust::issue(
        authority(name(country).common_name("SPECIMEN Issuing Authority").der(), {start, now + 15 * kYear}, 0),
        PrivateKey::generate_ec(Curve::secp384r1), root);
    trust::RevocationTemplate list;
    list.this_update = now - std::chrono::hours(1);
    list.next_update = now + std::chrono::days(30);
    Bytes root_list = trust::issue_revocation_list(list, root);
    Bytes issuing_list = trust::issue_revocation_list(list, issuing);
    return {std::move(root), std::move(issuing), std::move(root_list), std::move(issuing_list)};
}

trust::CertifiedKey NationalPki::certify(const Person& person, std::string_view purpose, PrivateKey key,
                                         std::vector<KeyUsage> usage, trust::Validity validity,
                                         std::vector<Bytes> extensions) const {
    static const asn1::Oid surname("2.5.4.4");
    static const asn1::Oid given_name("2.5.4.42");
    trust::CertificateTemplate what;
    what.serial = new_serial();
    what.subject = name(issuing_authority.parsed().country())
                       .common_name(person.given_name + " " + person.family_name + " (" + std::string(purpose) + ")")
                       .attribute(surname, asn1::Tag::utf8_string, person.family_name)
                       .attribute(given_name, asn1::Tag::utf8_string, person.given_name)
                       .serial_number(person.national_code)
                       .der();
    what.validity = validity;
    what.key_usage = std::move(usage);
    what.further_extensions = std::move(extensions);
    return trust::issue(what, std::move(key), issuing_authority);
}

trust::CertifiedKey NationalPki::object_signer(std::string_view common_name, PrivateKey key, trust::Validity validity,
                                               std::vector<asn1::Oid> usage) const {
    auto what = trust::CertificateTemplate::document_signer(
        name(issuing_authority.parsed().country()).common_name(common_name).der(), validity);
    what.serial = new_serial();
    what.extended_key_usage = std::move(usage);
    return trust::issue(what, std::move(key), issuing_authority);
}

}  // namespace tahvil::emulator
