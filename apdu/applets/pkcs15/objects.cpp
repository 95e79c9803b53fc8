#include "apdu/applets/pkcs15/objects.h"

#include "crypto/error.h"

namespace tahvil::pkcs15 {

namespace {

using asn1::Cursor;
using asn1::Element;
using asn1::Tag;

constexpr std::size_t kMaxObjects = 64;
constexpr std::size_t kMaxIdentifiers = 8;
constexpr std::size_t kLongestLabel = 255;
constexpr std::size_t kLongestIdentifier = 255;

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("pkcs15.malformed", std::string("directory of ISO/IEC 7816-15: ") + what);
}

/// Zeros between objects are what was there before one was deleted.
void skip_zeros(Cursor& cursor, ByteView file) {
    ByteView rest = cursor.rest();
    while (!rest.empty() && rest.front() == 0x00) rest = rest.subspan(1);
    cursor = Cursor(file.last(rest.size()), asn1::Rules::ber);
}

bool is_at_end(ByteView rest) {
    return rest.empty() || rest.front() == 0xFF;
}

/// Objects up to the padding behind them.
template <typename Take>
void each(ByteView file, Take take) {
    Cursor cursor(file, asn1::Rules::ber);
    for (std::size_t count = 0;; ++count) {
        skip_zeros(cursor, file);
        if (is_at_end(cursor.rest())) return;
        if (count == kMaxObjects) malformed("more objects than a card has");
        take(cursor, cursor.read());
    }
}

/// Whether the named bit is set (X.680, 22.2); bits beyond the end are not.
bool bit(const Element& bits, unsigned number) {
    const std::size_t at = 1 + number / 8;
    return at < bits.content.size() && (bits.content[at] & 0x80U >> number % 8) != 0;
}

/// A reference that cards write as one byte, with a zero before it, or as a negative number.
std::uint8_t one_byte(const Element& integer) {
    const ByteView content = integer.content;
    const bool padded = content.size() == 2 && content[0] == 0;
    if (content.size() != 1 && !padded) malformed("a reference of more than one byte");
    return content.back();
}

Bytes identifier(const Element& octets) {
    if (octets.content.size() > kLongestIdentifier) malformed("an identifier that is too long");
    return to_bytes(octets.content);
}

Path read_path(Cursor cursor) {
    Path path;
    const ByteView octets = cursor.read_octet_view();
    // An AID in place of identifiers, as some cards have it, is not followed.
    if (octets.size() % 2 != 0 || octets.size() > 2 * kMaxIdentifiers) return path;
    constexpr std::uint16_t kCurrentDirectory = 0x3FFF;  // ISO/IEC 7816-4, 7.4.1
    for (std::size_t at = 0; at < octets.size(); at += 2)
        path.identifiers.push_back(static_cast<std::uint16_t>(from_big_endian(octets.subspan(at, 2))));
    if (path.identifiers.size() > 1 && path.identifiers.front() == kCurrentDirectory)
        path.identifiers.erase(path.identifiers.begin());
    if (cursor.next_is(Tag::integer)) path.offset = static_cast<std::size_t>(cursor.read_small_integer());
    if (const auto length = cursor.read_if(asn1::context(0))) {
        if (length->content.empty() || length->content.size() > 4) malformed("a length that is none");
        path.length = static_cast<std::size_t>(from_big_endian(length->content));
    }
    return path;
}

/// CommonObjectAttributes (8.2.8), as far as it is looked at.
struct Common {
    std::string label;
    Bytes authentication;
};

Common read_common(Cursor cursor) {
    Common common;
    if (const auto label = cursor.read_if(Tag::utf8_string)) {
        if (label->content.size() > kLongestLabel) malformed("a label that is too long");
        common.label = std::string(as_text(label->content));
    }
    static_cast<void>(cursor.read_if(Tag::bit_string));
    if (const auto authentication = cursor.read_if(Tag::octet_string))
        common.authentication = identifier(*authentication);
    return common;
}

/// The attributes of the type, [1], behind those of a subclass, [0], if there are any.
Cursor enter_type_attributes(Cursor& object) {
    static_cast<void>(object.read_if(asn1::context_constructed(0)));
    return object.enter(asn1::context_constructed(1)).enter(Tag::sequence);
}

Certificate read_certificate(Cursor object) {
    Certificate certificate;
    certificate.label = read_common(object.enter(Tag::sequence)).label;
    Cursor of_class = object.enter(Tag::sequence);
    certificate.identifier = identifier(of_class.read(Tag::octet_string));
    if (of_class.next_is(Tag::boolean)) certificate.authority = of_class.read_boolean();
    Cursor value = enter_type_attributes(object);
    if (value.next_is(Tag::sequence)) certificate.path = read_path(value.enter(Tag::sequence));
    if (const auto direct = value.read_if(asn1::context_constructed(0))) certificate.value = to_bytes(direct->content);
    return certificate;
}

PrivateKey read_private_key(Cursor object) {
    constexpr unsigned kSign = 2;
    constexpr unsigned kNonRepudiation = 9;
    PrivateKey key;
    const Common common = read_common(object.enter(Tag::sequence));
    key.label = common.label;
    key.authentication = common.authentication;
    Cursor of_class = object.enter(Tag::sequence);
    key.identifier = identifier(of_class.read(Tag::octet_string));
    const Element usage = of_class.read(Tag::bit_string);
    key.signs = bit(usage, kSign);
    key.non_repudiation = bit(usage, kNonRepudiation);
    static_cast<void>(of_class.read_if(Tag::boolean));     // native
    static_cast<void>(of_class.read_if(Tag::bit_string));  // access flags
    if (const auto reference = of_class.read_if(Tag::integer)) key.reference = one_byte(*reference);
    return key;
}

Password read_password(Cursor object) {
    constexpr unsigned kChangeDisabled = 2;
    constexpr unsigned kNeedsPadding = 5;
    constexpr unsigned kUnblocking = 6;
    constexpr unsigned kSecurityOfficer = 7;
    Password password;
    password.label = read_common(object.enter(Tag::sequence)).label;
    Cursor of_class = object.enter(Tag::sequence);
    if (const auto octets = of_class.read_if(Tag::octet_string)) password.identifier = identifier(*octets);
    Cursor of_type = enter_type_attributes(object);
    const Element flags = of_type.read(Tag::bit_string);
    password.change_disabled = bit(flags, kChangeDisabled);
    password.needs_padding = bit(flags, kNeedsPadding);
    password.unblocking = bit(flags, kUnblocking);
    password.security_officer = bit(flags, kSecurityOfficer);
    const std::uint8_t type = one_byte(of_type.read(Tag::enumerated));
    if (type > static_cast<std::uint8_t>(PasswordType::iso_9564_1)) malformed("a password of an unknown type");
    password.type = static_cast<PasswordType>(type);
    password.shortest = static_cast<std::size_t>(of_type.read_small_integer());
    password.stored = static_cast<std::size_t>(of_type.read_small_integer());
    if (of_type.next_is(Tag::integer)) password.longest = static_cast<std::size_t>(of_type.read_small_integer());
    if (const auto reference = of_type.read_if(asn1::context(0))) password.reference = one_byte(*reference);
    if (const auto padding = of_type.read_if(Tag::octet_string)) {
        if (padding->content.size() != 1) malformed("padding that is not one byte");
        password.padding = padding->content.front();
    }
    return password;
}

}  // namespace

