#include "crypto/digest.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil {

namespace {

struct Facts {
    DigestAlgorithm algorithm;
    std::size_t size;
    std::string_view name;
    asn1::Oid oid;
};

const Facts& facts(DigestAlgorithm algorithm) {
    static const std::array<Facts, 5> table{{
        {DigestAlgorithm::sha1, 20, "SHA-1", asn1::Oid("1.3.14.3.2.26")},
        {DigestAlgorithm::sha224, 28, "SHA-224", asn1::Oid("2.16.840.1.101.3.4.2.4")},
        {DigestAlgorithm::sha256, 32, "SHA-256", asn1::Oid("2.16.840.1.101.3.4.2.1")},
        {DigestAlgorithm::sha384, 48, "SHA-384", asn1::Oid("2.16.840.1.101.3.4.2.2")},
        {DigestAlgorithm::sha512, 64, "SHA-512", asn1::Oid("2.16.840.1.101.3.4.2.3")},
    }};
    return table.at(static_cast<std::size_t>(algorithm));
}

}  // namespace

std::size_t digest_size(DigestAlgorithm algorithm) {
    return facts(algorithm).size;
}

std::string_view name(DigestAlgorithm algorithm) {
    return facts(algorithm).name;
}

const asn1::Oid& oid_of(DigestAlgorithm algorithm) {
    return facts(algorithm).oid;
}

std::optional<DigestAlgorithm> digest_by_oid(const asn1::Oid& identifier) {
    for (const auto algorithm : {DigestAlgorithm::sha1, DigestAlgorithm::sha224, DigestAlgorithm::sha256,
                                 DigestAlgorithm::sha384, DigestAlgorithm::sha512})
        if (oid_of(algorithm) == identifier) return algorithm;
    return std::nullopt;
}

void Digest::Free::operator()(evp_md_ctx_st* context) const noexcept {
    EVP_MD_CTX_free(context);
}

Digest::Digest(DigestAlgorithm algorithm) : context_(openssl::require(EVP_MD_CTX_new(), "make a digest")) {
    openssl::require(EVP_DigestInit_ex2(context_.get(), openssl::fetched(algorithm), nullptr), "start a digest");
}

Digest& Digest::update(ByteView bytes) {
    openssl::require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()), "digest");
    return *this;
}

Bytes Digest::finish() {
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    openssl::require(EVP_DigestFinal_ex(context_.get(), value.data(), &size), "finish a digest");
    value.resize(size);
    return value;
}

Bytes digest(DigestAlgorithm algorithm, ByteView bytes) {
    return Digest(algorithm).update(bytes).finish();
}

Bytes digest(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts) {
    Digest digest(algorithm);
    for (const ByteView part : parts) digest.update(part);
    return digest.finish();
}

}  // namespace tahvil

namespace tahvil::openssl {

const EVP_MD* fetched(DigestAlgorithm algorithm) {
    // Fetched once: an implicit fetch at every use costs more than the digest of an APDU.
    static const std::array<const EVP_MD*, 5> fetched{
        require(EVP_MD_fetch(nullptr, "SHA1", nullptr), "find SHA-1"),
        require(EVP_MD_fetch(nullptr, "SHA2-224", nullptr), "find SHA-224"),
        require(EVP_MD_fetch(nullptr, "SHA2-256", nullptr), "find SHA-256"),
        require(EVP_MD_fetch(nullptr, "SHA2-384", nullptr), "find SHA-384"),
        require(EVP_MD_fetch(nullptr, "SHA2-512", nullptr), "find SHA-512"),
    };
    return fetched.at(static_cast<std::size_t>(algorithm));
}

}  // namespace tahvil::openssl
