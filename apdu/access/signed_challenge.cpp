#include "apdu/access/signed_challenge.h"

#include <algorithm>
#include <array>

#include "apdu/error.h"
#include "apdu/tlv.h"
#include "crypto/asn1.h"
#include "crypto/digest.h"

namespace tahvil::signed_challenge {

namespace {

using profiles::ChipProof;

constexpr std::uint8_t kSetForComputation = 0x41;       // P1 of MSE (7816-4, 11.5.11)
constexpr std::uint8_t kAuthenticationTemplate = 0xA4;  // P2: AT
constexpr std::uint8_t kSignatureTemplate = 0xB6;       // P2: DST
constexpr std::uint8_t kSignature = 0x9E;               // P1 of PSO: the result
constexpr std::uint8_t kToBeSigned = 0x9A;              // P2: the input
constexpr tlv::Tag kAlgorithmReference = 0x80;
constexpr tlv::Tag kKeyReference = 0x84;
constexpr tlv::Tag kDynamicAuthenticationTemplate = 0x7C;
constexpr tlv::Tag kChallenge = 0x81;
constexpr tlv::Tag kResponse = 0x82;
constexpr unsigned kShortRsa = 2048;

DigestAlgorithm digest_for(const PublicKey& key) {
    if (key.kind() == KeyKind::ec && order_size(key.curve()) >= digest_size(DigestAlgorithm::sha384))
        return order_size(key.curve()) >= digest_size(DigestAlgorithm::sha512) ? DigestAlgorithm::sha512
                                                                               : DigestAlgorithm::sha384;
    return DigestAlgorithm::sha256;
}

/// RFC 8017, 9.2, step 2.
Bytes digest_info(DigestAlgorithm algorithm, ByteView value) {
    return asn1::sequence({asn1::sequence({asn1::oid(oid_of(algorithm)), asn1::null()}), asn1::octet_string(value)});
}

/// RFC 8017, 9.2, steps 4 and 5: cards of PIV leave the padding to the terminal.
Bytes padded(ByteView info, std::size_t size) {
    constexpr std::size_t kFrame = 11;
    if (info.size() + kFrame > size) throw MalformedData("crypto.unknown_key", "a key too short to sign with");
    Bytes block(size, 0xFF);
    block[0] = 0x00;
    block[1] = 0x01;
    block[size - info.size() - 1] = 0x00;
    std::ranges::copy(info, block.end() - static_cast<std::ptrdiff_t>(info.size()));
    return block;
}

/// SP 800-78-4, table 6-2.
std::uint8_t piv_algorithm(const PublicKey& key) {
    if (key.kind() == KeyKind::rsa && key.bits() < kShortRsa) return 0x06;
    if (key.kind() == KeyKind::rsa) return key.bits() > kShortRsa ? 0x05 : 0x07;
    return key.curve() == Curve::secp384r1 ? 0x14 : 0x11;
}

class Asker {
public:
    Asker(Channel& card, const profiles::Proof& proof, const PublicKey& key)
        : card_(card), proof_(proof), key_(key), expected_(std::max(Command::kMaxShortExpected, key_bytes())) {
        if (expected_ > Command::kMaxShortExpected) expected_ = std::min(expected_, card.limits().response_data);
    }

    Bytes signature_of(ByteView hash, DigestAlgorithm algorithm) const {
        const bool rsa = key_.kind() == KeyKind::rsa;
        const Bytes input = rsa ? digest_info(algorithm, hash) : to_bytes(hash);
        switch (proof_.method) {
            case ChipProof::internal_authenticate:
                choose_key(kAuthenticationTemplate, reference());
                return card_.require(Command::internal_authenticate(input, expected_), "INTERNAL AUTHENTICATE");
            case ChipProof::digital_signature:
                choose_key(kSignatureTemplate, reference());
                return sign(input);
            case ChipProof::belpic_signature:
                choose_key(kSignatureTemplate, with_length(reference()));
                return sign(input);
            case ChipProof::belpic_basic_key:
                return sign_with_basic_key(hash);
            case ChipProof::piv_general_authenticate:
                return general_authenticate(rsa ? padded(input, key_.rsa_modulus().size()) : input);
            default:
                throw InvalidInput("input.chip_proof", "this proof is no signed challenge");
        }
    }

private:
    std::size_t key_bytes() const { return key_.bits() / 8; }

