#include "apdu/emulator/piv_objects.h"

#include <array>
#include <bit>
#include <map>
#include <string>

#include "apdu/emulator/lds_files.h"
#include "apdu/emulator/piv_application.h"
#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::emulator::piv {

namespace {

using asn1::Oid;

constexpr std::size_t kGuidSize = 16;
constexpr std::array<std::uint8_t, 2> kEndMark{0xFE, 0x00};  // DO'FE', an error detection code that nobody uses

Bytes object(std::initializer_list<ByteView> parts) {
    return tlv::encode(0x53, parts);
}

/// Characters of five bits: four of the value, the lowest first, and odd parity (TIG SCEPACS 2.2, 2.1).
class FiveBits {
public:
    void put(unsigned value) {
        check_ ^= value;
        write(value);
    }
    void put(std::string_view digits) {
        for (const char digit : digits) put(static_cast<unsigned>(digit - '0'));
    }
    /// With the check character at the end.
    Bytes finish() {
        write(check_);
        return bytes_;
    }

private:
    void write(unsigned value) {
        for (unsigned bit = 0; bit < 4; ++bit) write_bit(value >> bit & 1U);
        write_bit(std::popcount(value & 0x0FU) % 2 == 0 ? 1U : 0U);
    }
    void write_bit(unsigned bit) {
        if (count_ % 8 == 0) bytes_.push_back(0);
        bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | bit << (7 - count_ % 8));
        ++count_;
    }

    Bytes bytes_;
    std::size_t count_ = 0;
    unsigned check_ = 0;
};

Bytes write_fascn(std::string_view person) {
    constexpr unsigned kStart = 0xB;
    constexpr unsigned kSeparator = 0xD;
    constexpr unsigned kEnd = 0xF;
    FiveBits fascn;
    fascn.put(kStart);
    for (const std::string_view field : {"9999", "9999", "999999", "0", "1"}) {  // agency to credential issue
        fascn.put(field);
        fascn.put(kSeparator);
    }
    fascn.put(person);
    fascn.put("3");     // organisation of another government
    fascn.put("9999");  // organisation
    fascn.put("1");     // employee
    fascn.put(kEnd);
    return fascn.finish();
}

/// Year to second, two digits a byte, and a Z (SP 800-76-2, table 13).
Bytes packed_date(trust::Time at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::hh_mm_ss time(at - day);
    const auto two = [](auto count) {
        const auto number = static_cast<unsigned>(count);
        return static_cast<std::uint8_t>(number / 10 << 4U | number % 10);
    };
    Bytes packed = from_hex(long_date(day));
    append(packed, Bytes{two(time.hours().count()), two(time.minutes().count()), two(time.seconds().count()), 'Z'});
    return packed;
}

trust::SigningOptions detached() {
    trust::SigningOptions options;
    options.detached = true;
    return options;
}

}  // namespace

CardNumbers draw_numbers(const Person& person, const RandomSource& random) {
    CardNumbers numbers{write_fascn(person.national_code), random_bytes(random, kGuidSize)};
    numbers.guid[6] = static_cast<std::uint8_t>((numbers.guid[6] & 0x0FU) | 0x40U);  // RFC 4122, 4.4
    numbers.guid[8] = static_cast<std::uint8_t>((numbers.guid[8] & 0x3FU) | 0x80U);
    return numbers;
}

Bytes alternative_name(const CardNumbers& numbers) {
    static const Oid subject_alternative_name("2.5.29.17");
    static const Oid fascn("2.16.840.1.101.3.6.6");
    std::string uuid = to_hex(numbers.guid);
    for (const std::size_t at : {8U, 13U, 18U, 23U}) uuid.insert(at, "-");
    const Bytes other = asn1::element(
        asn1::context_constructed(0),
        {asn1::oid(fascn), asn1::element(asn1::context_constructed(0), asn1::octet_string(numbers.fascn))});
    const Bytes uri = asn1::element(asn1::context(6), as_bytes("urn:uuid:" + uuid));
    return trust::extension(subject_alternative_name, false, asn1::sequence({other, uri}));
}

const asn1::Oid& content_signing() {
    static const Oid usage("2.16.840.1.101.3.6.7");
    return usage;
}

