#include "crypto/key.h"

#include <algorithm>
#include <array>
#include <bit>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

using asn1::Oid;

const Oid& rsa_encryption() {
    static const Oid identifier("1.2.840.113549.1.1.1");
    return identifier;
}
const Oid& rsassa_pss() {
    static const Oid identifier("1.2.840.113549.1.1.10");
    return identifier;
}
const Oid& id_ec_public_key() {
    static const Oid identifier("1.2.840.10045.2.1");
    return identifier;
}
const Oid& dh_key_agreement() {
    static const Oid identifier("1.2.840.113549.1.3.1");
    return identifier;
}
const Oid& dh_public_number() {
    static const Oid identifier("1.2.840.10046.2.1");
    return identifier;
}
const Oid& ed25519_identifier() {
    static const Oid identifier("1.3.101.112");
    return identifier;
}

constexpr std::size_t kEd25519Size = 32;

[[noreturn]] void bad_key(const std::string& why) {
    openssl::clear_errors();
    throw CryptoError("crypto.bad_key", "a key that can not be used: " + why);
}

/// A BIGNUM parameter of EVP_PKEY_fromdata is in the byte order of the machine.
Bytes native(ByteView big_endian) {
    Bytes bytes = to_bytes(big_endian);
    if constexpr (std::endian::native == std::endian::little) std::ranges::reverse(bytes);
    return bytes;
}

/// Builds a key from its numbers. A decoder would do, at several times the cost of the verification that follows.
openssl::Key from_data(const char* type, int selection, OSSL_PARAM* parameters) {
    const openssl::KeyContext context(
        openssl::require(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), "make a key context"));
    openssl::require(EVP_PKEY_fromdata_init(context.get()), "begin a key");
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, selection, parameters) != 1) bad_key("its numbers are out of range");
    return openssl::Key(key);
}

/// Without a scalar, the public key alone.
openssl::Key ec_from_data(Curve curve, ByteView point, ByteView scalar) {
    Bytes public_value = to_bytes(point);
    Bytes private_value = native(scalar);
    std::string group = openssl::group_name(curve);
    std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public_value.data(), public_value.size()),
        scalar.empty() ? OSSL_PARAM_construct_end()
                       : OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, private_value.data(), private_value.size()),
        OSSL_PARAM_construct_end()};
    openssl::Key key = from_data("EC", scalar.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, parameters.data());
    wipe(private_value);
    return key;
}

/// A public key made as a copy of another on its curve, with its point set: making the group anew would cost four times
/// as much. Refuses a point that is not on the curve.
openssl::Key ec_public_key(Curve curve, ByteView point) {
    static const auto generators = [] {
        std::array<EVP_PKEY*, kCurveCount> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto each = static_cast<Curve>(i);
            all.at(i) = ec_from_data(each, curve_domain(each).generator, {}).release();
        }
        return all;
    }();
    openssl::Key key(openssl::require(EVP_PKEY_dup(generators.at(static_cast<std::size_t>(curve))), "copy a key"));
    if (EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) != 1)
        bad_key("a point that is not on its curve");
    return key;
}

ByteView without_leading_zeros(ByteView magnitude) {
    while (!magnitude.empty() && magnitude[0] == 0) magnitude = magnitude.subspan(1);
    return magnitude;
}

unsigned bit_length(ByteView magnitude) {
    magnitude = without_leading_zeros(magnitude);
    if (magnitude.empty()) return 0;
    return static_cast<unsigned>(8 * (magnitude.size() - 1)) + static_cast<unsigned>(std::bit_width(magnitude[0]));
}

