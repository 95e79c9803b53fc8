#pragma once

#include "apdu/emulator/person.h"
#include "crypto/trust/issuer.h"

/// Writes the data objects of a PIV card (SP 800-73-4 part 1, appendix A), each as GET DATA answers it.
namespace tahvil::emulator::piv {

/// What the issuer knows a card by.
struct CardNumbers {
    Bytes fascn;  ///< 25 bytes
    Bytes guid;   ///< 16 bytes, of the card's UUID
};

/// FASC-N of an agency outside of the United States (9999), whose person identifier is the national code, and a fresh
/// UUID.
CardNumbers draw_numbers(const Person& person, const RandomSource& random);

/// subjectAltName of the card's certificates, which binds them to the CHUID (FIPS 201, 4.2.1).
Bytes alternative_name(const CardNumbers& numbers);

/// id-PIV-content-signing, the extended key usage of who signs the objects.
const asn1::Oid& content_signing();

Bytes discovery_object();
Bytes capability_container(const CardNumbers& numbers);
Bytes certificate_object(ByteView certificate);

/// The card holder unique identifier, with the issuer's detached signature over everything else in it.
Bytes unique_identifier(const CardNumbers& numbers, std::chrono::year_month_day expiry,
                        const trust::CertifiedKey& signer);

/// In a signed CBEFF record (SP 800-76-2, 9). `portrait` is what is signed.
Bytes facial_image(const CardNumbers& numbers, const trust::Validity& validity, ByteView portrait,
                   const trust::CertifiedKey& signer);

Bytes printed_information(const Person& person);

/// An object that the security object is to vouch for.
struct Covered {
    std::uint16_t container = 0;  ///< identifier, table 3 of part 1
    ByteView object;
};

/// The security object: hashes of what is in the objects, below DO'53', as data groups 1, 2, ..., signed.
Bytes security_object(const std::vector<Covered>& objects, const trust::CertifiedKey& signer);

}  // namespace tahvil::emulator::piv
