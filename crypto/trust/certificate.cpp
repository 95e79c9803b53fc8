#include "crypto/trust/certificate.h"

#include <array>

#include "crypto/error.h"
#include "crypto/trust/name.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Element;
using asn1::Rules;
using asn1::Tag;

constexpr std::size_t kMaxExtensions = 64;

// The extensions that are read, and those that are known and may be critical without being acted upon here.
enum class Extension : std::uint8_t {
    subject_key_id,
    key_usage,
    private_key_usage_period,
    subject_alternative_name,
    issuer_alternative_name,
    basic_constraints,
    certificate_policies,
    authority_key_id,
    extended_key_usage,
    crl_distribution_points,
    document_types,
    name_change,
};

struct Known {
    Extension extension;
    std::string_view oid;  // content octets
};

using namespace std::string_view_literals;

constexpr auto kKnown = std::to_array<Known>({
    {Extension::subject_key_id, "\x55\x1D\x0E"sv},
    {Extension::key_usage, "\x55\x1D\x0F"sv},
    {Extension::private_key_usage_period, "\x55\x1D\x10"sv},
    {Extension::subject_alternative_name, "\x55\x1D\x11"sv},
    {Extension::issuer_alternative_name, "\x55\x1D\x12"sv},
    {Extension::basic_constraints, "\x55\x1D\x13"sv},
    {Extension::certificate_policies, "\x55\x1D\x20"sv},
    {Extension::authority_key_id, "\x55\x1D\x23"sv},
    {Extension::extended_key_usage, "\x55\x1D\x25"sv},
    {Extension::crl_distribution_points, "\x55\x1D\x1F"sv},
    {Extension::name_change, "\x67\x81\x08\x01\x01\x06\x01"sv},     // 2.23.136.1.1.6.1
    {Extension::document_types, "\x67\x81\x08\x01\x01\x06\x02"sv},  // 2.23.136.1.1.6.2
});

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("trust.certificate", std::string("Certificate: ") + what);
}

/// Named bits: trailing zero bits are left out in DER, so the string may have unused bits.
std::uint16_t read_named_bits(Cursor& cursor) {
    const ByteView content = cursor.read(Tag::bit_string).content;
    if (content.empty() || content[0] > 7 || content.size() > 3) malformed("a key usage that is none");
    const unsigned high = content.size() > 1 ? content[1] : 0U;
    const unsigned low = content.size() > 2 ? content[2] : 0U;
    return static_cast<std::uint16_t>(high << 8U | low);
}

/// Equal, where parameters that are NULL and none at all mean the same.
bool same_algorithm(ByteView a, ByteView b) {
    if (equal(a, b)) return true;
    Cursor first = Cursor(a, Rules::ber).enter(Tag::sequence);
    Cursor second = Cursor(b, Rules::ber).enter(Tag::sequence);
    if (first.read_oid() != second.read_oid()) return false;
    static_cast<void>(first.read_if(Tag::null));
    static_cast<void>(second.read_if(Tag::null));
    return first.at_end() && second.at_end();
}

/// A key identifier helps to find an issuer and decides nothing: one that can not be read is none.
template <typename Read>
ByteView key_id(Read read) {
    try {
        return read();
    } catch (const MalformedData&) {
        return {};
    }
}

}  // namespace

Certificate Certificate::parse(ByteView raw) {
    try {
        return parse(raw, Rules::der);
    } catch (const MalformedData&) {
        Certificate certificate = parse(raw, Rules::ber);
        certificate.not_der_ = true;
        return certificate;
    }
}

Certificate Certificate::parse(ByteView raw, Rules rules) {
    Certificate certificate;
    certificate.raw_ = raw;
    Cursor whole(raw, rules);
    Cursor outer = whole.enter(Tag::sequence);
    whole.expect_end();
    const Element tbs = outer.read(Tag::sequence);
    certificate.tbs_ = tbs.raw;
    certificate.algorithm_ = outer.read(Tag::sequence).raw;
    certificate.signature_ = outer.read_bits();
    outer.expect_end();
    certificate.read_tbs(outer.within(tbs));
    return certificate;
}

void Certificate::read_tbs(Cursor tbs) {
    if (auto version = tbs.enter_if(asn1::context_constructed(0))) {
        version_ = version->read_small_integer() + 1;
        version->expect_end();
        if (version_ > 3) malformed("a version that does not exist");
    }
    serial_ = tbs.read(Tag::integer).content;
    if (serial_.empty()) malformed("a serial number without octets");
    const ByteView inner_algorithm = tbs.read(Tag::sequence).raw;
    if (!same_algorithm(inner_algorithm, algorithm_)) malformed("two signature algorithms that differ");
    issuer_ = tbs.read(Tag::sequence).raw;
    Cursor validity = tbs.enter(Tag::sequence);
    validity_.not_before = validity.read_time();
    validity_.not_after = validity.read_time();
    validity.expect_end();
    subject_ = tbs.read(Tag::sequence).raw;
    spki_ = tbs.read(Tag::sequence).raw;
    require_name(issuer_);
    require_name(subject_);
    static_cast<void>(tbs.read_if(asn1::context(1)));  // unique identifiers, of version 2
    static_cast<void>(tbs.read_if(asn1::context(2)));
    if (auto extensions = tbs.enter_if(asn1::context_constructed(3))) {
        read_extensions(extensions->enter(Tag::sequence));
        extensions->expect_end();
    }
    tbs.expect_end();
}

