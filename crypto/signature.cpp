#include "crypto/signature.h"

#include <algorithm>
#include <array>

#include <openssl/rsa.h>

#include "crypto/error.h"
#include "crypto/key_algorithm.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

using asn1::Oid;

struct Identifier {
    Oid oid;
    SignatureScheme scheme;
    DigestAlgorithm digest;
};

const std::array<Identifier, 16>& identifiers() {
    using enum SignatureScheme;
    using enum DigestAlgorithm;
    static const std::array<Identifier, 16> table{{
        {Oid("1.2.840.113549.1.1.5"), rsa_pkcs1, sha1},
        {Oid("1.2.840.113549.1.1.14"), rsa_pkcs1, sha224},
        {Oid("1.2.840.113549.1.1.11"), rsa_pkcs1, sha256},
        {Oid("1.2.840.113549.1.1.12"), rsa_pkcs1, sha384},
        {Oid("1.2.840.113549.1.1.13"), rsa_pkcs1, sha512},
        {Oid("1.2.840.10045.4.1"), ecdsa, sha1},
        {Oid("1.2.840.10045.4.3.1"), ecdsa, sha224},
        {Oid("1.2.840.10045.4.3.2"), ecdsa, sha256},
        {Oid("1.2.840.10045.4.3.3"), ecdsa, sha384},
        {Oid("1.2.840.10045.4.3.4"), ecdsa, sha512},
        // TR-03111, 5.2.1.1
        {Oid("0.4.0.127.0.7.1.1.4.1.1"), ecdsa_plain, sha1},
        {Oid("0.4.0.127.0.7.1.1.4.1.2"), ecdsa_plain, sha224},
        {Oid("0.4.0.127.0.7.1.1.4.1.3"), ecdsa_plain, sha256},
        {Oid("0.4.0.127.0.7.1.1.4.1.4"), ecdsa_plain, sha384},
        {Oid("0.4.0.127.0.7.1.1.4.1.5"), ecdsa_plain, sha512},
        {Oid("1.3.101.112"), ed25519, sha512},
    }};
    return table;
}

const Oid& rsassa_pss() {
    static const Oid identifier("1.2.840.113549.1.1.10");
    return identifier;
}

[[noreturn]] void unknown(const std::string& what) {
    throw MalformedData("crypto.unknown_signature_algorithm", "an unknown signature algorithm: " + what);
}

bool is_rsa(SignatureScheme scheme) {
    return scheme == SignatureScheme::rsa_pkcs1 || scheme == SignatureScheme::rsa_pss;
}

bool fits(const PublicKey& key, const SignatureAlgorithm& algorithm) {
    switch (key.kind()) {
        case KeyKind::rsa:
            break;
        case KeyKind::ec:
            return algorithm.scheme == SignatureScheme::ecdsa || algorithm.scheme == SignatureScheme::ecdsa_plain;
        case KeyKind::ed25519:
            return algorithm.scheme == SignatureScheme::ed25519;
        case KeyKind::dh:
            return false;
    }
    if (!is_rsa(algorithm.scheme)) return false;
    const std::optional<PssParameters>& only = key.pss_restriction();
    return !only || (algorithm.scheme == SignatureScheme::rsa_pss && algorithm.digest == only->digest &&
                     algorithm.mask_digest == only->mask_digest && algorithm.salt >= only->salt);
}

openssl::KeyContext context(EVP_PKEY* key) {
    return openssl::KeyContext(
        openssl::require(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), "make a signature context"));
}

void set_padding(EVP_PKEY_CTX* context, const SignatureAlgorithm& algorithm) {
    const bool pss = algorithm.scheme == SignatureScheme::rsa_pss;
    openssl::require(EVP_PKEY_CTX_set_rsa_padding(context, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING),
                     "set a padding");
    openssl::require(EVP_PKEY_CTX_set_signature_md(context, openssl::fetched(algorithm.digest)), "set a digest");
    if (!pss) return;
    openssl::require(EVP_PKEY_CTX_set_rsa_mgf1_md(context, openssl::fetched(algorithm.mask_digest)), "set a digest");
    openssl::require(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, static_cast<int>(algorithm.salt)), "set a salt");
}

