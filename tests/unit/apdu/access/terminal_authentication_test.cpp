#include "apdu/access/terminal_authentication.h"

#include <gtest/gtest.h>

#include "apdu/access/chip_authentication.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/error.h"
#include "tests/support/soft_token.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/apdu/access/specimen_terminal.h"

// Terminal authentication version 1 before the emulated card, which verifies certificates and signatures itself.

namespace tahvil::terminal_authentication {
namespace {

using emulator::AccessProtocol;
using emulator::SpecimenTerminals;
using specimen_terminal::kNow;
using specimen_terminal::Terminal;

const cv::Date kToday = std::chrono::floor<std::chrono::days>(kNow);

/// A terminal that has gone through access and chip authentication, before a card that guards EF.DG3 and EF.DG4.
class Guarded {
public:
    Guarded(const SpecimenTerminals& terminals, AccessProtocol access) : terminal(options(terminals, access)) {
        card = access == AccessProtocol::bac ? &terminal.open_by_bac() : &terminal.open_by_pace(terminal.can());
        const auto infos = SecurityInfos::parse(lds::parse_dg14(terminal.read(lds::File::dg14)));
        EXPECT_FALSE(infos.terminal_authentication.empty());
        const auto chip = chip_authentication::authenticate(*card, chip_authentication::offers(infos, 1).front());
        binding = {terminal.chip_identifier(), chip.compressed_public_key(), {}};
        EXPECT_THROW(terminal.read(lds::File::dg3), CardRefused);
        references =
            authority_references(read_file(*card, FileIdentifier{0x011C, 0x1C}, {.extent = FileExtent::end_of_file}));
    }

    void authenticate(const SpecimenTerminals& shown, const Signer& signer) {
        terminal_authentication::authenticate(*card, 1, references, {shown.terminal, {shown.verifier}, &signer},
                                              binding);
    }
    void authenticate(const SpecimenTerminals& shown) { authenticate(shown, *signer_in_memory(shown.terminal_key)); }

    void expect_open() {
        EXPECT_EQ(terminal.read(lds::File::dg3), terminal.specimen().files.at(lds::File::dg3));
        EXPECT_EQ(terminal.read(lds::File::dg4), terminal.specimen().files.at(lds::File::dg4));
    }

    Terminal terminal;
    SecureMessaging* card = nullptr;
    Binding binding;
    std::vector<std::string> references;

private:
    static emulator::SpecimenOptions options(const SpecimenTerminals& terminals, AccessProtocol access) {
        emulator::SpecimenOptions options;
        options.access = {access};
        options.terminal_authority = terminals.authority;
        return options;
    }
};

class TerminalAuthentication : public testing::TestWithParam<AccessProtocol> {};

TEST_P(TerminalAuthentication, OpensTheBiometricDataGroups) {
    const auto terminals = SpecimenTerminals::make(kToday);
    Guarded guarded(terminals, GetParam());
    guarded.authenticate(terminals);
    guarded.expect_open();
}

TEST_P(TerminalAuthentication, IsRefusedBelowAnotherAuthorityOfTheSameName) {
    Guarded guarded(SpecimenTerminals::make(kToday), GetParam());
    EXPECT_EQ(thrown_code([&] { guarded.authenticate(SpecimenTerminals::make(kToday)); }), "access.ta_certificate");
}

TEST_P(TerminalAuthentication, IsRefusedWithoutTheCertificatesKey) {
    auto terminals = SpecimenTerminals::make(kToday);
    Guarded guarded(terminals, GetParam());
    terminals.terminal_key = SpecimenTerminals::make(kToday).terminal_key;
    EXPECT_EQ(thrown_code([&] { guarded.authenticate(terminals); }), "access.ta_refused");
}

INSTANTIATE_TEST_SUITE_P(Access, TerminalAuthentication,
                         testing::Values(AccessProtocol::bac, AccessProtocol::pace_gm, AccessProtocol::pace_im));

/// Signs once, and gives that signature for whatever comes after.
class Recording final : public Signer {
public:
    explicit Recording(PrivateKey key) : signer_(signer_in_memory(std::move(key))) {}
    const PublicKey& public_key() const override { return signer_->public_key(); }
    Bytes sign(const SignatureAlgorithm& algorithm, ByteView message) const override {
        if (signature.empty()) signature = signer_->sign(algorithm, message);
        return signature;
    }

