#include "apdu/emulator/eid_card.h"

#include <gtest/gtest.h>

#include "apdu/access/chip_authentication.h"
#include "apdu/access/pace.h"
#include "apdu/access/terminal_authentication.h"
#include "apdu/applets/eid.h"
#include "apdu/applets/lds/file.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/specimen_terminals.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "apdu/tlv.h"
#include "crypto/signer.h"
#include "crypto/trust/security_object.h"

namespace tahvil::emulator {
namespace {

using namespace std::chrono_literals;
using pace::Password;
using pace::PasswordKind;

constexpr auto kToday = 2026y / 11 / 22;
const trust::Time kNow = std::chrono::sys_days(kToday) + 9h;

FileIdentifier file(lds::File which) {
    return {lds::entry(which).identifier, lds::entry(which).short_identifier};
}

FileIdentifier group(unsigned number) {
    return {static_cast<std::uint16_t>(0x0100 + number), static_cast<std::uint8_t>(number)};
}

class EidCardTest : public testing::Test {
protected:
    explicit EidCardTest(std::string_view fault = "none") : fault_(fault) {}

    /// PACE with the PIN and a template of rights, of which `confirmed` are left by the holder.
    void open(const Bytes& confirmed) {
        const auto infos = SecurityInfos::parse(read_file(channel_, file(lds::File::card_access)));
        pace::Options options;
        options.holder_authorisation =
            tlv::encode(0x7F4C, {asn1::oid(cv::authentication_terminal()), tlv::encode(0x53, confirmed)});
        established_ = pace::establish(channel_, pace::offers(infos).at(0),
                                       Password::typed(PasswordKind::pin, as_bytes("123123")), options);
        secure_ = std::make_unique<SecureMessaging>(channel_, established_->keys);
        ephemeral_.emplace(Group(Curve::brainpool_p256r1));
    }

    void authenticate_terminal() {
        const auto signer = signer_in_memory(terminals_.terminal_key);
        const auto& party = established_->party;
        terminal_authentication::authenticate(
            *secure_, 2, {std::string(as_text(established_->authority_reference.value()))},
            {terminals_.terminal, {terminals_.verifier}, signer.get()},
            {terminal_authentication::chip_identifier(party.group(), party.peer_public_key()),
             ephemeral_->compressed_public_key(),
             {}});
    }
    void authenticate_chip() {
        const Bytes card_security = read_file(*secure_, file(lds::File::card_security));
        EXPECT_EQ(card_security, card_.card_security);
        const auto infos = SecurityInfos::parse(trust::CardSecurity::parse(card_security).security_infos());
        chip_authentication::authenticate(*secure_, chip_authentication::offers(infos, 2).at(0), *ephemeral_);
    }
    void select() { secure_->require(Command::select_application(eid::kApplication), "SELECT of the eID application"); }

    std::string fault_;
    SpecimenTerminals terminals_ = SpecimenTerminals::make_for_eid(kToday, {1, 4, 5});
    EidCard card_ = personalise_eid(specimen_person(kToday), SpecimenPki::make(kNow), terminals_.authority,
                                    {.link = {}, .fault = parse_fault(fault_)}, kNow);
    EmulatedWire wire_{*card_.card};
    CardChannel channel_{wire_};
    std::optional<pace::Established> established_;
    std::unique_ptr<SecureMessaging> secure_;
    std::optional<chip_authentication::Terminal> ephemeral_;
};

// TR-03110-2, 2.4: PACE, terminal authentication, chip authentication, data groups.
TEST_F(EidCardTest, GivesTheDataGroupsThatTerminalAndHolderAgreeOn) {
    open(from_hex("00 00 00 09 00"));  // the holder confirms data groups 1 and 4, and not 5
    EXPECT_THROW(read_file(*secure_, file(lds::File::card_security)), CardRefused) << "not before the terminal";
    authenticate_terminal();
    select();
    EXPECT_THROW(read_file(*secure_, group(1)), CardRefused) << "not before the chip";
    secure_->require(Command::select_master_file(), "SELECT of the MF");
    authenticate_chip();
    select();
    EXPECT_EQ(read_file(*secure_, group(1)), from_hex("61 04 13 02 49 44"));
    EXPECT_EQ(read_file(*secure_, group(4)), card_.data_groups.at(4));
    EXPECT_THROW(read_file(*secure_, group(5)), CardRefused) << "the holder did not confirm it";
    EXPECT_THROW(read_file(*secure_, group(8)), CardRefused) << "the terminal has no right to it";
}

TEST_F(EidCardTest, TakesNoOtherEphemeralKeyThanTheOneThatWasBound) {
    open(from_hex("00 00 00 09 00"));
    authenticate_terminal();
    ephemeral_.emplace(Group(Curve::brainpool_p256r1));
    EXPECT_THROW(authenticate_chip(), CardRefused);
}

class ClonedEidCardTest : public EidCardTest {
protected:
    ClonedEidCardTest() : EidCardTest("cloned") {}
};

TEST_F(ClonedEidCardTest, DoesNotProveItsKey) {
    open(from_hex("00 00 00 09 00"));
    authenticate_terminal();
    EXPECT_THROW(authenticate_chip(), ProtocolViolation);
}

}  // namespace
}  // namespace tahvil::emulator