Bytes sign_value(EVP_PKEY_CTX* context, ByteView value) {
    std::size_t size = 0;
    openssl::require(EVP_PKEY_sign(context, nullptr, &size, value.data(), value.size()), "sign");
    Bytes signature(size);
    openssl::require(EVP_PKEY_sign(context, signature.data(), &size, value.data(), value.size()), "sign");
    signature.resize(size);
    return signature;
}

Bytes raw_operation(EVP_PKEY_CTX* context, ByteView in, std::size_t size,
                    int (*operation)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*, std::size_t),
                    std::string_view doing) {
    openssl::require(EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING), doing);
    Bytes out(size);
    openssl::require(operation(context, out.data(), &size, in.data(), in.size()), doing);
    out.resize(size);
    return out;
}

}  // namespace

std::string description(const SignatureAlgorithm& algorithm) {
    const std::string digest(name(algorithm.digest));
    switch (algorithm.scheme) {
        case SignatureScheme::rsa_pkcs1:
            return "RSA with " + digest;
        case SignatureScheme::rsa_pss:
            return "RSA-PSS with " + digest;
        case SignatureScheme::ecdsa:
            return "ECDSA with " + digest;
        case SignatureScheme::ecdsa_plain:
            return "plain ECDSA with " + digest;
        case SignatureScheme::ed25519:
            break;
    }
    return "Ed25519";
}

SignatureAlgorithm read_signature_algorithm(asn1::Cursor& cursor, std::optional<DigestAlgorithm> fallback) {
    asn1::Cursor algorithm = cursor.enter(asn1::Tag::sequence);
    const Oid identifier = algorithm.read_oid();
    if (identifier == rsassa_pss()) {
        if (algorithm.at_end()) unknown("RSASSA-PSS without its parameters");
        const PssParameters parameters = read_pss_parameters(algorithm);
        return {SignatureScheme::rsa_pss, parameters.digest, parameters.mask_digest, parameters.salt};
    }
    // What follows an identifier other than that of RSASSA-PSS is NULL or nothing, and says nothing.
    if (identifier == key_algorithm::rsa_encryption() && fallback)
        return {SignatureScheme::rsa_pkcs1, *fallback, *fallback, 0};
    if (identifier == key_algorithm::ec_public_key() && fallback)
        return {SignatureScheme::ecdsa, *fallback, *fallback, 0};
    const std::optional<SignatureAlgorithm> known = signature_algorithm_by_oid(identifier);
    if (!known) unknown(identifier.dotted());
    return *known;
}

std::optional<SignatureAlgorithm> signature_algorithm_by_oid(const asn1::Oid& identifier) {
    const auto found = std::ranges::find(identifiers(), identifier, &Identifier::oid);
    if (found == identifiers().end()) return std::nullopt;
    return SignatureAlgorithm{found->scheme, found->digest, found->digest, 0};
}

Bytes encode(const SignatureAlgorithm& algorithm) {
    if (algorithm.scheme == SignatureScheme::rsa_pss)
        return asn1::sequence(
            {asn1::oid(rsassa_pss()), encode(PssParameters{algorithm.digest, algorithm.mask_digest, algorithm.salt})});
    const auto found = std::ranges::find_if(identifiers(), [&algorithm](const Identifier& known) {
        return known.scheme == algorithm.scheme &&
               (known.digest == algorithm.digest || known.scheme == SignatureScheme::ed25519);
    });
    if (algorithm.scheme == SignatureScheme::rsa_pkcs1) return asn1::sequence({asn1::oid(found->oid), asn1::null()});
    return asn1::sequence({asn1::oid(found->oid)});
}

bool verify(const PublicKey& key, const SignatureAlgorithm& algorithm, std::initializer_list<ByteView> message,
            ByteView signature) {
    if (!fits(key, algorithm)) return false;
    if (algorithm.scheme == SignatureScheme::ed25519) {
        const Bytes whole = concat(message);
        const openssl::DigestContext context(openssl::require(EVP_MD_CTX_new(), "make a signature context"));
        openssl::require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.handle()),
                         "start to verify");
        const bool good =
            EVP_DigestVerify(context.get(), signature.data(), signature.size(), whole.data(), whole.size()) == 1;
        if (!good) openssl::clear_errors();
        return good;
    }
    Bytes der;
    if (algorithm.scheme == SignatureScheme::ecdsa_plain) {
        if (signature.size() != 2 * order_size(key.curve())) return false;
        der = ecdsa_plain_to_der(key.curve(), signature);
        signature = der;
    } else if (is_rsa(algorithm.scheme) && signature.size() != key.rsa_modulus().size()) {
        return false;
    }
    const Bytes value = digest(algorithm.digest, message);
    const openssl::KeyContext verification = context(key.handle());
    openssl::require(EVP_PKEY_verify_init(verification.get()), "start to verify");
    if (is_rsa(algorithm.scheme)) set_padding(verification.get(), algorithm);
    const bool good =
        EVP_PKEY_verify(verification.get(), signature.data(), signature.size(), value.data(), value.size()) == 1;
    if (!good) openssl::clear_errors();
    return good;
}

