#include "crypto/signer.h"

#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "tests/support/soft_token.h"

namespace tahvil {
namespace {

namespace fs = std::filesystem;

using test::SoftToken;

std::string code_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return std::string(error.code());
    }
    return "nothing was thrown";
}

const Bytes& message() {
    static const Bytes text = to_bytes(as_bytes("what is signed"));
    return text;
}

SignatureAlgorithm ecdsa(DigestAlgorithm digest, SignatureScheme scheme = SignatureScheme::ecdsa) {
    return {scheme, digest, digest, 0};
}

TEST(SignerInMemory, SignsWithTheKeyOfAPemFile) {
    const PrivateKey key = PrivateKey::generate_ec(Curve::brainpool_p256r1);
    const std::unique_ptr<Signer> signer = signer_from_pem(key.pem().view());
    EXPECT_EQ(signer->public_key(), key.public_key());
    EXPECT_TRUE(verify(key.public_key(), ecdsa(DigestAlgorithm::sha256), {message()},
                       signer->sign(ecdsa(DigestAlgorithm::sha256), message())));
    EXPECT_EQ(code_of([&] { signer->sign({SignatureScheme::ed25519}, message()); }), "crypto.wrong_key");
    EXPECT_EQ(code_of([] { signer_from_pem(as_bytes("not PEM")); }), "crypto.unknown_key");
}

TEST(TokenUri, IsToldFromAFilesPath) {
    EXPECT_TRUE(is_token_uri("pkcs11:object=receipts"));
    EXPECT_FALSE(is_token_uri("/etc/tahvil/receipts.pem"));
}