/// The uncompressed form of a point in any form that RFC 5480, 2.2 allows.
Bytes uncompressed_point(Curve curve, ByteView encoded) {
    const std::size_t field = field_size(curve);
    if (encoded.size() != 1 + field) return to_bytes(encoded);
    const EC_GROUP* const group = openssl::group(curve);
    const openssl::Point point(openssl::require(EC_POINT_new(group), "make a point"));
    Bytes whole(1 + 2 * field);
    if (EC_POINT_oct2point(group, point.get(), encoded.data(), encoded.size(), nullptr) != 1 ||
        EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, whole.data(), whole.size(), nullptr) !=
            whole.size())
        bad_key("a compressed point that is not on its curve");
    return whole;
}

/// p, g, and q where the form has it.
Group read_dh_group(const Oid& form, asn1::Cursor parameters) {
    DhGroup group;
    group.prime = to_bytes(parameters.read_unsigned());
    group.generator = to_bytes(parameters.read_unsigned());
    if (form == dh_public_number()) group.order = to_bytes(parameters.read_unsigned());
    return Group(std::move(group));
}

Bytes dh_algorithm(const Group& group) {
    const DhGroup& dh = group.dh();
    if (dh.order.empty())
        return asn1::sequence({asn1::oid(dh_key_agreement()), asn1::sequence({asn1::unsigned_integer(dh.prime),
                                                                              asn1::unsigned_integer(dh.generator)})});
    return asn1::sequence({asn1::oid(dh_public_number()),
                           asn1::sequence({asn1::unsigned_integer(dh.prime), asn1::unsigned_integer(dh.generator),
                                           asn1::unsigned_integer(dh.order)})});
}

Bytes ec_algorithm(Curve curve) {
    return asn1::sequence({asn1::oid(id_ec_public_key()), asn1::oid(oid_of(curve))});
}

Bytes padded(ByteView magnitude, std::size_t size) {
    magnitude = without_leading_zeros(magnitude);
    if (magnitude.size() > size) bad_key("a value longer than its group allows");
    Bytes whole(size - magnitude.size());
    append(whole, magnitude);
    return whole;
}

