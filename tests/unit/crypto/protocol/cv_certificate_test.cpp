#include "crypto/protocol/cv_certificate.h"

#include <gtest/gtest.h>

#include "crypto/protocol/terminal_authentication.h"
#include "tests/support/thrown_code.h"

namespace tahvil::cv {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

const SignatureAlgorithm kEcdsa{SignatureScheme::ecdsa_plain, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 0};
const SignatureAlgorithm kPss{SignatureScheme::rsa_pss, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 32};
const SignatureAlgorithm kPkcs1{SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 0};

/// One holder of a certificate, with its key.
struct Holder {
    std::string reference;
    PrivateKey key;
    SignatureAlgorithm algorithm;
};

Holder elliptic(const std::string& reference, Curve curve = Curve::brainpool_p256r1) {
    return {reference, PrivateKey::generate_ec(curve), kEcdsa};
}

Authorization inspection(Role role, std::uint8_t rights) {
    return {inspection_system(), {static_cast<std::uint8_t>(static_cast<unsigned>(role) << 6U | rights)}};
}

Request request(const Holder& issuer, const Holder& holder, Role role, std::uint8_t rights = 0x03) {
    return {issuer.reference,          holder.reference,        inspection(role, rights), sys_days(2026y / 1 / 1),
            sys_days(2026y / 12 / 31), holder.key.public_key(), holder.algorithm,         role == Role::authority};
}

Certificate signed_by(const Holder& issuer, const Request& wanted) {
    return issue(wanted, issuer.key, issuer.algorithm);
}

struct Chain {
    Holder authority;
    Holder verifier;
    Holder terminal;