    mutable Bytes signature;

private:
    std::unique_ptr<Signer> signer_;
};

TEST(TerminalAuthenticationAgain, IsRefusedWithASignatureOverAnEarlierChallenge) {
    const auto terminals = SpecimenTerminals::make(kToday);
    Guarded guarded(terminals, AccessProtocol::pace_gm);
    const Recording signer(terminals.terminal_key);
    guarded.authenticate(terminals, signer);
    const Response replayed = guarded.card->transmit(Command::external_authenticate(signer.signature, 0));
    EXPECT_EQ(replayed.status, sw::conditions_not_satisfied) << "a challenge is for one try";
    EXPECT_EQ(thrown_code([&] { guarded.authenticate(terminals, signer); }), "access.ta_refused");
}

TEST(TerminalAuthenticationAgain, IsRefusedWithTheSignatureOfAnEarlierSession) {
    const auto terminals = SpecimenTerminals::make(kToday);
    const Recording signer(terminals.terminal_key);
    Guarded(terminals, AccessProtocol::pace_gm).authenticate(terminals, signer);
    Guarded later(terminals, AccessProtocol::pace_gm);
    EXPECT_EQ(thrown_code([&] { later.authenticate(terminals, signer); }), "access.ta_refused");
    EXPECT_THROW(later.terminal.read(lds::File::dg3), CardRefused);
}

/// The terminal's key lies in a token, and its certificates are made for it here.
class TerminalAuthenticationWithToken : public test::SoftToken {
protected:
    static SpecimenTerminals certify(const PrivateKey& terminal_key, const SignatureAlgorithm& algorithm) {
        const bool rsa = terminal_key.public_key().kind() == KeyKind::rsa;
        const auto generate = [&] {
            return rsa ? PrivateKey::generate_rsa(2048) : PrivateKey::generate_ec(Curve::brainpool_p256r1);
        };
        const PrivateKey authority = generate();
        const PrivateKey verifier = generate();
        const auto issue = [&](const char* by, const char* to, std::uint8_t rights, const PrivateKey& key,
                               const PrivateKey& issuer) {
            return cv::issue({.authority_reference = by,
                              .holder_reference = to,
                              .authorization = {cv::inspection_system(), {rights}},
                              .effective = kToday,
                              .expiration = kToday + std::chrono::days{30},
                              .key = key.public_key(),
                              .key_algorithm = algorithm,
                              .with_domain_parameters = std::string_view(by) == to && !rsa},
                             issuer, algorithm);
        };
        return {issue("UTTOKENCVCA00001", "UTTOKENCVCA00001", 0xC3, authority, authority),
                issue("UTTOKENCVCA00001", "UTTOKENVERIF0001", 0x83, verifier, authority),
                issue("UTTOKENVERIF0001", "UTTOKENTERMI0001", 0x03, terminal_key, verifier), terminal_key};
    }

    void expect_opens(const PrivateKey& key, const SignatureAlgorithm& algorithm) {
        const SpecimenTerminals terminals = certify(key, algorithm);
        const std::unique_ptr<Signer> signer = open("token=office;object=terminal;type=private");
        Guarded guarded(terminals, AccessProtocol::pace_gm);
        guarded.authenticate(terminals, *signer);
        guarded.expect_open();
    }
};

constexpr SignatureAlgorithm with(SignatureScheme scheme, DigestAlgorithm digest, std::size_t salt = 0) {
    return {scheme, digest, digest, salt};
}

TEST_F(TerminalAuthenticationWithToken, SignsByEcdsa) {
    const PrivateKey key = PrivateKey::generate_ec(Curve::brainpool_p256r1);
    import(key, "terminal", "01");
    expect_opens(key, with(SignatureScheme::ecdsa_plain, DigestAlgorithm::sha256));
}

TEST_F(TerminalAuthenticationWithToken, SignsByRsaInBothPaddings) {
    const PrivateKey key = PrivateKey::generate_rsa(2048);
    import(key, "terminal", "02");
    expect_opens(key, with(SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256));
    expect_opens(key, with(SignatureScheme::rsa_pss, DigestAlgorithm::sha256, 32));
}

TEST_F(TerminalAuthenticationWithToken, IsRefusedWithAnotherKeyOfTheToken) {
    const PrivateKey key = PrivateKey::generate_ec(Curve::brainpool_p256r1);
    import(PrivateKey::generate_ec(Curve::brainpool_p256r1), "terminal", "03");
    const SpecimenTerminals terminals = certify(key, with(SignatureScheme::ecdsa_plain, DigestAlgorithm::sha256));
    const std::unique_ptr<Signer> signer = open("token=office;object=terminal;type=private");
    Guarded guarded(terminals, AccessProtocol::pace_gm);
    EXPECT_EQ(thrown_code([&] { guarded.authenticate(terminals, *signer); }), "access.ta_refused");
}

}  // namespace
}  // namespace tahvil::terminal_authentication
