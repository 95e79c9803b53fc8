#include "apdu/emulator/irn_nid_card.h"

#include "apdu/atr.h"
#include "apdu/emulator/card_authentication.h"
#include "apdu/secure_messaging.h"
#include "crypto/trust/security_object.h"
#include "tests/unit/apdu/emulator/exchange.h"
#include "tests/unit/apdu/emulator/national_card.h"

namespace tahvil::emulator {
namespace {

const Bytes kIssuerKey = from_hex("000102030405060708090A0B0C0D0E0F");
const Bytes kPin = from_hex("313233343536FFFF");

NationalCardOptions issued(NationalCardOptions options = {}) {
    options.issuer_key = SecretBytes(kIssuerKey);
    return options;
}

class IrnNidCardTest : public NationalCardTest {
protected:
    explicit IrnNidCardTest(const NationalCardOptions& options = issued())
        : NationalCardTest(personalise_irn_nid, options) {}

    void select(ByteView application) {
        channel.require(Command::select_application(application), "SELECT of an application");
    }
    static Bytes read(Channel& over, std::uint16_t below, std::uint16_t file) {
        over.require(Command::select_directory(below), "SELECT of a DF");
        over.require(Command::select_file(file), "SELECT of a file");
        return read_selected_file(over, {.extent = FileExtent::end_of_file, .read_limit = 0xF8});
    }
    StatusWord verify_pin(ByteView block = kPin) { return send(Command::verify(0x01, block)); }
    std::string serial() const { return std::string(as_text(card.values.at("serial"))); }

    /// Secure messaging by the keys that the issuer has for this card; nothing when the card does not take them.
    std::optional<SessionKeys> authenticate(ByteView issuer_key) {
        bac::Terminal terminal(specimen_card_keys(issuer_key, serial()));
        const Bytes challenge = channel.require(Command::get_challenge(8), "GET CHALLENGE");
        const Response answer = channel.transmit(Command::external_authenticate(terminal.cryptogram(challenge), 40));
        return answer.status.ok() ? terminal.finish(answer.data) : std::nullopt;
    }
};

TEST_F(IrnNidCardTest, GivesItsCertificatesFreely) {
    EXPECT_EQ(to_hex(card.card->atr()), "3BDB97008131FE85801349524E7396715B91302F");
    select(kMavPki);
    EXPECT_EQ(read(channel, 0x5000, 0x5040), card.values.at("authentication"));
    select(kMavPki);
    EXPECT_EQ(read(channel, 0x5100, 0x5040), card.values.at("signing"));
    EXPECT_TRUE(path_of(card.values.at("signing")).authentic());
    select(kMavId);
    EXPECT_EQ(to_hex(read(channel, 0x0300, 0x0302)), "AD0101");
    select(kMavCardManager);
    expect_exchanges(*card.card, {{"80 CA 01 01 00", "0001 9000"}});
    const Bytes production = channel.require(Command(0x80, 0xCA, 0x9F, 0x7F, {}, 256), "GET DATA");
    EXPECT_EQ(to_hex(ByteView(production).subspan(3 + 10, 8)), serial());
}

TEST_F(IrnNidCardTest, ReadsInSmallPiecesAndSaysWhereTheEndIs) {
    select(kMavPki);
    channel.require(Command::select_directory(0x5000), "SELECT of a DF");
    const std::size_t size = card.values.at("authentication").size();
    const auto exact = static_cast<std::uint16_t>(0x6C00U | (size % 0xF8));
    expect_exchanges(*card.card, {{"00 A4 02 0C 02 5040", "90 00"}, {"00 B0 00 00 F9", "67 00"}});
    Command last = Command::read_binary(size / 0xF8 * 0xF8, 0xF8);
    EXPECT_EQ(card.card->respond(last.encode(false).view()), to_big_endian(exact, 2));
    last = Command::read_binary(size, 0xF8);
    EXPECT_EQ(to_hex(card.card->respond(last.encode(false).view())), "6B00");
}

TEST_F(IrnNidCardTest, OpensItsClosedFilesToTheIssuerOnly) {
    select(kMavId);
    channel.require(Command::select_directory(0x0200), "SELECT of a DF");
    EXPECT_EQ(send(Command::select_file(0x0201)), sw::security_status_not_satisfied);
    EXPECT_EQ(send(Command::get_challenge(8)), sw::security_status_not_satisfied) << "the PIN comes first";
    ASSERT_EQ(verify_pin(), sw::ok);
    EXPECT_FALSE(authenticate(from_hex("FF")).has_value());
    const auto keys = authenticate(kIssuerKey);
    ASSERT_TRUE(keys.has_value());
    SecureMessaging secure(channel, *keys);
    secure.require(Command::select_application(kMavId), "SELECT of the application");
}

TEST_F(IrnNidCardTest, GivesSignedPersonalDataUnderSecureMessaging) {
    select(kMavId);
    ASSERT_EQ(verify_pin(), sw::ok);
    channel.require(Command::select_directory(0x0200), "SELECT of a DF");
    const auto keys = authenticate(kIssuerKey);
    ASSERT_TRUE(keys.has_value());
    SecureMessaging secure(channel, *keys);
    secure.require(Command::select_file(0x0201), "SELECT of a file");
    const ReadOptions to_the_end{.extent = FileExtent::end_of_file, .read_limit = 0xF8};
    EXPECT_EQ(read_selected_file(secure, to_the_end), card.values.at("0201"));
    secure.require(Command::select_file(0x0205), "SELECT of a file");
    EXPECT_EQ(read_selected_file(secure, to_the_end), card.values.at("0205"));
    EXPECT_NO_THROW(trust::SecurityObject::parse(card.values.at("0205")));
}

TEST_F(IrnNidCardTest, ForgetsTheLoginWhenAnApplicationIsSelected) {
    select(kMavId);
    ASSERT_EQ(verify_pin(), sw::ok);
    select(kMavCardManager);
    select(kMavId);
    EXPECT_EQ(send(Command::get_challenge(8)), sw::security_status_not_satisfied);
}

TEST_F(IrnNidCardTest, TellsTheStateOfItsPinsElsewhere) {
    constexpr std::string_view kStates = "80 CA 01 02 00";
    select(kPinStatus);
    expect_exchanges(*card.card, {{kStates, "11 11 9000"}});
    EXPECT_EQ(verify_pin({}), StatusWord{0x63C2}) << "a query is a wrong PIN";
    EXPECT_EQ(verify_pin(from_hex("303030303030FFFF")), StatusWord{0x63C1});
    EXPECT_EQ(verify_pin(from_hex("303030303030FFFF")), sw::authentication_method_blocked);
    expect_exchanges(*card.card, {{kStates, "F2 11 9000"}, {"00 2C 01 01 04 31323334", "69 85"}});
}

struct FreshIrnNidCard : IrnNidCardTest {
    FreshIrnNidCard() : IrnNidCardTest(issued({.pin = "0000", .transport_pin = true})) {}
};

TEST_F(FreshIrnNidCard, HasPinsThatAreNotActive) {
    select(kPinStatus);
    expect_exchanges(*card.card, {{"80 CA 01 02 00", "F1 F1 9000"},
                                  {"00 24 00 01 10 30303030FFFFFFFF 39393939FFFFFFFF", "90 00"},
                                  {"80 CA 01 02 00", "11 F1 9000"}});
}

}  // namespace
}  // namespace tahvil::emulator