/// A key from outside that is bad is malformed data; one handed in by the program is a failed operation.
template <typename Make>
auto from_outside(Make make) {
    try {
        return make();
    } catch (const CryptoError& error) {
        throw MalformedData(std::string(error.code()), error.what());
    }
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
    facts->handle = ec_public_key(curve, uncompressed_point);
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
    facts->handle = from_data("RSA", EVP_PKEY_PUBLIC_KEY, parameters.data());
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
        const Oid kind = algorithm.read_oid();

        if (kind == id_ec_public_key()) {
            const CurveParameters parameters = read_curve_parameters(algorithm);
            algorithm.expect_end();
            PublicKey key = ec(parameters.curve, uncompressed_point(parameters.curve, bits));
            if (!parameters.explicitly_given) return key;
            auto facts = std::make_shared<Facts>(*key.facts_);
            facts->explicit_parameters = true;
            return PublicKey(std::move(facts));
        }
        if (kind == rsa_encryption() || kind == rsassa_pss()) {
            asn1::Cursor outer_key(bits);
            asn1::Cursor numbers = outer_key.enter(asn1::Tag::sequence);
            outer_key.expect_end();
            const ByteView modulus = numbers.read_unsigned();
            const ByteView exponent = numbers.read_unsigned();
            numbers.expect_end();
            PublicKey key = rsa(modulus, exponent);
            if (kind == rsa_encryption() || algorithm.at_end()) return key;
            auto facts = std::make_shared<Facts>(*key.facts_);
            facts->pss = read_pss_parameters(algorithm);
            return PublicKey(std::move(facts));
        }
        if (kind == dh_key_agreement() || kind == dh_public_number()) {
            const Group group = read_dh_group(kind, algorithm.enter(asn1::Tag::sequence));
            asn1::Cursor value(bits);
            const ByteView number = value.read_unsigned();
            value.expect_end();
            return dh(group, number);
        }
        if (kind == ed25519_identifier()) {
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
            return asn1::sequence({ec_algorithm(curve()), asn1::bit_string(value())});
        case KeyKind::dh:
            return asn1::sequence({dh_algorithm(group()), asn1::bit_string(asn1::unsigned_integer(value()))});
        case KeyKind::ed25519:
            return asn1::sequence({asn1::sequence({asn1::oid(ed25519_identifier())}), asn1::bit_string(value())});
        case KeyKind::rsa:
            break;
    }
    const Bytes algorithm = pss_restriction() ? asn1::sequence({asn1::oid(rsassa_pss()), encode(*pss_restriction())})
                                              : asn1::sequence({asn1::oid(rsa_encryption()), asn1::null()});
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

struct PrivateKey::Facts {
    PublicKey public_key;
    SecretBytes scalar;     // of EC and DH; the seed of Ed25519
    SecretBytes structure;  // RSAPrivateKey (RFC 8017, A.1.2) of an RSA key
    std::shared_ptr<EVP_PKEY> handle;
};

PrivateKey::PrivateKey(std::shared_ptr<const Facts> facts) : facts_(std::move(facts)) {}

PrivateKey PrivateKey::generate_ec(Curve curve, const RandomSource& random) {
    return ec(curve, Group(curve).random_scalar(random).view());
}

PrivateKey PrivateKey::generate_dh(const Group& group, const RandomSource& random) {
    return dh(group, group.random_scalar(random).view());
}

PrivateKey PrivateKey::generate_ed25519(const RandomSource& random) {
    SecretBytes seed(kEd25519Size);
    random(seed.writable());
    return ed25519(seed.view());
}

PrivateKey PrivateKey::generate_rsa(unsigned bits) {
    const openssl::Key key(openssl::require(EVP_RSA_gen(bits), "make an RSA key"));
    const auto number = [&key](const char* parameter) {
        BIGNUM* value = nullptr;
        openssl::require(EVP_PKEY_get_bn_param(key.get(), parameter, &value), "read an RSA key");
        const openssl::BigNumber owned(value);
        SecretBytes magnitude(static_cast<std::size_t>(BN_num_bytes(value)));
        BN_bn2bin(value, magnitude.writable().data());
        Bytes encoded = asn1::unsigned_integer(magnitude.view());
        SecretBytes secret(encoded);
        wipe(encoded);
        return secret;
    };
    Bytes structure =
        asn1::sequence({asn1::integer(0), number(OSSL_PKEY_PARAM_RSA_N).view(), number(OSSL_PKEY_PARAM_RSA_E).view(),
                        number(OSSL_PKEY_PARAM_RSA_D).view(), number(OSSL_PKEY_PARAM_RSA_FACTOR1).view(),
                        number(OSSL_PKEY_PARAM_RSA_FACTOR2).view(), number(OSSL_PKEY_PARAM_RSA_EXPONENT1).view(),
                        number(OSSL_PKEY_PARAM_RSA_EXPONENT2).view(), number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1).view()});
    PrivateKey made = from_rsa_structure(structure);
    wipe(structure);
    return made;
}

PrivateKey PrivateKey::ec(Curve curve, ByteView scalar) {
    Bytes whole = padded(scalar, order_size(curve));
    SecretBytes secret(whole);
    wipe(whole);
    const Bytes& order = curve_domain(curve).order;
    const bool zero = std::ranges::all_of(secret.view(), [](std::uint8_t byte) { return byte == 0; });
    if (zero || !std::ranges::lexicographical_compare(secret.view(), order)) bad_key("a private number out of range");
    const Bytes point = Group(curve).multiply(curve_domain(curve).generator, secret.view());
    std::shared_ptr<EVP_PKEY> handle = ec_from_data(curve, point, secret.view());
    return PrivateKey(std::make_shared<Facts>(
        Facts{PublicKey::ec(curve, point), std::move(secret), SecretBytes(), std::move(handle)}));
}

