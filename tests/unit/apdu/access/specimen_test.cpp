#include "apdu/emulator/specimen.h"

#include <gtest/gtest.h>

#include "apdu/access/active_authentication.h"
#include "apdu/access/bac.h"
#include "apdu/access/chip_authentication.h"
#include "apdu/access/pace.h"
#include "apdu/access/terminal_authentication.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/applets/mrz.h"
#include "apdu/atr.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "crypto/protocol/mrz_information.h"
#include "tests/support/thrown_code.h"

// The terminal's side of every access protocol with the emulated card's, which has real keys.

namespace tahvil {
namespace {

using emulator::AccessProtocol;
using emulator::ChipProof;

constexpr trust::Time kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

const emulator::SpecimenPki& specimen_pki() {
    static const emulator::SpecimenPki pki = emulator::SpecimenPki::make(kNow);
    return pki;
}

FileIdentifier identifier(lds::File file) {
    const lds::FileEntry& entry = lds::entry(file);
    return {entry.identifier, entry.short_identifier};
}

/// A terminal with a fresh specimen before it.
class Terminal {
public:
    explicit Terminal(const emulator::SpecimenOptions& options)
        : specimen_(emulator::personalise(
              emulator::specimen_person(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(kNow))),
              specimen_pki(), options, kNow)),
          wire_(*specimen_.card),
          plain_(wire_) {
        const Bytes atr = specimen_.card->atr();
        learn_capabilities(plain_, Atr::parse(atr));
    }

    SecureMessaging& open_by_pace(const pace::Password& password) {
        const Bytes card_access = read_file(plain_, identifier(lds::File::card_access));
        const auto offer = pace::choose(pace::offers(SecurityInfos::parse(card_access)));
        if (!offer) throw Error("test", "no offer of PACE");
        const pace::Established established = pace::establish(plain_, *offer, password);
        chip_identifier_ =
            terminal_authentication::chip_identifier(established.party.group(), established.party.peer_public_key());
        return secured(established.keys);
    }

    SecureMessaging& open_by_bac() {
        plain_.require(Command::select_application(lds::kApplication), "SELECT");
        const mrz::Mrz printed = emulator::mrz_of(specimen_.person);
        chip_identifier_ = terminal_authentication::chip_identifier(printed.document_number);
        const SecretBytes information =
            mrz_information(printed.document_number, printed.birth_date, printed.expiry_date);
        return secured(bac::establish(plain_, bac::AccessKeys::derive(information.view())), false);
    }

    pace::Password can() const {
        return pace::Password::typed(pace::PasswordKind::can, as_bytes(specimen_.person.card_access_number));
    }

    Bytes read(lds::File file) { return read_file(*secure_, identifier(file)); }

    CardChannel& plain() { return plain_; }
    const Bytes& chip_identifier() const { return chip_identifier_; }
    const emulator::Specimen& specimen() const { return specimen_; }

private:
    SecureMessaging& secured(SessionKeys keys, bool select = true) {
        secure_ = std::make_unique<SecureMessaging>(plain_, keys);
        if (select) secure_->require(Command::select_application(lds::kApplication), "SELECT");
        return *secure_;
    }