Bytes sign(const PrivateKey& key, const SignatureAlgorithm& algorithm, ByteView message) {
    if (!fits(key.public_key(), algorithm))
        throw CryptoError("crypto.wrong_key", "a key of another kind than " + description(algorithm) + " needs");
    if (algorithm.scheme == SignatureScheme::ed25519) {
        const openssl::DigestContext context(openssl::require(EVP_MD_CTX_new(), "make a signature context"));
        openssl::require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.handle()), "start to sign");
        Bytes signature(64);
        std::size_t size = signature.size();
        openssl::require(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()),
                         "sign");
        return signature;
    }
    const Bytes value = digest(algorithm.digest, message);
    const openssl::KeyContext signing = context(key.handle());
    openssl::require(EVP_PKEY_sign_init(signing.get()), "start to sign");
    if (is_rsa(algorithm.scheme)) set_padding(signing.get(), algorithm);
    Bytes signature = sign_value(signing.get(), value);
    if (algorithm.scheme == SignatureScheme::ecdsa_plain)
        return ecdsa_der_to_plain(key.public_key().curve(), signature);
    return signature;
}

Bytes rsa_recover(const PublicKey& key, ByteView signature) {
    if (key.kind() != KeyKind::rsa) throw CryptoError("crypto.wrong_key", "an RSA key is expected");
    const openssl::KeyContext recovery = context(key.handle());
    openssl::require(EVP_PKEY_verify_recover_init(recovery.get()), "start to recover a message");
    return raw_operation(recovery.get(), signature, key.rsa_modulus().size(), EVP_PKEY_verify_recover,
                         "recover a message");
}

Bytes rsa_private_operation(const PrivateKey& key, ByteView block) {
    if (key.public_key().kind() != KeyKind::rsa) throw CryptoError("crypto.wrong_key", "an RSA key is expected");
    const openssl::KeyContext signing = context(key.handle());
    openssl::require(EVP_PKEY_sign_init(signing.get()), "start to sign");
    return raw_operation(signing.get(), block, key.public_key().rsa_modulus().size(), EVP_PKEY_sign, "sign a block");
}

Bytes ecdsa_sign_digest(const PrivateKey& key, ByteView value) {
    if (key.public_key().kind() != KeyKind::ec) throw CryptoError("crypto.wrong_key", "an EC key is expected");
    const openssl::KeyContext signing = context(key.handle());
    openssl::require(EVP_PKEY_sign_init(signing.get()), "start to sign");
    return sign_value(signing.get(), value);
}

Bytes ecdsa_plain_to_der(Curve curve, ByteView plain) {
    const std::size_t half = order_size(curve);
    if (plain.size() != 2 * half)
        throw MalformedData("crypto.signature_length", "an ECDSA signature that is not twice as long as the order");
    return asn1::sequence({asn1::unsigned_integer(plain.first(half)), asn1::unsigned_integer(plain.subspan(half))});
}

Bytes ecdsa_der_to_plain(Curve curve, ByteView der) {
    asn1::Cursor outer(der);
    asn1::Cursor pair = outer.enter(asn1::Tag::sequence);
    outer.expect_end();
    const std::size_t half = order_size(curve);
    Bytes plain;
    for (int i = 0; i < 2; ++i) {
        const ByteView number = pair.read_unsigned();
        if (number.size() > half)
            throw MalformedData("crypto.signature_length", "an ECDSA signature with a number longer than the order");
        plain.resize(plain.size() + half - number.size());
        append(plain, number);
    }
    pair.expect_end();
    return plain;
}

}  // namespace tahvil
