#include <array>
#include <bit>

#include "crypto/key.h"
#include "crypto/key_algorithm.h"
#include "crypto/openssl_key.h"

namespace tahvil {

namespace {

using openssl::bad_key;
using openssl::from_outside;
using openssl::native;
using openssl::padded;
using openssl::uncompressed_point;
using openssl::without_leading_zeros;

constexpr std::size_t kEd25519Size = 32;

unsigned bit_length(ByteView magnitude) {
    magnitude = without_leading_zeros(magnitude);
    if (magnitude.empty()) return 0;
    return static_cast<unsigned>(8 * (magnitude.size() - 1)) + static_cast<unsigned>(std::bit_width(magnitude[0]));
}

}  // namespace

struct PublicKey::Facts {
    KeyKind kind{};
    unsigned bits = 0;
    std::optional<Group> group;
    bool explicit_parameters = false;
    std::optional<PssParameters> pss;
    Bytes value;
    Bytes modulus;
    Bytes exponent;
    std::shared_ptr<EVP_PKEY> handle;
};

PublicKey::PublicKey(std::shared_ptr<const Facts> facts) : facts_(std::move(facts)) {}

PublicKey PublicKey::ec(Curve curve, ByteView uncompressed_point) {
    if (uncompressed_point.size() != 1 + 2 * field_size(curve) || uncompressed_point[0] != 4)
        bad_key("not an uncompressed point of its curve");
    auto facts = std::make_shared<Facts>();
    facts->kind = KeyKind::ec;
    facts->bits = bit_length(curve_domain(curve).prime);
    facts->group = Group(curve);
    facts->value = to_bytes(uncompressed_point);
    facts->handle = openssl::ec_public_key(curve, uncompressed_point);
    return PublicKey(std::move(facts));
}

PublicKey PublicKey::rsa(ByteView modulus, ByteView exponent) {
    static constexpr unsigned kMinBits = 1024;
    static constexpr unsigned kMaxBits = 8192;
    modulus = without_leading_zeros(modulus);
    exponent = without_leading_zeros(exponent);
    const unsigned bits = bit_length(modulus);
    if (bits < kMinBits || bits > kMaxBits) bad_key("an RSA modulus that is not of 1024 to 8192 bits");
    if ((modulus.back() & 1U) == 0) bad_key("an even RSA modulus");
    if (bit_length(exponent) < 2 || (exponent.back() & 1U) == 0) bad_key("an RSA exponent that is even or 1");
    if (bit_length(exponent) >= bits) bad_key("an RSA exponent as long as the modulus");
    auto facts = std::make_shared<Facts>();
    facts->kind = KeyKind::rsa;
    facts->bits = bits;
    facts->modulus = to_bytes(modulus);
    facts->exponent = to_bytes(exponent);
    Bytes n = native(modulus);
    Bytes e = native(exponent);
    std::array<OSSL_PARAM, 3> parameters{OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n.data(), n.size()),
                                         OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e.data(), e.size()),
                                         OSSL_PARAM_construct_end()};
    facts->handle = openssl::key_from_data("RSA", EVP_PKEY_PUBLIC_KEY, parameters.data());
    return PublicKey(std::move(facts));
}

PublicKey PublicKey::dh(const Group& group, ByteView value) {
    auto facts = std::make_shared<Facts>();
    facts->kind = KeyKind::dh;
    facts->bits = bit_length(group.dh().prime);
    facts->value = padded(value, group.element_size());
    group.check(facts->value);
    facts->group = group;
    return PublicKey(std::move(facts));
}

PublicKey PublicKey::ed25519(ByteView value) {
    if (value.size() != kEd25519Size) bad_key("an Ed25519 key that is not of 32 bytes");
    auto facts = std::make_shared<Facts>();
    facts->kind = KeyKind::ed25519;
    facts->bits = 256;
    facts->value = to_bytes(value);
    facts->handle = openssl::Key(openssl::require(
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, value.data(), value.size()), "make a key"));
    return PublicKey(std::move(facts));
}

