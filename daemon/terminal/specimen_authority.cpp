#include "daemon/terminal/specimen_authority.h"

#include "crypto/random.h"
#include "crypto/trust/certificate_request.h"
#include "crypto/trust/issuer.h"

namespace tahvil::daemon {

namespace {

constexpr std::chrono::days kAuthorityLife{365 * 5};
constexpr std::chrono::days kTerminalLife{365};
constexpr std::chrono::hours kEarlier{24};  // a terminal's clock may be behind
constexpr std::size_t kSerialSize = 8;

/// Positive, and of its full length.
Bytes make_serial() {
    Bytes serial = random_bytes(system_random, kSerialSize);
    serial.front() = static_cast<std::uint8_t>((serial.front() & 0x3FU) | 0x40U);
    return serial;
}

}  // namespace

SpecimenCertificate certify_as_specimen(ByteView request, std::chrono::sys_seconds now) {
    const trust::CertificateRequest asked = trust::read_certificate_request(request);
    trust::CertificateTemplate root = trust::CertificateTemplate::country_signer(
        trust::NameWriter().organization("Tahvil").common_name("SPECIMEN terminal authority").der(),
        {now - kEarlier, now + kAuthorityLife});
    root.serial = make_serial();
    const trust::CertifiedKey authority = trust::issue_self_signed(root, PrivateKey::generate_ec(Curve::secp256r1));
    trust::CertificateTemplate leaf =
        trust::CertificateTemplate::document_signer(asked.subject, {now - kEarlier, now + kTerminalLife});
    leaf.serial = make_serial();
    return {trust::issue_certificate(leaf, asked.key, authority), authority.certificate};
}

}  // namespace tahvil::daemon
