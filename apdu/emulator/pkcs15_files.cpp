#include "apdu/emulator/pkcs15_files.h"

#include <array>
#include <initializer_list>

#include "apdu/tlv.h"
#include "crypto/asn1.h"

namespace tahvil::emulator::pkcs15 {

namespace {

using asn1::Tag;

/// A named bit list: DER without trailing zero bits (X.690, 11.2.2). Bit 0 is the first.
Bytes bits(std::initializer_list<unsigned> set) {
    unsigned highest = 0;
    Bytes content(1, 0);
    for (const unsigned bit : set) {
        content.resize(std::max<std::size_t>(content.size(), 2 + bit / 8));
        content[1 + bit / 8] = static_cast<std::uint8_t>(content[1 + bit / 8] | 0x80U >> bit % 8);
        highest = std::max(highest, bit);
    }
    if (content.size() > 1) content[0] = static_cast<std::uint8_t>(7 - highest % 8);
    return asn1::element(Tag::bit_string, content);
}

Bytes one_byte(std::uint8_t value) {
    return asn1::octet_string(std::array{value});
}

Bytes path_value(ByteView path) {
    return asn1::sequence({asn1::octet_string(path)});
}

Bytes type_attributes(ByteView content) {
    return asn1::element(asn1::context_constructed(1), asn1::element(Tag::sequence, content));
}

}  // namespace

Bytes directory_pointer(Directory directory, ByteView path) {
    return asn1::element(asn1::context_constructed(static_cast<unsigned>(directory)), path_value(path));
}

Bytes certificate_entry(std::string_view label, std::uint8_t identifier, bool authority, ByteView path) {
    return asn1::sequence({asn1::sequence({asn1::utf8_string(label)}),
                           asn1::sequence({one_byte(identifier), authority ? asn1::boolean(true) : Bytes()}),
                           type_attributes(path_value(path))});
}

Bytes private_key_entry(const KeyEntry& entry, const PublicKey& key, ByteView path) {
    constexpr unsigned kPrivate = 0;         // of the common object flags
    constexpr unsigned kSign = 2;            // of the key usage flags
    constexpr unsigned kNonRepudiation = 9;  // likewise
    constexpr unsigned kSensitive = 0;       // of the access flags
    constexpr unsigned kNeverExtractable = 3;
    constexpr unsigned kLocal = 4;
    const bool rsa = key.kind() == KeyKind::rsa;
    const Bytes common =
        asn1::sequence({asn1::utf8_string(entry.label), bits({kPrivate}), one_byte(entry.authentication)});
    const Bytes of_key =
        asn1::sequence({one_byte(entry.identifier), entry.non_repudiation ? bits({kNonRepudiation}) : bits({kSign}),
                        bits({kSensitive, kNeverExtractable, kLocal}), asn1::integer(entry.key_reference)});
    const Bytes of_type = type_attributes(concat({path_value(path), rsa ? asn1::integer(key.bits()) : Bytes()}));
    return asn1::element(rsa ? Tag::sequence : asn1::context_constructed(0), {common, of_key, of_type});
}

Bytes pin_entry(const PinEntry& entry) {
    constexpr unsigned kPrivate = 0;     // of the common object flags
    constexpr unsigned kModifiable = 1;  // likewise
    constexpr unsigned kLocal = 1;       // of the password flags
    constexpr unsigned kInitialized = 4;
    constexpr unsigned kNeedsPadding = 5;
    constexpr std::uint8_t kAsciiNumeric = 1;  // of the password types
    const Bytes common = asn1::sequence({asn1::utf8_string(entry.label), bits({kPrivate, kModifiable})});
    const Bytes of_type =
        concat({bits({kLocal, kInitialized, kNeedsPadding}), asn1::element(Tag::enumerated, std::array{kAsciiNumeric}),
                asn1::integer(entry.least), asn1::integer(entry.stored), asn1::integer(entry.stored),
                asn1::element(asn1::context(0), std::array<std::uint8_t, 2>{0x00, entry.reference}),
                one_byte(entry.filler), entry.path.empty() ? Bytes() : path_value(entry.path)});
    return asn1::sequence({common, asn1::sequence({one_byte(entry.identifier)}), type_attributes(of_type)});
}

Bytes card_info(ByteView serial_number, std::string_view manufacturer, std::string_view label) {
    constexpr unsigned kAuthenticationRequired = 1;  // of the card flags
    constexpr unsigned kRandomGeneration = 2;
    constexpr std::uint64_t kVersion = 1;  // v2, of 7816-15
    return asn1::sequence({asn1::integer(kVersion), asn1::octet_string(serial_number), asn1::utf8_string(manufacturer),
                           asn1::element(asn1::context(0), as_bytes(label)),
                           bits({kAuthenticationRequired, kRandomGeneration})});
}

Bytes application_template(ByteView aid, std::string_view label, ByteView path) {
    return tlv::encode(0x61, {tlv::encode(0x4F, aid), tlv::encode(0x50, as_bytes(label)), tlv::encode(0x51, path)});
}

}  // namespace tahvil::emulator::pkcs15
