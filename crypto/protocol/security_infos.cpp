#include "crypto/protocol/security_infos.h"

#include "crypto/error.h"
#include "crypto/protocol/domain_parameters.h"

namespace tahvil {

namespace {

using asn1::Oid;
using asn1::Tag;

const Oid& public_key_arc() {
    static const Oid arc("0.4.0.127.0.7.2.2.1");
    return arc;
}
const Oid& terminal_authentication_protocol() {
    static const Oid identifier("0.4.0.127.0.7.2.2.2");
    return identifier;
}
const Oid& chip_authentication_arc() {
    static const Oid arc("0.4.0.127.0.7.2.2.3");
    return arc;
}
const Oid& pace_arc() {
    static const Oid arc("0.4.0.127.0.7.2.2.4");
    return arc;
}
const Oid& active_authentication_protocol() {
    static const Oid identifier("2.23.136.1.1.5");
    return identifier;
}

std::optional<int> read_optional_integer(asn1::Cursor& cursor) {
    if (!cursor.next_is(Tag::integer)) return std::nullopt;
    return cursor.read_small_integer();
}

/// PACE and chip authentication name an algorithm, key agreement and cipher (two arcs), where they give a version, and
/// the key agreement alone (one arc) where they give domain parameters.
bool gives_domain_parameters(const asn1::Cursor& required) {
    return required.next_is(Tag::sequence);
}

TerminalAuthenticationInfo read_terminal_authentication(asn1::Cursor& fields) {
    TerminalAuthenticationInfo info;
    info.version = fields.read_small_integer();
    if (auto file = fields.enter_if(Tag::sequence)) {
        const ByteView identifier = file->read_octet_view();
        if (identifier.size() != 2) throw MalformedData("asn1.malformed", "a file identifier that is not of two bytes");
        info.ef_cvca = static_cast<std::uint16_t>(from_big_endian(identifier));
        if (file->next_is(Tag::octet_string)) {
            const ByteView short_identifier = file->read_octet_view();
            if (short_identifier.size() != 1)
                throw MalformedData("asn1.malformed", "a short file identifier that is not of one byte");
            info.ef_cvca_short_id = short_identifier[0];
        }
    }
    return info;
}

Group read_group(ByteView algorithm) {
    asn1::Cursor cursor(algorithm);
    Group group = read_domain_parameters(cursor);
    cursor.expect_end();
    return group;
}

Bytes encode_optional(const std::optional<int>& number) {
    return number ? asn1::integer(static_cast<std::uint64_t>(*number)) : Bytes{};
}

Bytes encode_integer(int number) {
    return asn1::integer(static_cast<std::uint64_t>(number));
}

Bytes encode_terminal_authentication(const TerminalAuthenticationInfo& info) {
    Bytes file;
    if (info.ef_cvca) {
        file = asn1::octet_string(to_big_endian(*info.ef_cvca, 2));
        if (info.ef_cvca_short_id) append(file, asn1::octet_string(Bytes{*info.ef_cvca_short_id}));
        file = asn1::sequence({file});
    }
    return asn1::sequence({asn1::oid(terminal_authentication_protocol()), encode_integer(info.version), file});
}

}  // namespace

Group PaceDomainParameterInfo::group() const {
    return read_group(domain_parameter);
}

Group ChipAuthenticationDomainParameterInfo::group() const {
    return read_group(domain_parameter);
}

PublicKey ChipAuthenticationPublicKeyInfo::key() const {
    return read_agreement_key(public_key);
}

SecurityInfos SecurityInfos::parse(ByteView encoded) {
    SecurityInfos infos;
    asn1::Cursor outer(encoded);
    asn1::Cursor set = outer.enter(Tag::set);
    outer.expect_end();
    for (std::size_t count = 0; !set.at_end(); ++count) {
        if (count == kMaxCount) throw LimitExceeded("card.security_infos", "more SecurityInfos than any card has");
        const asn1::Element element = set.read(Tag::sequence);
        asn1::Cursor fields = set.within(element);
        const Oid protocol = fields.read_oid();
        if (protocol.starts_with(pace_arc())) {
            if (gives_domain_parameters(fields)) {
                const ByteView algorithm = fields.read(Tag::sequence).raw;
                infos.pace_domain_parameters.push_back({protocol, to_bytes(algorithm), read_optional_integer(fields)});
            } else {
                const int version = fields.read_small_integer();
                infos.pace.push_back({protocol, version, read_optional_integer(fields)});
            }
        } else if (protocol.starts_with(chip_authentication_arc())) {
            if (gives_domain_parameters(fields)) {
                const ByteView algorithm = fields.read(Tag::sequence).raw;
                infos.chip_authentication_domain_parameters.push_back(
                    {protocol, to_bytes(algorithm), read_optional_integer(fields)});
            } else {
                const int version = fields.read_small_integer();
                infos.chip_authentication.push_back({protocol, version, read_optional_integer(fields)});
            }
        } else if (protocol.starts_with(public_key_arc())) {
            const ByteView key = fields.read(Tag::sequence).raw;
            infos.chip_authentication_keys.push_back({protocol, to_bytes(key), read_optional_integer(fields)});
        } else if (protocol == active_authentication_protocol()) {
            const int version = fields.read_small_integer();
            infos.active_authentication.push_back({version, fields.read_oid()});
        } else if (protocol == terminal_authentication_protocol()) {
            infos.terminal_authentication.push_back(read_terminal_authentication(fields));
        } else {
            infos.unknown.push_back({protocol, to_bytes(element.raw)});
        }
    }
    return infos;
}

Bytes SecurityInfos::encode() const {
    std::vector<Bytes> parts;
    for (const PaceInfo& info : pace)
        parts.push_back(asn1::sequence(
            {asn1::oid(info.protocol), encode_integer(info.version), encode_optional(info.parameter_id)}));
    for (const PaceDomainParameterInfo& info : pace_domain_parameters)
        parts.push_back(
            asn1::sequence({asn1::oid(info.protocol), info.domain_parameter, encode_optional(info.parameter_id)}));
    for (const ChipAuthenticationInfo& info : chip_authentication)
        parts.push_back(
            asn1::sequence({asn1::oid(info.protocol), encode_integer(info.version), encode_optional(info.key_id)}));
    for (const ChipAuthenticationDomainParameterInfo& info : chip_authentication_domain_parameters)
        parts.push_back(
            asn1::sequence({asn1::oid(info.protocol), info.domain_parameter, encode_optional(info.key_id)}));
    for (const ChipAuthenticationPublicKeyInfo& info : chip_authentication_keys)
        parts.push_back(asn1::sequence({asn1::oid(info.protocol), info.public_key, encode_optional(info.key_id)}));
    for (const ActiveAuthenticationInfo& info : active_authentication)
        parts.push_back(asn1::sequence({asn1::oid(active_authentication_protocol()), encode_integer(info.version),
                                        asn1::oid(info.signature_algorithm)}));
    for (const TerminalAuthenticationInfo& info : terminal_authentication)
        parts.push_back(encode_terminal_authentication(info));
    for (const UnknownSecurityInfo& info : unknown) parts.push_back(info.encoded);
    return asn1::set_of(std::move(parts));
}

}  // namespace tahvil