    Bytes reference() const {
        Bytes objects;
        if (proof_.algorithm) append(objects, tlv::encode(kAlgorithmReference, std::array{*proof_.algorithm}));
        append(objects, tlv::encode(kKeyReference, std::array{proof_.key.value_or(0)}));
        return objects;
    }

    static Bytes with_length(const Bytes& objects) {
        Bytes data{static_cast<std::uint8_t>(objects.size())};
        append(data, objects);
        return data;
    }

    void choose_key(std::uint8_t target, ByteView data) const {
        card_.require(Command::manage_security_environment(kSetForComputation, target, data), "MSE:SET");
    }

    Bytes sign(ByteView input) const {
        return card_.require(Command::perform_security_operation(kSignature, kToBeSigned, input, expected_),
                             "PSO: COMPUTE DIGITAL SIGNATURE");
    }

    /// Applet reference manual 1.7: the 20 bytes, with a header, stand in for a SHA-1.
    Bytes sign_with_basic_key(ByteView challenge) const {
        constexpr std::uint8_t kPkcs1Sha1 = 0x02;
        Bytes data{0x94, static_cast<std::uint8_t>(challenge.size())};
        append(data, challenge);
        return card_.require(Command(0x00, 0x88, kPkcs1Sha1, proof_.key.value_or(0), data, expected_),
                             "INTERNAL AUTHENTICATE");
    }

    Bytes general_authenticate(ByteView challenge) const {
        const Bytes data = tlv::encode(kDynamicAuthenticationTemplate,
                                       {tlv::encode(kResponse, {}), tlv::encode(kChallenge, challenge)});
        const Bytes answer =
            card_.require(Command::general_authenticate_with_key(piv_algorithm(key_), proof_.key.value_or(0), data),
                          "GENERAL AUTHENTICATE");
        try {
            tlv::Cursor outer(answer);
            tlv::Cursor inner(outer.read(kDynamicAuthenticationTemplate));
            return to_bytes(inner.read(kResponse));
        } catch (const MalformedData&) {
            std::throw_with_nested(
                ProtocolViolation("access.malformed_answer", "GENERAL AUTHENTICATE: the card's answer is malformed"));
        }
    }

    Channel& card_;
    const profiles::Proof& proof_;
    const PublicKey& key_;
    std::size_t expected_;
};

}  // namespace

std::optional<SignatureAlgorithm> authenticate(Channel& card, const profiles::Proof& proof, const PublicKey& key,
                                               const RandomSource& random) {
    if (key.kind() != KeyKind::rsa && key.kind() != KeyKind::ec)
        throw MalformedData("crypto.unknown_key", "a key that no card signs with: " + key.description());
    // The basic key of BELPIC signs 20 bytes under the name of SHA-1, which are then the digest of the challenge.
    const bool basic = proof.method == ChipProof::belpic_basic_key;
    const DigestAlgorithm algorithm = basic ? DigestAlgorithm::sha1 : digest_for(key);
    const Bytes challenge = random_bytes(random, kChallengeSize);
    const Bytes signature = Asker(card, proof, key).signature_of(digest(algorithm, challenge), algorithm);
    const auto schemes = key.kind() == KeyKind::rsa ? std::vector{SignatureScheme::rsa_pkcs1}
                                                    : std::vector{SignatureScheme::ecdsa_plain, SignatureScheme::ecdsa};
    for (const SignatureScheme scheme : schemes) {
        const SignatureAlgorithm used{scheme, algorithm, algorithm, 0};
        if (verify(key, used, {challenge}, signature)) return used;
    }
    return std::nullopt;
}

}  // namespace tahvil::signed_challenge