Bytes discovery_object() {
    return tlv::encode(0x7E, {tlv::encode(0x4F, kPivApplication), tlv::encode(0x5F2F, from_hex("40 00"))});
}

Bytes capability_container(const CardNumbers& numbers) {
    const Bytes identifier = concat({from_hex("A0 00 00 01 16"), from_hex("FF 02"), ByteView(numbers.guid).first(14)});
    return object({tlv::encode(0xF0, identifier), from_hex("F1 01 21 F2 01 21 F3 00 F4 01 00 F5 01 10"),
                   from_hex("F6 00 F7 00 FA 00 FB 00 FC 00 FD 00"), kEndMark});
}

Bytes certificate_object(ByteView certificate) {
    return object({tlv::encode(0x70, certificate), tlv::encode(0x71, from_hex("00")), kEndMark});
}

Bytes unique_identifier(const CardNumbers& numbers, std::chrono::year_month_day expiry,
                        const trust::CertifiedKey& signer) {
    static const Oid content_type("2.16.840.1.101.3.6.1");
    const std::string until = long_date(expiry);
    const Bytes said =
        concat({tlv::encode(0x30, numbers.fascn), tlv::encode(0x34, numbers.guid), tlv::encode(0x35, as_bytes(until))});
    // FIPS 201-2, 4.2.1: over everything but the signature.
    const Bytes signature = trust::sign_data(content_type, concat({said, kEndMark}), {signer}, detached());
    return object({said, tlv::encode(0x3E, signature), kEndMark});
}

Bytes facial_image(const CardNumbers& numbers, const trust::Validity& validity, ByteView portrait,
                   const trust::CertifiedKey& signer) {
    static const Oid content_type("2.16.840.1.101.3.6.2");
    constexpr std::size_t kCreatorSize = 18;
    const Bytes record = facial_record(portrait);
    Bytes creator = to_bytes(as_bytes("Tahvil SPECIMEN"));
    creator.resize(kCreatorSize);
    const auto header = [&](std::size_t signature_size) {
        return concat({from_hex("03 0D"), to_big_endian(record.size(), 4), to_big_endian(signature_size, 2),
                       from_hex("00 1B 05 01"), packed_date(validity.not_before), packed_date(validity.not_before),
                       packed_date(validity.not_after), from_hex("00 00 02 20 FE"), creator, numbers.fascn, Bytes(4)});
    };
    // The header that is signed has the signature's size, which for ECDSA is not the same each time.
    constexpr int kTries = 64;
    std::size_t size = 0;
    for (int tries = 0; tries < kTries; ++tries) {
        const Bytes signed_part = concat({header(size), record});
        const Bytes signature = trust::sign_data(content_type, signed_part, {signer}, detached());
        if (signature.size() == size) return object({tlv::encode(0xBC, {signed_part, signature}), kEndMark});
        size = signature.size();
    }
    throw CryptoError("crypto.signature_length", "a signature whose size does not settle");
}

Bytes printed_information(const Person& person) {
    const std::string until = long_date(person.expiry_date);
    const std::string name = person.family_name + ", " + person.given_name;
    return object({tlv::encode(0x01, as_bytes(name)), tlv::encode(0x02, as_bytes("SPECIMEN")),
                   tlv::encode(0x04, as_bytes(until)), tlv::encode(0x05, as_bytes(person.document_number)),
                   tlv::encode(0x06, as_bytes("Tahvil")), kEndMark});
}

Bytes security_object(const std::vector<Covered>& objects, const trust::CertifiedKey& signer) {
    static const Oid lds_security_object("1.3.27.1.1.1");
    Bytes mapping;
    std::map<int, Bytes> groups;
    int group = 0;
    for (const Covered& covered : objects) {
        ++group;
        append(mapping, to_big_endian(static_cast<unsigned>(group), 1));
        append(mapping, to_big_endian(covered.container, 2));
        groups[group] = to_bytes(tlv::Cursor(covered.object).read().value);
    }
    const Bytes signature = trust::sign_data(lds_security_object, trust::lds_security_object(groups), {signer});
    return object({tlv::encode(0xBA, mapping), tlv::encode(0xBB, signature), kEndMark});
}

}  // namespace tahvil::emulator::piv