    emulator::Specimen specimen_;
    emulator::EmulatedWire wire_;
    CardChannel plain_;
    std::unique_ptr<SecureMessaging> secure_;
    Bytes chip_identifier_;
};

struct Case {
    AccessProtocol access;
    CipherAlgorithm cipher;
    int parameter_id;
    ChipProof chip;
    emulator::Link link;
    bool extended;
};

class SpecimenAccess : public testing::TestWithParam<Case> {};

TEST_P(SpecimenAccess, OpensReadsAndProvesTheChip) {
    const Case& c = GetParam();
    emulator::SpecimenOptions options;
    options.access = {c.access};
    options.cipher = c.cipher;
    options.parameter_id = c.parameter_id;
    options.chip = c.chip;
    options.link.link = c.link;
    options.link.extended_length = c.extended;
    options.portrait_size = 5000;
    Terminal terminal(options);
    SecureMessaging& card =
        c.access == AccessProtocol::bac ? terminal.open_by_bac() : terminal.open_by_pace(terminal.can());

    EXPECT_EQ(terminal.read(lds::File::dg1), terminal.specimen().files.at(lds::File::dg1));
    EXPECT_EQ(terminal.read(lds::File::security_object), terminal.specimen().files.at(lds::File::security_object));
    if (c.chip == ChipProof::ca) {
        const auto infos = SecurityInfos::parse(lds::parse_dg14(terminal.read(lds::File::dg14)));
        const auto offers = chip_authentication::offers(infos, 1);
        ASSERT_FALSE(offers.empty());
        chip_authentication::authenticate(card, offers.front());
    } else {
        const auto key = PublicKey::from_spki(lds::parse_dg15(terminal.read(lds::File::dg15)));
        EXPECT_TRUE(active_authentication::authenticate(card, key));
    }
    EXPECT_EQ(terminal.read(lds::File::dg2), terminal.specimen().files.at(lds::File::dg2));
}

constexpr auto kTdes = CipherAlgorithm::two_key_triple_des;
constexpr auto kAes128 = CipherAlgorithm::aes128;
constexpr auto kAes192 = CipherAlgorithm::aes192;
constexpr auto kAes256 = CipherAlgorithm::aes256;
using enum AccessProtocol;
using enum emulator::Link;

INSTANTIATE_TEST_SUITE_P(Pairs, SpecimenAccess,
                         testing::Values(Case{bac, kTdes, 12, ChipProof::ca, contactless, true},
                                         Case{bac, kAes128, 13, ChipProof::ca, contact_t1, false},
                                         Case{bac, kAes256, 17, ChipProof::aa_rsa, contactless, true},
                                         Case{bac, kAes128, 13, ChipProof::aa_ecdsa, contact_t0, false},
                                         Case{pace_gm, kTdes, 13, ChipProof::ca, contact_t0, false},
                                         Case{pace_gm, kAes128, 13, ChipProof::ca, contactless, true},
                                         Case{pace_gm, kAes192, 15, ChipProof::aa_ecdsa, contact_t1, true},
                                         Case{pace_gm, kAes256, 18, ChipProof::ca, contactless, false},
                                         Case{pace_gm, kAes128, 0, ChipProof::ca, contactless, true},
                                         Case{pace_gm, kAes256, 2, ChipProof::aa_rsa, contactless, true},
                                         Case{pace_im, kTdes, 12, ChipProof::aa_ecdsa, contactless, true},
                                         Case{pace_im, kAes128, 13, ChipProof::ca, contact_t0, true},
                                         Case{pace_im, kAes256, 16, ChipProof::ca, contact_t1, false},
                                         Case{pace_im, kAes192, 1, ChipProof::aa_ecdsa, contactless, true},
                                         Case{pace_cam, kAes128, 13, ChipProof::ca, contactless, true},
                                         Case{pace_cam, kAes256, 17, ChipProof::aa_ecdsa, contact_t1, true}));

TEST(SpecimenAccess, RefusesAnotherCan) {
    Terminal terminal({});
    EXPECT_EQ(
        thrown_code([&] { terminal.open_by_pace(pace::Password::typed(pace::PasswordKind::can, as_bytes("000000"))); }),
        "access.pace_denied");
}

TEST(SpecimenAccess, FindsThatAClonesChipHasAnotherKey) {
    emulator::SpecimenOptions options;
    options.fault = emulator::parse_fault("cloned");
    Terminal terminal(options);
    SecureMessaging& card = terminal.open_by_pace(terminal.can());
    const auto infos = SecurityInfos::parse(lds::parse_dg14(terminal.read(lds::File::dg14)));
    chip_authentication::authenticate(card, chip_authentication::offers(infos, 1).front());
    EXPECT_EQ(thrown_code([&] { terminal.read(lds::File::dg1); }), "secure_messaging.violation");
}

TEST(SpecimenAccess, ProvesEachOfSeveralKeysByItsIdentifier) {
    emulator::SpecimenOptions options;
    options.further_chip_keys = {{kAes256, 16}, {kTdes, 12}, {kAes128, 13}};
    for (std::size_t i = 0; i < 4; ++i) {
        Terminal terminal(options);
        SecureMessaging& card = terminal.open_by_pace(terminal.can());
        const auto offers =
            chip_authentication::offers(SecurityInfos::parse(lds::parse_dg14(terminal.read(lds::File::dg14))), 1);
        ASSERT_EQ(offers.size(), 4U);
        EXPECT_TRUE(offers[i].key_id);
        chip_authentication::authenticate(card, offers[i]);
        EXPECT_EQ(terminal.read(lds::File::dg1), terminal.specimen().files.at(lds::File::dg1)) << i;
    }
}

TEST(SpecimenAccess, GivesTheTriesOfABlockedPinBackAfterPaceWithThePuk) {
    using pace::Password;
    using pace::PasswordKind;
    emulator::SpecimenOptions options;
    options.pin = "482913";
    options.puk = "9876543210";
    Terminal terminal(options);
    const auto open = [&](const Password& password) -> SecureMessaging& {
        terminal.specimen().card->reset();
        return terminal.open_by_pace(password);
    };
    const Password right = Password::typed(PasswordKind::pin, as_bytes("482913"));
    const Password wrong = Password::typed(PasswordKind::pin, as_bytes("482914"));
    for (int i = 0; i < 2; ++i) EXPECT_EQ(thrown_code([&] { open(wrong); }), "access.pin_wrong");
    EXPECT_EQ(thrown_code([&] { open(right); }), "access.pin_suspended");

    const Command unblock(0x00, 0x2C, 0x03, 0x03);
    EXPECT_EQ(open(terminal.can()).transmit(unblock).status, sw::security_status_not_satisfied);
    const Password puk = Password::typed(PasswordKind::puk, as_bytes("9876543210"));
    EXPECT_TRUE(open(puk).transmit(unblock).status.ok());

    SecureMessaging& opened = open(right);
    EXPECT_TRUE(opened.transmit(Command(0x00, 0x2C, 0x02, 0x03, as_bytes("271828"))).status.ok());
    EXPECT_EQ(thrown_code([&] { open(right); }), "access.pin_wrong") << "it was changed";
    open(Password::typed(PasswordKind::pin, as_bytes("271828")));
}

TEST(SpecimenAccess, NeedsEightCommandsForPaceWithACanAtMost) {
    Terminal terminal({});
    const Bytes card_access = read_file(terminal.plain(), identifier(lds::File::card_access));
    const auto offer = pace::choose(pace::offers(SecurityInfos::parse(card_access)));
    ASSERT_TRUE(offer);
    pace::establish(terminal.plain(), *offer, terminal.can());
    EXPECT_LE(terminal.plain().traffic().exchanges, 7U);  // EF.ATR/INFO, EF.CardAccess, MSE:Set AT, four steps
}

class SpecimenTerminalAuthentication : public testing::TestWithParam<AccessProtocol> {
protected:
    static emulator::SpecimenOptions guarded(const emulator::SpecimenTerminals& terminals, AccessProtocol access) {
        emulator::SpecimenOptions options;
        options.access = {access};
        options.terminal_authority = terminals.authority;
        return options;
    }

