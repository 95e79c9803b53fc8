#include "crypto/trust/name.h"

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/error.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Element;
using asn1::Oid;
using asn1::Tag;

constexpr std::size_t kMaxAttributes = 64;

struct AttributeType {
    std::string_view label;
    std::array<std::uint8_t, 3> oid;  // content octets, all of arc 2.5.4
};

constexpr auto kTypes = std::to_array<AttributeType>({
    {"CN", {0x55, 0x04, 0x03}},
    {"SN", {0x55, 0x04, 0x04}},
    {"serialNumber", {0x55, 0x04, 0x05}},
    {"C", {0x55, 0x04, 0x06}},
    {"L", {0x55, 0x04, 0x07}},
    {"ST", {0x55, 0x04, 0x08}},
    {"street", {0x55, 0x04, 0x09}},
    {"O", {0x55, 0x04, 0x0A}},
    {"OU", {0x55, 0x04, 0x0B}},
    {"title", {0x55, 0x04, 0x0C}},
    {"GN", {0x55, 0x04, 0x2A}},
    {"organizationIdentifier", {0x55, 0x04, 0x61}},
});

constexpr std::array<std::uint8_t, 3> kCountry{0x55, 0x04, 0x06};

struct Attribute {
    ByteView type;
    Element value;
};

void append_utf8(std::string& to, std::uint32_t code) {
    const auto put = [&to](std::uint32_t octet) { to.push_back(static_cast<char>(octet)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | code >> 6U);
        put(0x80U | (code & 0x3FU));
    } else if ((code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) {
        to.push_back('?');
    } else if (code < 0x10000) {
        put(0xE0U | code >> 12U);
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U & 0x07U));
        put(0x80U | (code >> 12U & 0x3FU));
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

std::string wide_text(ByteView content, std::size_t width) {
    std::string text;
    for (std::size_t at = 0; at + width <= content.size(); at += width)
        append_utf8(text, static_cast<std::uint32_t>(from_big_endian(content.subspan(at, width))));
    return text;
}

bool is_utf8(ByteView text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::uint8_t lead = text[at];
        const std::size_t more = lead < 0x80                   ? 0
                                 : lead >= 0xC2 && lead < 0xE0 ? 1
                                 : lead >= 0xE0 && lead < 0xF0 ? 2
                                                               : 3;
        if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || more > text.size() - at - 1) return false;
        for (std::size_t i = 1; i <= more; ++i)
            if ((text[at + i] & 0xC0U) != 0x80U) return false;
        const unsigned second = more > 0 ? text[at + 1] : 0U;
        if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
            (lead == 0xF4 && second > 0x8F))
            return false;
        at += more + 1;
    }
    return true;
}

/// The value in UTF-8, whatever string type it has and whatever it claims to be.
std::string text_of(const Element& value) {
    switch (value.tag) {
        case Tag::bmp_string:
            return wide_text(value.content, 2);
        case Tag::universal_string:
            return wide_text(value.content, 4);
        case Tag::t61_string:
            return wide_text(value.content, 1);  // in practice Latin-1
        default:
            return is_utf8(value.content) ? std::string(as_text(value.content)) : wide_text(value.content, 1);
    }
}

