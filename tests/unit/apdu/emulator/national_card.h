#pragma once

#include <chrono>

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/national_card.h"
#include "apdu/emulator/person.h"
#include "apdu/file_reader.h"
#include "crypto/signature.h"
#include "crypto/trust/national_path.h"

namespace tahvil::emulator {

/// A card of a national PKI made for a test, with the terminal's channel to it.
class NationalCardTest : public testing::Test {
protected:
    using Maker = NationalCard (*)(const Person&, const NationalPki&, const NationalCardOptions&, trust::Time,
                                   const RandomSource&);

    NationalCardTest(Maker maker, const NationalCardOptions& options)
        : card(maker(person, pki(), options, kNow, system_random)),
          wire(*card.card),
          channel(wire, {.command_chaining = true}) {}

    static constexpr std::chrono::year_month_day kToday{std::chrono::year(2026), std::chrono::November,
                                                        std::chrono::day(22)};
    static inline const trust::Time kNow = std::chrono::sys_days(kToday) + std::chrono::hours(9);

    static const NationalPki& pki() {
        static const NationalPki made = NationalPki::make(kNow);
        return made;
    }

    static trust::NationalPath path_of(ByteView certificate) {
        return trust::verify_national_path({.leaf = certificate,
                                            .intermediates = {pki().issuing_authority.certificate},
                                            .anchors = {pki().root.certificate},
                                            .revocation_lists = {pki().revocation_list, pki().root_revocation_list},
                                            .at = kNow});
    }

    StatusWord send(const Command& command) { return channel.transmit(command).status; }
    Bytes read_current() { return read_selected_file(channel, {.extent = FileExtent::end_of_file}); }

    Person person = specimen_person(kToday);
    NationalCard card;
    EmulatedWire wire;
    CardChannel channel;
};

/// Whether `signature` is that of the certificate's key over `message`, SHA-256, in the form in which cards give it.
inline bool is_signature(ByteView certificate, ByteView message, ByteView signature) {
    const PublicKey key = trust::Certificate::parse(certificate).public_key();
    const auto scheme = key.kind() == KeyKind::rsa ? SignatureScheme::rsa_pkcs1 : SignatureScheme::ecdsa_plain;
    return verify(key, {scheme, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 0}, {message}, signature);
}

/// DigestInfo with SHA-256 (RFC 8017, 9.2).
inline Bytes digest_info(ByteView message) {
    return asn1::sequence({asn1::sequence({asn1::oid(oid_of(DigestAlgorithm::sha256)), asn1::null()}),
                           asn1::octet_string(digest(DigestAlgorithm::sha256, message))});
}

}  // namespace tahvil::emulator