    /// Everything up to terminal authentication: access, chip authentication, and the references of EF.CVCA.
    static void authenticate(Terminal& terminal, AccessProtocol access, const emulator::SpecimenTerminals& shown) {
        SecureMessaging& card = access == bac ? terminal.open_by_bac() : terminal.open_by_pace(terminal.can());
        const auto infos = SecurityInfos::parse(lds::parse_dg14(terminal.read(lds::File::dg14)));
        ASSERT_FALSE(infos.terminal_authentication.empty());
        const auto chip = chip_authentication::authenticate(card, chip_authentication::offers(infos, 1).front());
        EXPECT_THROW(terminal.read(lds::File::dg3), CardRefused);

        const Bytes ef_cvca = read_file(card, {0x011C, 0x1C}, {.extent = FileExtent::end_of_file});
        const auto references = terminal_authentication::authority_references(ef_cvca);
        const auto signer = signer_in_memory(shown.terminal_key);
        terminal_authentication::authenticate(card, 1, references, {shown.terminal, {shown.verifier}, signer.get()},
                                              {terminal.chip_identifier(), chip.compressed_public_key(), {}});
    }
};

TEST_P(SpecimenTerminalAuthentication, OpensTheBiometricDataGroups) {
    const auto terminals = emulator::SpecimenTerminals::make(std::chrono::floor<std::chrono::days>(kNow));
    Terminal terminal(guarded(terminals, GetParam()));
    authenticate(terminal, GetParam(), terminals);
    EXPECT_EQ(terminal.read(lds::File::dg3), terminal.specimen().files.at(lds::File::dg3));
    EXPECT_EQ(terminal.read(lds::File::dg4), terminal.specimen().files.at(lds::File::dg4));
}

TEST_P(SpecimenTerminalAuthentication, IsRefusedBelowAnotherAuthorityOfTheSameName) {
    const auto today = std::chrono::floor<std::chrono::days>(kNow);
    const auto terminals = emulator::SpecimenTerminals::make(today);
    const auto strangers = emulator::SpecimenTerminals::make(today);
    Terminal terminal(guarded(terminals, GetParam()));
    EXPECT_EQ(thrown_code([&] { authenticate(terminal, GetParam(), strangers); }), "access.ta_certificate");
}

TEST_P(SpecimenTerminalAuthentication, IsRefusedWithoutTheCertificatesKey) {
    const auto today = std::chrono::floor<std::chrono::days>(kNow);
    auto terminals = emulator::SpecimenTerminals::make(today);
    Terminal terminal(guarded(terminals, GetParam()));
    terminals.terminal_key = emulator::SpecimenTerminals::make(today).terminal_key;
    EXPECT_EQ(thrown_code([&] { authenticate(terminal, GetParam(), terminals); }), "access.ta_refused");
}

INSTANTIATE_TEST_SUITE_P(Access, SpecimenTerminalAuthentication, testing::Values(bac, pace_gm, pace_im));

}  // namespace
}  // namespace tahvil