std::string folded(const std::string& text) {
    std::string out;
    for (char c : text) {
        if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        out.push_back(c);
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

template <typename Visitor>
void for_each_attribute(ByteView name, Visitor visit) {
    Cursor whole(name, asn1::Rules::ber);
    Cursor rdns = whole.enter(Tag::sequence);
    whole.expect_end();
    std::size_t count = 0;
    while (!rdns.at_end()) {
        Cursor rdn = rdns.enter(Tag::set);
        while (!rdn.at_end()) {
            if (++count > kMaxAttributes) throw MalformedData("trust.name", "a name of too many attributes");
            Cursor attribute = rdn.enter(Tag::sequence);
            const ByteView type = attribute.read(Tag::object_identifier).content;
            const Element value = attribute.read();
            attribute.expect_end();
            visit(Attribute{type, value});
        }
    }
}

std::vector<std::string> folded_attributes(ByteView name) {
    std::vector<std::string> attributes;
    for_each_attribute(name, [&](const Attribute& attribute) {
        std::string line(as_text(attribute.type));
        line.push_back('\0');
        line += folded(text_of(attribute.value));
        attributes.push_back(std::move(line));
    });
    std::ranges::sort(attributes);
    return attributes;
}

std::string label_of(ByteView type) {
    for (const AttributeType& known : kTypes)
        if (equal(type, known.oid)) return std::string(known.label);
    return Oid::from_content(type).dotted();
}

}  // namespace

void require_name(ByteView name) {
    for_each_attribute(name, [](const Attribute& attribute) { static_cast<void>(label_of(attribute.type)); });
}

NameMatch compare_names(ByteView a, ByteView b) {
    if (equal(a, b)) return NameMatch::exact;
    return folded_attributes(a) == folded_attributes(b) ? NameMatch::folded : NameMatch::different;
}

std::uint64_t folded_hash(ByteView name) {
    // FNV-1a of each attribute, added up, so that the order does not count. Found entries are compared in full.
    std::uint64_t sum = 0;
    for_each_attribute(name, [&](const Attribute& attribute) {
        std::uint64_t hash = 0xCBF29CE484222325U;
        const auto mix = [&hash](std::uint8_t octet) { hash = (hash ^ octet) * 0x100000001B3U; };
        for (const std::uint8_t octet : attribute.type) mix(octet);
        mix(0);
        for (const char c : folded(text_of(attribute.value))) mix(static_cast<std::uint8_t>(c));
        sum += hash;
    });
    return sum;
}

std::string country_of(ByteView name) {
    std::string country;
    bool ambiguous = false;
    for_each_attribute(name, [&](const Attribute& attribute) {
        if (!equal(attribute.type, kCountry)) return;
        std::string text = folded(text_of(attribute.value));
        std::ranges::transform(text, text.begin(),
                               [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
        ambiguous = ambiguous || (!country.empty() && country != text);
        country = text;
    });
    return ambiguous ? std::string() : country;
}

std::optional<std::string> attribute_of(ByteView name, const Oid& type) {
    std::optional<std::string> found;
    bool one_value = true;
    for_each_attribute(name, [&](const Attribute& attribute) {
        if (!equal(attribute.type, type.content())) return;
        const std::string text = text_of(attribute.value);
        if (found && *found != text) one_value = false;
        found = text;
    });
    return one_value ? found : std::nullopt;
}

bool names_a_specimen(ByteView name) {
    bool found = false;
    for_each_attribute(name, [&](const Attribute& attribute) {
        const std::string text = " " + folded(text_of(attribute.value)) + " ";
        found = found || text.find(" specimen ") != std::string::npos;
    });
    return found;
}

std::string to_text(ByteView name) {
    std::string text;
    for_each_attribute(name, [&](const Attribute& attribute) {
        if (!text.empty()) text += ", ";
        text += label_of(attribute.type) + "=";
        for (const char c : text_of(attribute.value))
            text.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c);
    });
    return text;
}

NameWriter& NameWriter::country(std::string_view code) {
    return attribute(Oid("2.5.4.6"), Tag::printable_string, code);
}

NameWriter& NameWriter::organization(std::string_view text) {
    return attribute(Oid("2.5.4.10"), Tag::utf8_string, text);
}

NameWriter& NameWriter::organizational_unit(std::string_view text) {
    return attribute(Oid("2.5.4.11"), Tag::utf8_string, text);
}

NameWriter& NameWriter::common_name(std::string_view text) {
    return attribute(Oid("2.5.4.3"), Tag::utf8_string, text);
}

NameWriter& NameWriter::serial_number(std::string_view text) {
    return attribute(Oid("2.5.4.5"), Tag::printable_string, text);
}

NameWriter& NameWriter::attribute(const Oid& type, Tag string_type, std::string_view text) {
    append(content_, asn1::set_of({asn1::sequence({asn1::oid(type), asn1::element(string_type, as_bytes(text))})}));
    return *this;
}

Bytes NameWriter::der() const {
    return asn1::element(Tag::sequence, content_);
}

}  // namespace tahvil::trust
