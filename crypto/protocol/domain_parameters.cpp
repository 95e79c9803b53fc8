#include "crypto/protocol/domain_parameters.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/key_algorithm.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

using asn1::Oid;

constexpr int kFirstCurve = 8;

const Oid& standardized() {
    static const Oid identifier("0.4.0.127.0.7.1.2");
    return identifier;
}

/// The groups of RFC 5114, 2.1 to 2.3, which OpenSSL knows by name.
Group rfc5114_group(const char* name) {
    const openssl::KeyContext context(
        openssl::require(EVP_PKEY_CTX_new_from_name(nullptr, "DHX", nullptr), "make a key context"));
    openssl::require(EVP_PKEY_fromdata_init(context.get()), "begin a DH group");
    std::string group(name);
    std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
                          OSSL_PARAM_construct_end()};
    EVP_PKEY* made = nullptr;
    openssl::require(EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEY_PARAMETERS, parameters.data()),
                     "make a DH group");
    const openssl::Key key(made);
    const auto number = [&key](const char* parameter) {
        BIGNUM* value = nullptr;
        openssl::require(EVP_PKEY_get_bn_param(key.get(), parameter, &value), "read a DH group");
        const openssl::BigNumber owned(value);
        Bytes magnitude(static_cast<std::size_t>(BN_num_bytes(value)));
        BN_bn2bin(value, magnitude.data());
        return magnitude;
    };
    return Group(DhGroup{number(OSSL_PKEY_PARAM_FFC_P), number(OSSL_PKEY_PARAM_FFC_G), number(OSSL_PKEY_PARAM_FFC_Q)});
}

const std::array<Group, 3>& dh_groups() {
    static const std::array<Group, 3> groups{rfc5114_group("dh_1024_160"), rfc5114_group("dh_2048_224"),
                                             rfc5114_group("dh_2048_256")};
    return groups;
}

/// The group of given parameters. An order that was left out or misstated is restored from a standardized group.
Group known_or_new(DhGroup parameters) {
    const auto stripped = [](ByteView number) {
        while (!number.empty() && number[0] == 0) number = number.subspan(1);
        return number;
    };
    for (const Group& known : dh_groups())
        if (equal(stripped(parameters.prime), stripped(known.dh().prime)) &&
            equal(stripped(parameters.generator), stripped(known.dh().generator)))
            return known;
    return Group(std::move(parameters));
}

[[noreturn]] void malformed(const CryptoError& error) {
    throw MalformedData(std::string(error.code()), error.what());
}

}  // namespace

std::optional<Group> standardized_domain_parameters(int identifier) {
    if (identifier >= 0 && identifier < 3) return dh_groups().at(static_cast<std::size_t>(identifier));
    // The enumeration has the curves in the order of the table.
    if (identifier >= kFirstCurve && identifier < kFirstCurve + static_cast<int>(kCurveCount))
        return Group(static_cast<Curve>(identifier - kFirstCurve));
    return std::nullopt;
}

std::optional<int> standardized_identifier(const Group& group) {
    if (group.is_curve()) return kFirstCurve + static_cast<int>(group.curve());
    const auto found = std::ranges::find(dh_groups(), group);
    if (found == dh_groups().end()) return std::nullopt;
    return static_cast<int>(found - dh_groups().begin());
}

Group read_domain_parameters(asn1::Cursor& cursor) {
    asn1::Cursor algorithm = cursor.enter(asn1::Tag::sequence);
    const Oid kind = algorithm.read_oid();
    if (kind == standardized()) {
        const std::optional<Group> group = standardized_domain_parameters(algorithm.read_small_integer());
        if (!group)
            throw MalformedData("crypto.unknown_group", "standardized domain parameters with a reserved identifier");
        return *group;
    }
    if (kind == key_algorithm::ec_public_key()) return Group(read_curve_parameters(algorithm).curve);
    if (kind == key_algorithm::dh_key_agreement() || kind == key_algorithm::dh_public_number()) {
        try {
            return known_or_new(key_algorithm::read_dh(kind, algorithm.enter(asn1::Tag::sequence)));
        } catch (const CryptoError& error) {
            malformed(error);
        }
    }
    throw MalformedData("crypto.unknown_group", "domain parameters of an unknown kind, " + kind.dotted());
}

Bytes encode_standardized(int identifier) {
    return asn1::sequence({asn1::oid(standardized()), asn1::integer(static_cast<std::uint64_t>(identifier))});
}

Bytes encode_explicitly(const Group& group) {
    if (group.is_curve())
        return asn1::sequence({asn1::oid(key_algorithm::ec_public_key()), encode_explicitly(group.curve())});
    return key_algorithm::encode_dh(group);
}

PublicKey read_agreement_key(ByteView spki) {
    asn1::Cursor outer(spki);
    asn1::Cursor info = outer.enter(asn1::Tag::sequence);
    outer.expect_end();
    asn1::Cursor look_ahead = info;
    const Oid kind = look_ahead.enter(asn1::Tag::sequence).read_oid();
    if (kind != standardized() && kind != key_algorithm::dh_key_agreement() &&
        kind != key_algorithm::dh_public_number())
        return PublicKey::from_spki(spki);
    const Group group = read_domain_parameters(info);
    const ByteView bits = info.read_bits();
    info.expect_end();
    try {
        if (group.is_curve()) return PublicKey::ec(group.curve(), bits);
        asn1::Cursor value(bits);
        const ByteView number = value.read_unsigned();
        value.expect_end();
        return PublicKey::dh(group, number);
    } catch (const CryptoError& error) {
        malformed(error);
    }
}

Bytes encode_agreement_key(ByteView algorithm, const PublicKey& key) {
    if (key.kind() == KeyKind::dh)
        return asn1::sequence({algorithm, asn1::bit_string(asn1::unsigned_integer(key.value()))});
    return asn1::sequence({algorithm, asn1::bit_string(key.value())});
}

}  // namespace tahvil
