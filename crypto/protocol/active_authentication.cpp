#include "crypto/protocol/active_authentication.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/signature.h"

namespace tahvil::active_authentication {

namespace {

constexpr std::uint8_t kPartialRecovery = 0x6A;  // header 01, more data, no padding
constexpr std::uint8_t kImplicitTrailer = 0xBC;  // trailer field option 1: SHA-1
constexpr std::uint8_t kExplicitTrailer = 0xCC;  // option 2: the byte before names the digest

struct Trailer {
    DigestAlgorithm digest;
    std::uint8_t identifier;
};

constexpr std::array<Trailer, 5> kTrailers{{
    {DigestAlgorithm::sha1, 0x33},
    {DigestAlgorithm::sha224, 0x38},
    {DigestAlgorithm::sha256, 0x34},
    {DigestAlgorithm::sha384, 0x36},
    {DigestAlgorithm::sha512, 0x35},
}};

/// modulus - value, both of one length and value below the modulus.
Bytes subtract(ByteView modulus, ByteView value) {
    Bytes difference(modulus.size());
    unsigned borrow = 0;
    for (std::size_t i = modulus.size(); i-- > 0;) {
        const unsigned digit = 256U + modulus[i] - value[i] - borrow;
        difference[i] = static_cast<std::uint8_t>(digit & 0xFFU);
        borrow = digit < 256U ? 1U : 0U;
    }
    return difference;
}

/// The message representative F. Where a chip gives the smaller of S and n - S (ISO/IEC 9796-2, B.4), F is the one that
/// ends in C.
std::optional<Bytes> open_signature(const PublicKey& key, ByteView signature) {
    const auto ends_in_c = [](const Bytes& f) { return (f.back() & 0x0FU) == 0x0CU; };
    if (signature.size() != key.rsa_modulus().size()) return std::nullopt;
    try {
        Bytes f = rsa_recover(key, signature);
        if (ends_in_c(f)) return f;
        f = subtract(key.rsa_modulus(), f);
        if (ends_in_c(f)) return f;
    } catch (const CryptoError&) {  // not below the modulus
    }
    return std::nullopt;
}

std::optional<Proof> verify_rsa(const PublicKey& key, ByteView challenge, ByteView signature) {
    const std::optional<Bytes> opened = open_signature(key, signature);
    if (!opened || opened->front() != kPartialRecovery) return std::nullopt;
    const ByteView f = *opened;
    DigestAlgorithm algorithm = DigestAlgorithm::sha1;
    std::size_t trailer_size = 1;
    if (f.back() != kImplicitTrailer) {
        const auto found = std::ranges::find(kTrailers, f[f.size() - 2], &Trailer::identifier);
        if (f.back() != kExplicitTrailer || found == kTrailers.end()) return std::nullopt;
        algorithm = found->digest;
        trailer_size = 2;
    }
    const std::size_t hash = digest_size(algorithm);
    const ByteView m1 = f.subspan(1, f.size() - 1 - hash - trailer_size);
    const ByteView h = f.subspan(1 + m1.size(), hash);
    if (!equal(digest(algorithm, {m1, challenge}), h)) return std::nullopt;
    return Proof{SignatureForm::recoverable, algorithm};
}

std::vector<DigestAlgorithm> candidates(const PublicKey& key, std::optional<DigestAlgorithm> stated) {
    using enum DigestAlgorithm;
    if (stated) return {*stated};
    std::vector<DigestAlgorithm> all;
    for (const DigestAlgorithm algorithm : {sha512, sha384, sha256, sha224})
        if (digest_size(algorithm) * 8 <= key.bits()) all.push_back(algorithm);
    all.push_back(sha1);
    return all;
}

SignatureScheme scheme_of(SignatureForm form) {
    return form == SignatureForm::der ? SignatureScheme::ecdsa : SignatureScheme::ecdsa_plain;
}

}  // namespace

std::optional<DigestAlgorithm> stated_digest(const SecurityInfos& data_group_14) {
    if (data_group_14.active_authentication.size() != 1) return std::nullopt;
    const auto algorithm = signature_algorithm_by_oid(data_group_14.active_authentication.front().signature_algorithm);
    if (!algorithm ||
        (algorithm->scheme != SignatureScheme::ecdsa && algorithm->scheme != SignatureScheme::ecdsa_plain))
        return std::nullopt;
    return algorithm->digest;
}

std::optional<Proof> verify(const PublicKey& key, ByteView challenge, ByteView signature,
                            std::optional<DigestAlgorithm> stated) {
    if (key.kind() == KeyKind::rsa) return verify_rsa(key, challenge, signature);
    if (key.kind() != KeyKind::ec) return std::nullopt;
    for (const DigestAlgorithm algorithm : candidates(key, stated))
        for (const SignatureForm form : {SignatureForm::plain, SignatureForm::der})
            if (tahvil::verify(key, {scheme_of(form), algorithm, algorithm, 0}, {challenge}, signature))
                return Proof{form, algorithm};
    return std::nullopt;
}

Bytes sign_rsa(const PrivateKey& key, DigestAlgorithm algorithm, ByteView challenge, const RandomSource& random) {
    const bool implicit = algorithm == DigestAlgorithm::sha1;
    const Bytes trailer =
        implicit ? Bytes{kImplicitTrailer}
                 : Bytes{std::ranges::find(kTrailers, algorithm, &Trailer::digest)->identifier, kExplicitTrailer};
    const std::size_t size = key.public_key().rsa_modulus().size();
    const Bytes m1 = random_bytes(random, size - 1 - digest_size(algorithm) - trailer.size());
    static constexpr std::array<std::uint8_t, 1> header{kPartialRecovery};
    return rsa_private_operation(key, concat({header, m1, digest(algorithm, {m1, challenge}), trailer}));
}

Bytes sign_ecdsa(const PrivateKey& key, DigestAlgorithm algorithm, SignatureForm form, ByteView challenge) {
    return sign(key, {scheme_of(form), algorithm, algorithm, 0}, challenge);
}

}  // namespace tahvil::active_authentication