    TrustedKey trust_point() const {
        return TrustedKey::trust_point(signed_by(authority, request(authority, authority, Role::authority)));
    }
    Certificate verifier_certificate(Role role = Role::domestic_verifier, std::uint8_t rights = 0x03) const {
        return signed_by(authority, request(authority, verifier, role, rights));
    }
    Certificate terminal_certificate(std::uint8_t rights = 0x03) const {
        return signed_by(verifier, request(verifier, terminal, Role::terminal, rights));
    }
    Verifier chip(sys_days current = sys_days(2026y / 2 / 1)) const { return {{trust_point()}, current}; }
};

Chain elliptic_chain() {
    return {elliptic("UTCVCA00001"), elliptic("UTDVIS00001"), elliptic("UTTERM00001")};
}

TEST(CvCertificate, SurvivesItsEncodingWithAndWithoutDomainParameters) {
    for (const Curve curve : {Curve::secp224r1, Curve::secp256r1, Curve::brainpool_p320r1, Curve::brainpool_p512r1}) {
        const Holder holder = elliptic("UTCVCA00001", curve);
        for (const Role role : {Role::authority, Role::terminal}) {
            const Certificate made = signed_by(holder, request(holder, holder, role));
            const Certificate read = Certificate::parse(made.encode());
            EXPECT_EQ(read.holder_reference, "UTCVCA00001");
            EXPECT_EQ(read.effective, sys_days(2026y / 1 / 1));
            EXPECT_EQ(read.expiration, sys_days(2026y / 12 / 31));
            EXPECT_EQ(read.authorization, inspection(role, 3));
            EXPECT_EQ(read.key.curve.has_value(), role == Role::authority);
            EXPECT_EQ(read.key.resolve(curve), holder.key.public_key());
            EXPECT_TRUE(read.is_signed_by(holder.key.public_key(), kEcdsa));
            EXPECT_EQ(Certificate::parse_content(made.content()).encode(), made.encode());
        }
    }
}

TEST(CvCertificate, EveryTruncationAndEveryAdditionIsMalformed) {
    const Chain chain = elliptic_chain();
    const Bytes encoded =
        chain.trust_point().reference.empty()
            ? Bytes{}
            : signed_by(chain.authority, request(chain.authority, chain.authority, Role::authority)).encode();
    for (std::size_t size = 0; size < encoded.size(); ++size)
        EXPECT_EQ(thrown_code([&] { Certificate::parse(ByteView(encoded).first(size)); }), "cv.malformed") << size;
    EXPECT_EQ(thrown_code([&] { Certificate::parse(concat({encoded, Bytes{0}})); }), "cv.malformed");
}

TEST(CvCertificate, ADateThatDoesNotExistIsMalformed) {
    const Chain chain = elliptic_chain();
    const Bytes encoded = chain.terminal_certificate().encode();
    const Bytes effective = from_hex("5F2506 020600010001");
    const auto at = std::search(encoded.begin(), encoded.end(), effective.begin(), effective.end()) - encoded.begin();
    for (const std::size_t digit : {3U, 5U, 7U}) {
        Bytes changed = encoded;
        changed[static_cast<std::size_t>(at) + digit + 1] = 10;
        EXPECT_EQ(thrown_code([&] { Certificate::parse(changed); }), "cv.malformed");
    }
    Bytes changed = encoded;
    changed[static_cast<std::size_t>(at) + 6] = 9;  // month 09 becomes 91
    changed[static_cast<std::size_t>(at) + 5] = 9;
    EXPECT_EQ(thrown_code([&] { Certificate::parse(changed); }), "cv.malformed");
}

TEST(CvCertificate, AReferenceIsNeverEmptyNorLongerThanSixteenCharacters) {
    const Holder holder = elliptic("UTCVCA00001");
    Request wanted = request(holder, holder, Role::authority);
    wanted.holder_reference = std::string(17, 'A');
    EXPECT_EQ(thrown_code([&] { signed_by(holder, wanted); }), "input.reference");
    wanted.holder_reference.clear();
    EXPECT_EQ(thrown_code([&] { signed_by(holder, wanted); }), "input.reference");
    wanted.holder_reference = "UTCVCA00001";
    wanted.expiration = sys_days(2100y / 1 / 1);
    EXPECT_EQ(thrown_code([&] { signed_by(holder, wanted); }), "input.date");
}

TEST(CvVerifier, AChainEndsInTheTerminalsKeyAndRights) {
    for (const SignatureAlgorithm& algorithm : {kEcdsa, kPss, kPkcs1}) {
        SCOPED_TRACE(description(algorithm));
        const auto holder = [&algorithm](const char* reference) {
            return algorithm.scheme == SignatureScheme::ecdsa_plain
                       ? elliptic(reference)
                       : Holder{reference, PrivateKey::generate_rsa(1024), algorithm};
        };
        const Chain chain{holder("UTCVCA00001"), holder("UTDVIS00001"), holder("UTTERM00001")};
        Verifier chip = chain.chip();
        EXPECT_TRUE(chip.knows("UTCVCA00001"));
        EXPECT_FALSE(chip.knows("UTDVIS00001"));
        EXPECT_EQ(chip.take(chain.verifier_certificate()), std::nullopt);
        EXPECT_EQ(chip.terminal(), nullptr);
        EXPECT_TRUE(chip.knows("UTDVIS00001"));
        EXPECT_EQ(chip.take(chain.terminal_certificate()), std::nullopt);
        ASSERT_NE(chip.terminal(), nullptr);
        EXPECT_EQ(chip.terminal()->key, chain.terminal.key.public_key());
        EXPECT_TRUE(chip.terminal()->authorization.has(0));
        EXPECT_TRUE(chip.terminal()->authorization.has(1));

        const Bytes data = terminal_authentication::signed_data(terminal_authentication::chip_identifier("L898902C"),
                                                                from_hex("0102030405060708"), Bytes(20, 7));
        const Bytes signature = sign(chain.terminal.key, chain.terminal.algorithm, data);
        EXPECT_TRUE(terminal_authentication::verify(*chip.terminal(), data, signature));
        EXPECT_FALSE(terminal_authentication::verify(*chip.terminal(), data,
                                                     sign(chain.verifier.key, chain.verifier.algorithm, data)));
    }
}

TEST(CvVerifier, Doc9303_11_7_1_4_3_6_RightsAreThoseOfTheWholeChainTogether) {
    const Chain chain = elliptic_chain();
    const auto rights_after = [&](std::uint8_t verifiers, std::uint8_t terminals) {
        Verifier chip = chain.chip();
        EXPECT_EQ(chip.take(chain.verifier_certificate(Role::domestic_verifier, verifiers)), std::nullopt);
        EXPECT_EQ(chip.take(chain.terminal_certificate(terminals)), std::nullopt);
        return chip.terminal()->authorization.rights[0] & 0x3F;
    };
    EXPECT_EQ(rights_after(3, 3), 3);
    EXPECT_EQ(rights_after(1, 3), 1);
    EXPECT_EQ(rights_after(3, 2), 2);
    EXPECT_EQ(rights_after(1, 2), 0);
    EXPECT_EQ(rights_after(0x3F, 0x3F), 3) << "the authority grants no more";
}

TEST(CvVerifier, WhatAnotherAuthoritySignedIsRefused) {
    const Chain chain = elliptic_chain();
    Chain forged = elliptic_chain();  // the same references, other keys
    Verifier chip = chain.chip();
    EXPECT_EQ(chip.take(forged.verifier_certificate()), Refusal::bad_signature);
    forged.authority.reference = "XXCVCA00001";
    EXPECT_EQ(chip.take(forged.verifier_certificate()), Refusal::unknown_authority);
    EXPECT_EQ(chip.take(chain.terminal_certificate()), Refusal::unknown_authority) << "its verifier was not sent";
    ASSERT_EQ(chip.take(chain.verifier_certificate()), std::nullopt);
    EXPECT_EQ(chip.take(forged.terminal_certificate()), Refusal::bad_signature);
    Certificate changed = chain.terminal_certificate(1);
    const Bytes rights = from_hex("530101");
    const auto at = std::search(changed.body.begin(), changed.body.end(), rights.begin(), rights.end());
    ASSERT_NE(at, changed.body.end());
    *(at + 2) = 3;
    EXPECT_EQ(chip.take(Certificate::parse(changed.encode())), Refusal::bad_signature);
    EXPECT_EQ(chip.terminal(), nullptr);
}

TEST(CvVerifier, OnlyTheRolesAboveMayIssue) {
    const Chain chain = elliptic_chain();
    Verifier chip = chain.chip();
    EXPECT_EQ(chip.take(signed_by(chain.authority, request(chain.authority, chain.terminal, Role::terminal))),
              Refusal::wrong_issuer);
    ASSERT_EQ(chip.take(chain.verifier_certificate()), std::nullopt);
    EXPECT_EQ(chip.take(signed_by(chain.verifier, request(chain.verifier, chain.terminal, Role::domestic_verifier))),
              Refusal::wrong_issuer);
    ASSERT_EQ(chip.take(chain.terminal_certificate()), std::nullopt);
    const Holder another = elliptic("UTTERM00002");
    EXPECT_EQ(chip.take(signed_by(chain.terminal, request(chain.terminal, another, Role::terminal))),
              Refusal::wrong_issuer);
}

TEST(CvVerifier, AnotherTypeOfTerminalIsRefused) {
    const Chain chain = elliptic_chain();
    Verifier chip = chain.chip();
    Request other = request(chain.authority, chain.verifier, Role::domestic_verifier);
    other.authorization = {authentication_terminal(), from_hex("8000000110")};
    EXPECT_EQ(chip.take(signed_by(chain.authority, other)), Refusal::other_terminal_type);
}

TEST(CvVerifier, Doc9303_11_7_1_4_3_3_DatesAreJudgedByWhatTheChipHasSeen) {
    const Chain chain = elliptic_chain();
    Verifier late = chain.chip(sys_days(2027y / 1 / 1));
    EXPECT_EQ(late.take(chain.verifier_certificate()), Refusal::expired);
    Verifier last_day = chain.chip(sys_days(2026y / 12 / 31));
    EXPECT_EQ(last_day.take(chain.verifier_certificate()), std::nullopt);

    Request later = request(chain.authority, chain.verifier, Role::domestic_verifier);
    later.effective = sys_days(2026y / 6 / 1);
    Verifier chip = chain.chip();
    ASSERT_EQ(chip.take(signed_by(chain.authority, later)), std::nullopt);
    EXPECT_EQ(chip.current(), sys_days(2026y / 6 / 1)) << "a domestic verifier tells the time";
    Request old = request(chain.verifier, chain.terminal, Role::terminal);
    old.expiration = sys_days(2026y / 5 / 31);
    EXPECT_EQ(chip.take(signed_by(chain.verifier, old)), Refusal::expired);
}

TEST(CvVerifier, Doc9303_11_7_1_4_3_3_AForeignVerifiersTerminalDoesNotTellTheTime) {
    const Chain chain = elliptic_chain();
    Request later = request(chain.verifier, chain.terminal, Role::terminal);
    later.effective = sys_days(2026y / 6 / 1);
    for (const Role role : {Role::foreign_verifier, Role::domestic_verifier}) {
        Verifier chip = chain.chip();
        ASSERT_EQ(chip.take(chain.verifier_certificate(role)), std::nullopt);
        ASSERT_EQ(chip.take(signed_by(chain.verifier, later)), std::nullopt);
        EXPECT_EQ(chip.current(), role == Role::foreign_verifier ? sys_days(2026y / 2 / 1) : sys_days(2026y / 6 / 1));
    }
}

TEST(CvVerifier, Doc9303_11_7_1_4_3_2_LinkCertificatesMoveTheTrustPointAndTwoStay) {
    const Chain chain = elliptic_chain();
    Verifier chip = chain.chip(sys_days(2030y / 1 / 1));
    EXPECT_EQ(chip.take(chain.verifier_certificate()), Refusal::expired);
    Holder previous = chain.authority;
    for (int number = 2; number <= 4; ++number) {
        const Holder next = elliptic("UTCVCA0000" + std::to_string(number), Curve::secp384r1);
        Request link = request(previous, next, Role::authority);
        link.effective = sys_days(std::chrono::year(2026 + number) / 1 / 1);
        link.expiration = sys_days(std::chrono::year(2029 + number) / 1 / 1);
        ASSERT_EQ(chip.take(signed_by(previous, link)), std::nullopt) << "an expired authority may still link";
        EXPECT_EQ(chip.take(signed_by(previous, link)), Refusal::known_reference);
        previous = next;
    }
    ASSERT_EQ(chip.trust_points().size(), 2U);
    EXPECT_FALSE(chip.knows("UTCVCA00001"));
    EXPECT_FALSE(chip.knows("UTCVCA00002"));
    EXPECT_TRUE(chip.knows("UTCVCA00003"));
    EXPECT_TRUE(chip.knows("UTCVCA00004"));
}

TEST(CvVerifier, AnExpiredTrustPointVerifiesNoVerifier) {
    const Chain chain = elliptic_chain();
    Verifier chip = chain.chip(sys_days(2027y / 6 / 1));
    Request later = request(chain.authority, chain.verifier, Role::domestic_verifier);
    later.expiration = sys_days(2028y / 1 / 1);
    EXPECT_EQ(chip.take(signed_by(chain.authority, later)), Refusal::issuer_expired);
}

TEST(CvVerifier, AKeyThatCanNotBeUsedIsRefused) {
    const Chain chain = elliptic_chain();
    Request link = request(chain.authority, elliptic("UTCVCA00002"), Role::authority);
    link.with_domain_parameters = false;
    Verifier chip = chain.chip();
    EXPECT_EQ(chip.take(signed_by(chain.authority, link)), Refusal::bad_key);
    Request other_curve = request(chain.authority, elliptic("UTDVIS00001", Curve::secp384r1), Role::domestic_verifier);
    EXPECT_EQ(chip.take(signed_by(chain.authority, other_curve)), Refusal::bad_key);
}

TEST(CvChain, IsBuiltFromTheReferenceThatTheChipNames) {
    const Chain chain = elliptic_chain();
    const Holder next = elliptic("UTCVCA00002");
    const Certificate link = signed_by(chain.authority, request(chain.authority, next, Role::authority));
    const Certificate verifier = signed_by(next, request(next, chain.verifier, Role::domestic_verifier));
    const Certificate self_signed = signed_by(next, request(next, next, Role::authority));
    const Certificate terminal = chain.terminal_certificate();
    const std::vector<Certificate> available{self_signed, verifier, terminal, link};

    const auto references = [](const std::vector<Certificate>& certificates) {
        std::string text;
        for (const Certificate& certificate : certificates) text += certificate.holder_reference + " ";
        return text;
    };
    EXPECT_EQ(references(cv::chain("UTCVCA00002", terminal, available)), "UTDVIS00001 UTTERM00001 ");
    EXPECT_EQ(references(cv::chain("UTCVCA00001", terminal, available)), "UTCVCA00002 UTDVIS00001 UTTERM00001 ");
    EXPECT_TRUE(cv::chain("XXCVCA00001", terminal, available).empty());
    EXPECT_TRUE(cv::chain("UTCVCA00001", terminal, {}).empty());
}

TEST(TerminalAuthentication, Doc9303_11_7_1_2_IdentifierOfTheChip) {
    EXPECT_EQ(as_text(terminal_authentication::chip_identifier("L898902C")), "L898902C<3");
    EXPECT_EQ(
        terminal_authentication::chip_identifier(Group(Curve::secp256r1), Group(Curve::secp256r1).generator()).size(),
        32U);
    EXPECT_EQ(thrown_code([] { terminal_authentication::signed_data({}, Bytes(7), {}); }), "ta.challenge");
}

}  // namespace
}  // namespace tahvil::cv