PrivateKey PrivateKey::dh(const Group& group, ByteView exponent) {
    Bytes whole = padded(exponent, group.scalar_size());
    SecretBytes secret(whole);
    wipe(whole);
    const PublicKey public_key = PublicKey::dh(group, group.multiply(group.generator(), secret.view()));
    return PrivateKey(std::make_shared<Facts>(Facts{public_key, std::move(secret), SecretBytes(), nullptr}));
}

PrivateKey PrivateKey::ed25519(ByteView seed) {
    if (seed.size() != kEd25519Size) bad_key("an Ed25519 seed that is not of 32 bytes");
    std::shared_ptr<EVP_PKEY> handle = openssl::Key(openssl::require(
        EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, seed.data(), seed.size()), "make a key"));
    Bytes value(kEd25519Size);
    std::size_t size = value.size();
    openssl::require(EVP_PKEY_get_raw_public_key(handle.get(), value.data(), &size), "read a key");
    return PrivateKey(
        std::make_shared<Facts>(Facts{PublicKey::ed25519(value), SecretBytes(seed), SecretBytes(), std::move(handle)}));
}

PrivateKey PrivateKey::from_rsa_structure(ByteView der) {
    asn1::Cursor outer(der);
    asn1::Cursor numbers = outer.enter(asn1::Tag::sequence);
    outer.expect_end();
    if (numbers.read_small_integer() != 0) bad_key("an RSA key of more than two primes");
    static constexpr std::array<const char*, 8> names{OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                                      OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                                      OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                                      OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    std::array<SecretBytes, names.size()> values;
    std::array<OSSL_PARAM, names.size() + 1> parameters{};
    Bytes modulus;
    Bytes exponent;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const ByteView magnitude = numbers.read_unsigned();
        if (i == 0) modulus = to_bytes(magnitude);
        if (i == 1) exponent = to_bytes(magnitude);
        values.at(i) = SecretBytes(magnitude);
        if constexpr (std::endian::native == std::endian::little) std::ranges::reverse(values.at(i).writable());
        parameters.at(i) = OSSL_PARAM_construct_BN(names.at(i), values.at(i).writable().data(), magnitude.size());
    }
    parameters.back() = OSSL_PARAM_construct_end();
    numbers.expect_end();
    PublicKey public_key = PublicKey::rsa(modulus, exponent);
    std::shared_ptr<EVP_PKEY> handle = from_data("RSA", EVP_PKEY_KEYPAIR, parameters.data());
    return PrivateKey(
        std::make_shared<Facts>(Facts{std::move(public_key), SecretBytes(), SecretBytes(der), std::move(handle)}));
}

PrivateKey PrivateKey::from_ec_structure(ByteView der, std::optional<Curve> curve) {
    asn1::Cursor outer(der);
    asn1::Cursor key = outer.enter(asn1::Tag::sequence);
    outer.expect_end();
    if (key.read_small_integer() != 1) bad_key("an ECPrivateKey of an unknown version");
    const ByteView scalar = key.read_octet_view();
    if (auto parameters = key.enter_if(asn1::context_constructed(0))) {
        const Curve named = read_curve_parameters(*parameters).curve;
        if (curve && *curve != named) bad_key("a private key that names two curves");
        curve = named;
    }
    if (!curve) bad_key("a private key that names no curve");
    PrivateKey made = ec(*curve, scalar);
    if (auto public_value = key.enter_if(asn1::context_constructed(1)))
        if (uncompressed_point(*curve, public_value->read_bits()) != made.public_key().value())
            bad_key("a private key beside another one's public key");
    key.expect_end();
    return made;
}