TEST_F(SoftToken, SignsWithAnEcKeyInBothForms) {
    for (const Curve curve : {Curve::secp256r1, Curve::secp384r1, Curve::brainpool_p256r1}) {
        const PrivateKey key = PrivateKey::generate_ec(curve);
        const std::string label = "key" + std::string(name(curve));
        import(key, label, "0" + std::to_string(static_cast<int>(curve) % 10));
        const std::unique_ptr<Signer> signer = open("token=office;object=" + label);
        EXPECT_EQ(signer->public_key(), key.public_key());
        for (const DigestAlgorithm digest : {DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
            for (const SignatureScheme scheme : {SignatureScheme::ecdsa, SignatureScheme::ecdsa_plain}) {
                const SignatureAlgorithm algorithm = ecdsa(digest, scheme);
                EXPECT_TRUE(verify(key.public_key(), algorithm, {message()}, signer->sign(algorithm, message())))
                    << name(curve) << ' ' << description(algorithm);
            }
        }
    }
    EXPECT_EQ(pins_asked_, 3);
}

TEST_F(SoftToken, SignsWithAnRsaKeyInBothPaddings) {
    const PrivateKey key = PrivateKey::generate_rsa(2048);
    import(key, "terminal", "A1");
    const std::unique_ptr<Signer> signer = open("token=office;object=terminal;id=%A1;type=private");
    EXPECT_EQ(signer->public_key(), key.public_key());
    for (const DigestAlgorithm digest : {DigestAlgorithm::sha1, DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
        for (const SignatureScheme scheme : {SignatureScheme::rsa_pkcs1, SignatureScheme::rsa_pss}) {
            const SignatureAlgorithm algorithm{scheme, digest, digest, digest_size(digest)};
            EXPECT_TRUE(verify(key.public_key(), algorithm, {message()}, signer->sign(algorithm, message())))
                << description(algorithm);
        }
    }
    EXPECT_EQ(code_of([&] { signer->sign(ecdsa(DigestAlgorithm::sha256), message()); }), "crypto.wrong_key");
}

TEST_F(SoftToken, SignsWithAnEd25519Key) {
    const PrivateKey key = PrivateKey::generate_ed25519();
    import(key, "checkpoints", "E1");
    const std::unique_ptr<Signer> signer = open("object=checkpoints;token=office");
    EXPECT_EQ(signer->public_key(), key.public_key());
    EXPECT_TRUE(verify(key.public_key(), {SignatureScheme::ed25519}, {message()},
                       signer->sign({SignatureScheme::ed25519}, message())));
}

TEST_F(SoftToken, AsksForThePinOnceAndTellsForWhat) {
    import(PrivateKey::generate_ec(Curve::secp256r1), "receipts", "01");
    const std::unique_ptr<Signer> signer = signer_from_token(
        "pkcs11:token=office;object=receipts?pin-source=file:/run/pin&module-path=" + std::string(kModule),
        [this](const PinRequest& request) {
            ++pins_asked_;
            last_request_ = request;
            return SecretBytes(as_bytes(kPin));
        });
    signer->sign(ecdsa(DigestAlgorithm::sha256), message());
    signer->sign(ecdsa(DigestAlgorithm::sha256), message());
    EXPECT_EQ(pins_asked_, 1);
    EXPECT_EQ(last_request_.token, "office");
    EXPECT_EQ(last_request_.source, "file:/run/pin");
    EXPECT_FALSE(last_request_.final_try);
}

TEST_F(SoftToken, RefusesAWrongPinWithoutASecondTry) {
    import(PrivateKey::generate_ec(Curve::secp256r1), "receipts", "01");
    pin_ = "000000";
    EXPECT_EQ(code_of([&] { open("token=office;object=receipts"); }), "signer.pin_wrong");
    pin_.clear();
    EXPECT_EQ(code_of([&] { open("token=office;object=receipts"); }), "signer.pin_wrong");
    EXPECT_EQ(pins_asked_, 2);
    pin_ = kPin;
    EXPECT_NO_THROW(open("token=office;object=receipts"));
}

TEST_F(SoftToken, WantsTheUriToNameOneTokenAndOneKey) {
    import(PrivateKey::generate_ec(Curve::secp256r1), "receipts", "01");
    import(PrivateKey::generate_ec(Curve::secp256r1), "receipts", "02");
    EXPECT_EQ(code_of([&] { open("token=office;object=receipts"); }), "signer.ambiguous_key");
    EXPECT_NO_THROW(open("token=office;object=receipts;id=%02"));
    EXPECT_EQ(code_of([&] { open("token=office;object=other"); }), "signer.no_key");
    EXPECT_EQ(code_of([&] { open("token=elsewhere;object=receipts"); }), "signer.no_token");
    make_token("second");
    EXPECT_EQ(code_of([&] { open("object=receipts"); }), "signer.ambiguous_token");
}

TEST_F(SoftToken, AModuleThatIsNoneIsNamed) {
    const PinSource pin = [](const PinRequest&) { return SecretBytes(as_bytes(kPin)); };
    EXPECT_EQ(code_of([&] { signer_from_token("pkcs11:object=x?module-path=/nonexistent.so", pin); }), "signer.module");
}

TEST_F(SoftToken, IsFoundThroughTheModulesThatTheSystemIsConfiguredWith) {
    if (!fs::exists("/usr/share/p11-kit/modules/softhsm2.module")) GTEST_SKIP() << "p11-kit does not know SoftHSM";
    const PrivateKey key = PrivateKey::generate_ec(Curve::secp256r1);
    import(key, "receipts", "01");
    const PinSource pin = [](const PinRequest&) { return SecretBytes(as_bytes(kPin)); };
    EXPECT_EQ(signer_from_token("pkcs11:token=office;object=receipts", pin)->public_key(), key.public_key());
    EXPECT_EQ(signer_from_token("pkcs11:token=office;object=receipts?module-name=softhsm2", pin)->public_key(),
              key.public_key());
    EXPECT_EQ(code_of([&] { signer_from_token("pkcs11:token=office;object=receipts?module-name=another", pin); }),
              "signer.no_token");
}

TEST_F(SoftToken, TwoSignersShareAToken) {
    const PrivateKey first = PrivateKey::generate_ec(Curve::secp256r1);
    const PrivateKey second = PrivateKey::generate_ed25519();
    import(first, "receipts", "01");
    import(second, "checkpoints", "02");
    std::unique_ptr<Signer> receipts = open("token=office;object=receipts");
    const std::unique_ptr<Signer> checkpoints = open("token=office;object=checkpoints");
    receipts->sign(ecdsa(DigestAlgorithm::sha256), message());
    receipts.reset();
    EXPECT_TRUE(verify(second.public_key(), {SignatureScheme::ed25519}, {message()},
                       checkpoints->sign({SignatureScheme::ed25519}, message())));
}

TEST(TokenSigner, RefusesAUriThatIsNoneOrThatCarriesAPin) {
    const PinSource pin = [](const PinRequest&) -> SecretBytes {
        ADD_FAILURE() << "the PIN was asked for";
        return {};
    };
    EXPECT_EQ(code_of([&] { signer_from_token("/etc/key.pem", pin); }), "signer.uri");
    EXPECT_EQ(code_of([&] { signer_from_token("pkcs11:object=%ZZ", pin); }), "signer.uri");
    EXPECT_EQ(code_of([&] { signer_from_token("pkcs11:object=x;colour=red", pin); }), "signer.uri");
    EXPECT_EQ(code_of([&] { signer_from_token("pkcs11:object=x;type=cert", pin); }), "signer.uri");
    EXPECT_EQ(code_of([&] { signer_from_token("pkcs11:object=x?pin-value=1234", pin); }), "signer.pin_in_uri");
}

}  // namespace
}  // namespace tahvil
