#include <algorithm>
#include <array>
#include <bit>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/key.h"
#include "crypto/key_algorithm.h"
#include "crypto/openssl_key.h"

namespace tahvil {

namespace {

using openssl::bad_key;
using openssl::from_outside;
using openssl::padded;
using openssl::uncompressed_point;

constexpr std::size_t kEd25519Size = 32;

}  // namespace

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
    std::shared_ptr<EVP_PKEY> handle = openssl::ec_key(curve, point, secret.view());
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
    std::shared_ptr<EVP_PKEY> handle = openssl::key_from_data("RSA", EVP_PKEY_KEYPAIR, parameters.data());
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
        const asn1::Oid kind = algorithm.read_oid();
        if (kind == key_algorithm::ec_public_key())
            return from_ec_structure(inner, read_curve_parameters(algorithm).curve);
        if (kind == key_algorithm::rsa_encryption() || kind == key_algorithm::rsassa_pss())
            return from_rsa_structure(inner);
        asn1::Cursor value(inner);
        if (kind == key_algorithm::dh_key_agreement() || kind == key_algorithm::dh_public_number())
            return dh(Group(key_algorithm::read_dh(kind, algorithm.enter(asn1::Tag::sequence))), value.read_unsigned());
        if (kind == key_algorithm::ed25519()) return ed25519(value.read_octet_view());
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
            algorithm = key_algorithm::encode(key.curve());
            inner = asn1::sequence({asn1::integer(1), asn1::octet_string(scalar()),
                                    asn1::element(asn1::context_constructed(1), asn1::bit_string(key.value()))});
            break;
        case KeyKind::dh:
            algorithm = key_algorithm::encode_dh(key.group());
            inner = asn1::unsigned_integer(scalar());
            break;
        case KeyKind::ed25519:
            algorithm = asn1::sequence({asn1::oid(key_algorithm::ed25519())});
            inner = asn1::octet_string(scalar());
            break;
        case KeyKind::rsa:
            algorithm = asn1::sequence({asn1::oid(key_algorithm::rsa_encryption()), asn1::null()});
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