PublicKey PublicKey::from_spki(ByteView spki) {
    return from_outside([spki] {
        asn1::Cursor outer(spki);
        asn1::Cursor info = outer.enter(asn1::Tag::sequence);
        outer.expect_end();
        asn1::Cursor algorithm = info.enter(asn1::Tag::sequence);
        const ByteView bits = info.read_bits();
        info.expect_end();
        const asn1::Oid kind = algorithm.read_oid();

        if (kind == key_algorithm::ec_public_key()) {
            const CurveParameters parameters = read_curve_parameters(algorithm);
            algorithm.expect_end();
            PublicKey key = ec(parameters.curve, uncompressed_point(parameters.curve, bits));
            if (!parameters.explicitly_given) return key;
            auto facts = std::make_shared<Facts>(*key.facts_);
            facts->explicit_parameters = true;
            return PublicKey(std::move(facts));
        }
        if (kind == key_algorithm::rsa_encryption() || kind == key_algorithm::rsassa_pss()) {
            asn1::Cursor outer_key(bits);
            asn1::Cursor numbers = outer_key.enter(asn1::Tag::sequence);
            outer_key.expect_end();
            const ByteView modulus = numbers.read_unsigned();
            const ByteView exponent = numbers.read_unsigned();
            numbers.expect_end();
            PublicKey key = rsa(modulus, exponent);
            if (kind == key_algorithm::rsa_encryption() || algorithm.at_end()) return key;
            auto facts = std::make_shared<Facts>(*key.facts_);
            facts->pss = read_pss_parameters(algorithm);
            return PublicKey(std::move(facts));
        }
        if (kind == key_algorithm::dh_key_agreement() || kind == key_algorithm::dh_public_number()) {
            const Group group = Group(key_algorithm::read_dh(kind, algorithm.enter(asn1::Tag::sequence)));
            asn1::Cursor value(bits);
            const ByteView number = value.read_unsigned();
            value.expect_end();
            return dh(group, number);
        }
        if (kind == key_algorithm::ed25519()) {
            algorithm.expect_end();
            return ed25519(bits);
        }
        throw MalformedData("crypto.unknown_key", "a public key of an unknown kind, " + kind.dotted());
    });
}

KeyKind PublicKey::kind() const {
    return facts_->kind;
}

unsigned PublicKey::bits() const {
    return facts_->bits;
}

Curve PublicKey::curve() const {
    return group().curve();
}

const Group& PublicKey::group() const {
    if (!facts_->group) bad_key("neither an elliptic curve nor a Diffie-Hellman key, where one is expected");
    return *facts_->group;
}

bool PublicKey::explicit_parameters() const {
    return facts_->explicit_parameters;
}

const std::optional<PssParameters>& PublicKey::pss_restriction() const {
    return facts_->pss;
}

const Bytes& PublicKey::value() const {
    return facts_->value;
}

const Bytes& PublicKey::rsa_modulus() const {
    return facts_->modulus;
}

const Bytes& PublicKey::rsa_exponent() const {
    return facts_->exponent;
}

Bytes PublicKey::spki() const {
    switch (kind()) {
        case KeyKind::ec:
            return asn1::sequence({key_algorithm::encode(curve()), asn1::bit_string(value())});
        case KeyKind::dh:
            return asn1::sequence(
                {key_algorithm::encode_dh(group()), asn1::bit_string(asn1::unsigned_integer(value()))});
        case KeyKind::ed25519:
            return asn1::sequence({asn1::sequence({asn1::oid(key_algorithm::ed25519())}), asn1::bit_string(value())});
        case KeyKind::rsa:
            break;
    }
    const Bytes algorithm = pss_restriction()
                                ? asn1::sequence({asn1::oid(key_algorithm::rsassa_pss()), encode(*pss_restriction())})
                                : asn1::sequence({asn1::oid(key_algorithm::rsa_encryption()), asn1::null()});
    return asn1::sequence({algorithm, asn1::bit_string(asn1::sequence({asn1::unsigned_integer(rsa_modulus()),
                                                                       asn1::unsigned_integer(rsa_exponent())}))});
}

std::string PublicKey::description() const {
    switch (kind()) {
        case KeyKind::ec:
            return "EC " + std::string(name(curve()));
        case KeyKind::dh:
            return "DH " + std::to_string(bits());
        case KeyKind::ed25519:
            return "Ed25519";
        case KeyKind::rsa:
            break;
    }
    return "RSA " + std::to_string(bits());
}

bool operator==(const PublicKey& a, const PublicKey& b) {
    return a.kind() == b.kind() && a.facts_->group == b.facts_->group && a.value() == b.value() &&
           a.rsa_modulus() == b.rsa_modulus() && a.rsa_exponent() == b.rsa_exponent();
}

evp_pkey_st* PublicKey::handle() const {
    return facts_->handle.get();
}

}  // namespace tahvil