std::vector<Directory> parse_object_directory(ByteView file) {
    std::vector<Directory> directories;
    each(file, [&directories](const Cursor& cursor, const Element& element) {
        const unsigned number =
            static_cast<unsigned>(element.tag) - static_cast<unsigned>(asn1::context_constructed(0));
        if (number > static_cast<unsigned>(DirectoryKind::authentication_objects)) return;
        Cursor inside = cursor.within(element);
        // Objects that stand here by themselves, [0], are more than any card has room for.
        if (inside.next_is(Tag::sequence))
            directories.push_back({static_cast<DirectoryKind>(number), read_path(inside.enter(Tag::sequence))});
    });
    return directories;
}

std::vector<Certificate> parse_certificates(ByteView file) {
    std::vector<Certificate> certificates;
    each(file, [&certificates](const Cursor& cursor, const Element& element) {
        if (element.tag == Tag::sequence) certificates.push_back(read_certificate(cursor.within(element)));
    });
    return certificates;
}

std::vector<PrivateKey> parse_private_keys(ByteView file) {
    std::vector<PrivateKey> keys;
    each(file, [&keys](const Cursor& cursor, const Element& element) {
        if (element.tag == Tag::sequence || element.tag == asn1::context_constructed(0))
            keys.push_back(read_private_key(cursor.within(element)));
    });
    return keys;
}

std::vector<Password> parse_passwords(ByteView file) {
    std::vector<Password> passwords;
    each(file, [&passwords](const Cursor& cursor, const Element& element) {
        if (element.tag == Tag::sequence) passwords.push_back(read_password(cursor.within(element)));
    });
    return passwords;
}

}  // namespace tahvil::pkcs15