void Certificate::read_extensions(Cursor extensions) {
    for (std::size_t count = 0; !extensions.at_end(); ++count) {
        if (count == kMaxExtensions) malformed("too many extensions");
        Cursor extension = extensions.enter(Tag::sequence);
        const ByteView type = extension.read(Tag::object_identifier).content;
        const bool critical = extension.next_is(Tag::boolean) && extension.read_boolean();
        const ByteView value = extension.read_octet_view();
        extension.expect_end();
        read_extension(type, critical, value, extensions.rules());
    }
}

void Certificate::read_extension(ByteView type, bool critical, ByteView value, Rules rules) {
    const Known* known = nullptr;
    for (const Known& candidate : kKnown)
        if (as_text(type) == candidate.oid) known = &candidate;
    if (known == nullptr) {
        if (critical && unknown_critical_.empty()) {
            static_cast<void>(asn1::Oid::from_content(type));
            unknown_critical_ = type;
        }
        return;
    }
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(known->extension));
    if ((extensions_seen_ & bit) != 0) malformed("an extension that is there twice");
    extensions_seen_ = static_cast<std::uint16_t>(extensions_seen_ | bit);

    Cursor cursor(value, rules);
    switch (known->extension) {
        case Extension::subject_key_id:
            subject_key_id_ = key_id([&] { return cursor.read_octet_view(); });
            return;
        case Extension::key_usage:
            key_usage_ = read_named_bits(cursor);
            has_key_usage_ = true;
            break;
        case Extension::basic_constraints: {
            Cursor constraints = cursor.enter(Tag::sequence);
            BasicConstraints read;
            read.authority = constraints.next_is(Tag::boolean) && constraints.read_boolean();
            if (constraints.next_is(Tag::integer)) read.path_length = constraints.read_small_integer();
            constraints.expect_end();
            basic_constraints_ = read;
            break;
        }
        case Extension::authority_key_id:
            authority_key_id_ = key_id([&] {
                const auto key = cursor.enter(Tag::sequence).read_if(asn1::context(0));
                return key ? key->content : ByteView();
            });
            return;
        case Extension::extended_key_usage:
            extended_key_usage_ = cursor.read(Tag::sequence).content;
            for (Cursor purposes(extended_key_usage_, rules); !purposes.at_end();)
                purposes.read(Tag::object_identifier);
            break;
        default:
            return;
    }
    cursor.expect_end();
}

bool Certificate::has_extended_key_usage(const asn1::Oid& purpose) const {
    Cursor purposes(extended_key_usage_, Rules::ber);
    while (!purposes.at_end())
        if (equal(purposes.read(Tag::object_identifier).content, purpose.content())) return true;
    return false;
}

std::optional<std::string> Certificate::unknown_critical_extension() const {
    if (unknown_critical_.empty()) return std::nullopt;
    return asn1::Oid::from_content(unknown_critical_).dotted();
}

std::string Certificate::country() const {
    return country_of(subject_);
}

ByteView Certificate::key_bits() const {
    Cursor spki = Cursor(spki_, Rules::ber).enter(Tag::sequence);
    spki.read(Tag::sequence);
    return spki.read_bits();
}

PublicKey Certificate::public_key() const {
    return PublicKey::from_spki(spki_);
}

Bytes Certificate::fingerprint() const {
    return digest(DigestAlgorithm::sha256, raw_);
}

Deviations Certificate::deviations() const {
    static constexpr std::size_t kMaxSerial = 20;  // octets, RFC 5280 4.1.2.2
    Deviations found;
    if (not_der_) note(found, DeviationCode::certificate_not_der, to_text(subject_));
    const std::size_t sign = serial_.size() > 1 && serial_[0] == 0 ? 1 : 0;
    const bool zero = serial_.size() == 1 && serial_[0] == 0;
    if ((serial_[0] & 0x80U) != 0 || zero || serial_.size() - sign > kMaxSerial)
        note(found, DeviationCode::certificate_serial_number, to_text(subject_));
    return found;
}

std::string Certificate::description() const {
    return to_text(subject_) + ", serial " + to_hex(serial_);
}

bool signed_by(const Certificate& certificate, const PublicKey& issuer, SignatureAttempt* used) {
    for (const SignatureAttempt& attempt : signature_attempts(certificate.signature_algorithm(), issuer)) {
        if (!verify(issuer, attempt.algorithm, {certificate.signed_part()}, certificate.signature())) continue;
        if (used != nullptr) *used = attempt;
        return true;
    }
    return false;
}

}  // namespace tahvil::trust
