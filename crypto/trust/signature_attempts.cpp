#include "crypto/trust/signature_attempts.h"

#include <algorithm>

#include "crypto/error.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Oid;
using asn1::Rules;
using asn1::Tag;

constexpr std::size_t kDefaultSalt = 20;  // RFC 4055, 3.1

const Oid& rsassa_pss() {
    static const Oid identifier("1.2.840.113549.1.1.10");
    return identifier;
}

void add(std::vector<SignatureAttempt>& attempts, DigestAlgorithm digest, DigestAlgorithm mask, std::size_t salt) {
    const SignatureAlgorithm algorithm{SignatureScheme::rsa_pss, digest, mask, salt};
    const bool known =
        std::ranges::any_of(attempts, [&](const SignatureAttempt& attempt) { return attempt.algorithm == algorithm; });
    if (!known) attempts.push_back({algorithm, true});
}

}  // namespace

std::vector<SignatureAttempt> signature_attempts(ByteView algorithm, const PublicKey& key,
                                                 std::optional<DigestAlgorithm> fallback) {
    std::vector<SignatureAttempt> attempts;
    try {
        Cursor cursor(algorithm, Rules::ber);
        attempts.push_back({read_signature_algorithm(cursor, fallback), false});
    } catch (const MalformedData&) {  // nothing is stated that is known; the caller sees an empty answer
    }
    if (key.kind() != KeyKind::rsa) return attempts;
    const auto& restriction = key.pss_restriction();
    if (restriction) add(attempts, restriction->digest, restriction->mask_digest, restriction->salt);
    if (Cursor(algorithm, Rules::ber).enter(Tag::sequence).read_oid() != rsassa_pss()) return attempts;
    std::vector<DigestAlgorithm> digests;
    if (!attempts.empty()) digests.push_back(attempts.front().algorithm.digest);
    if (fallback) digests.push_back(*fallback);
    for (const DigestAlgorithm digest : digests) {
        add(attempts, digest, digest, digest_size(digest));
        add(attempts, digest, digest, kDefaultSalt);
        add(attempts, digest, DigestAlgorithm::sha1, kDefaultSalt);
    }
    return attempts;
}

}  // namespace tahvil::trust