PrivateKey PrivateKey::from_pkcs8(ByteView der) {
    return from_outside([der] {
        asn1::Cursor outer(der);
        asn1::Cursor info = outer.enter(asn1::Tag::sequence);
        outer.expect_end();
        if (info.read_small_integer() > 1) bad_key("a PrivateKeyInfo of an unknown version");
        asn1::Cursor algorithm = info.enter(asn1::Tag::sequence);
        const ByteView inner = info.read_octet_view();  // attributes and a public key may follow and are not used
        const Oid kind = algorithm.read_oid();
        if (kind == id_ec_public_key()) return from_ec_structure(inner, read_curve_parameters(algorithm).curve);
        if (kind == rsa_encryption() || kind == rsassa_pss()) return from_rsa_structure(inner);
        asn1::Cursor value(inner);
        if (kind == dh_key_agreement() || kind == dh_public_number())
            return dh(read_dh_group(kind, algorithm.enter(asn1::Tag::sequence)), value.read_unsigned());
        if (kind == ed25519_identifier()) return ed25519(value.read_octet_view());
        throw MalformedData("crypto.unknown_key", "a private key of an unknown kind, " + kind.dotted());
    });
}

PrivateKey PrivateKey::from_pem(std::string_view pem) {
    const openssl::Handle<BIO, BIO_free> source(
        openssl::require(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), "read PEM"));
    while (true) {
        char* label = nullptr;
        char* header = nullptr;
        unsigned char* data = nullptr;
        long size = 0;
        if (PEM_read_bio(source.get(), &label, &header, &data, &size) != 1) break;
        const std::string_view kind = label;
        const bool encrypted = *header != '\0';
        const SecretBytes der(ByteView(data, static_cast<std::size_t>(size)));
        const std::string name(kind);
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, static_cast<std::size_t>(size));
        if (encrypted || name == "ENCRYPTED PRIVATE KEY")
            throw MalformedData("crypto.encrypted_key", "an encrypted private key",
                                "Store the key without a password, readable by this service only.");
        if (name == "PRIVATE KEY") return from_pkcs8(der.view());
        if (name == "EC PRIVATE KEY")
            return from_outside([&der] { return from_ec_structure(der.view(), std::nullopt); });
        if (name == "RSA PRIVATE KEY") return from_outside([&der] { return from_rsa_structure(der.view()); });
    }
    openssl::clear_errors();
    throw MalformedData("crypto.unknown_key", "no private key in PEM");
}

const PublicKey& PrivateKey::public_key() const {
    return facts_->public_key;
}

SecretBytes PrivateKey::pkcs8() const {
    const PublicKey& key = public_key();
    Bytes algorithm;
    Bytes inner;
    switch (key.kind()) {
        case KeyKind::ec:
            algorithm = ec_algorithm(key.curve());
            inner = asn1::sequence({asn1::integer(1), asn1::octet_string(scalar()),
                                    asn1::element(asn1::context_constructed(1), asn1::bit_string(key.value()))});
            break;
        case KeyKind::dh:
            algorithm = dh_algorithm(key.group());
            inner = asn1::unsigned_integer(scalar());
            break;
        case KeyKind::ed25519:
            algorithm = asn1::sequence({asn1::oid(ed25519_identifier())});
            inner = asn1::octet_string(scalar());
            break;
        case KeyKind::rsa:
            algorithm = asn1::sequence({asn1::oid(rsa_encryption()), asn1::null()});
            inner = to_bytes(facts_->structure.view());
            break;
    }
    Bytes whole = asn1::sequence({asn1::integer(0), algorithm, asn1::octet_string(inner)});
    wipe(inner);
    SecretBytes secret(whole);
    wipe(whole);
    return secret;
}

SecretBytes PrivateKey::pem() const {
    const SecretBytes der = pkcs8();
    const openssl::Handle<BIO, BIO_free> target(openssl::require(BIO_new(BIO_s_secmem()), "write PEM"));
    if (PEM_write_bio(target.get(), "PRIVATE KEY", "", der.view().data(), static_cast<long>(der.size())) <= 0)
        openssl::fail("write PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(target.get(), &text);
    return SecretBytes(as_bytes({text, static_cast<std::size_t>(size)}));
}

ByteView PrivateKey::scalar() const {
    return facts_->scalar.view();
}

evp_pkey_st* PrivateKey::handle() const {
    return facts_->handle.get();
}

}  // namespace tahvil
