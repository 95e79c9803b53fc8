#include "apdu/emulator/specimen.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "apdu/access/active_authentication.h"
#include "apdu/access/chip_authentication.h"
#include "apdu/access/pace.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/apdu/access/specimen_terminal.h"

// The terminal's side of every access protocol with the emulated card's, which has real keys.

namespace tahvil {
namespace {

using emulator::AccessProtocol;
using emulator::ChipProof;

using specimen_terminal::identifier;
using specimen_terminal::Terminal;

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

/// Gives the answers of another wire, keeps them, and can give them again.
class RecordedWire final : public Wire {
public:
    explicit RecordedWire(Wire& wire) : wire_(wire) {}
    WireLimits limits() const override { return wire_.limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        if (!again) {
            const std::size_t size = wire_.exchange(command, response);
            answers_.push_back(to_bytes(response.first(size)));
            return size;
        }
        if (next_ == answers_.size()) throw Error("test", "more commands than there were");
        std::ranges::copy(answers_[next_], response.begin());
        return answers_[next_++].size();
    }

    bool again = false;

private:
    Wire& wire_;
    std::vector<Bytes> answers_;
    std::size_t next_ = 0;
};

TEST(SpecimenAccess, RefusesTheNonceAndTheKeysOfAnEarlierPace) {
    for (const AccessProtocol access : {AccessProtocol::pace_gm, AccessProtocol::pace_im, AccessProtocol::pace_cam}) {
        emulator::SpecimenOptions options;
        options.access = {access};
        Terminal terminal(options);
        RecordedWire wire(terminal.wire());
        CardChannel channel(wire);
        const auto open = [&] {
            const Bytes card_access = read_file(channel, identifier(lds::File::card_access));
            const auto offer = pace::choose(pace::offers(SecurityInfos::parse(card_access)));
            pace::establish(channel, offer.value(), terminal.can());
        };
        EXPECT_EQ(thrown_code(open), "nothing was thrown");
        wire.again = true;
        EXPECT_EQ(thrown_code(open), "access.pace_token") << "a recording does not know the password";
    }
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

}  // namespace
}  // namespace tahvil
