#include "apdu/emulator/belpic_card.h"

#include "tests/unit/apdu/emulator/exchange.h"
#include "tests/unit/apdu/emulator/national_card.h"

namespace tahvil::emulator {
namespace {

constexpr std::string_view kMessage = "a challenge of the terminal";
const Bytes kPin = from_hex("26 123456 FFFFFFFF");

class BelpicCardTest : public NationalCardTest {
protected:
    explicit BelpicCardTest(const NationalCardOptions& options = {}) : NationalCardTest(personalise_belpic, options) {
        channel.require(Command::select_application(kBelpicApplication), "SELECT of the applet");
    }

    Bytes read(std::string_view path) {
        channel.require(Command(0x00, 0xA4, 0x08, 0x0C, from_hex(path)), "SELECT by path");
        return read_current();
    }
    /// What stands behind a tag of the identity file.
    static Bytes field(ByteView file, std::uint8_t tag) {
        for (; file.size() >= 2; file = file.subspan(2U + file[1]))
            if (file[0] == tag) return to_bytes(file.subspan(2, file[1]));
        return {};
    }
    Response sign(std::uint8_t key, std::uint8_t algorithm, ByteView input) {
        channel.require(Command::manage_security_environment(0x41, 0xB6, Bytes{0x04, 0x80, algorithm, 0x84, key}),
                        "MSE:SET");
        return channel.transmit(Command::perform_security_operation(0x9E, 0x9A, input, 256));
    }
};

TEST_F(BelpicCardTest, HasAnIdentityThatTheRegistrySigned) {
    const Bytes identity = read("3F00 DF01 4031");
    const Bytes identity_signature = read("3F00 DF01 4032");
    const Bytes registry = read("3F00 DF00 503C");
    EXPECT_TRUE(path_of(registry).authentic());
    EXPECT_TRUE(is_signature(registry, identity, identity_signature));
    EXPECT_EQ(as_text(field(identity, 0x06)), person.national_code);
    EXPECT_EQ(field(identity, 0x11), digest(DigestAlgorithm::sha256, read("3F00 DF01 4035")));
    EXPECT_EQ(field(identity, 0x1A), digest(DigestAlgorithm::sha256, read("DF01 4040")));

    Bytes address = read("3F00 DF01 4033");
    EXPECT_EQ(address.size(), 117U);
    while (!address.empty() && address.back() == 0) address.pop_back();
    EXPECT_TRUE(is_signature(registry, concat({address, identity_signature}), read("3F00 DF01 4034")));
}

TEST_F(BelpicCardTest, ReadsInItsOwnWay) {
    expect_exchanges(*card.card, {{"00 A4 08 00 06 3F00 DF01 4031", "6B 00"},  // knows no answer to SELECT
                                  {"00 A4 08 0C 06 3F00 DF01 4036", "6A 82"},
                                  {"00 A4 08 0C 06 3F00 DF01 4033", "90 00"},
                                  {"00 B0 00 00 00", "6C 75"},
                                  {"00 B0 00 73 FC", "00 00 90 00"},  // silent about the end
                                  {"00 B0 00 75 01", "6B 00"},
                                  {"00 B0 01 00 00", "6B 00"}});
}

TEST_F(BelpicCardTest, TakesAnEmptyVerifyForAWrongPin) {
    EXPECT_EQ(send(Command::verify(0x01, {})), StatusWord{0x63C2});
    EXPECT_EQ(send(Command::verify(0x01, {})), StatusWord{0x63C1});
    EXPECT_EQ(send(Command::verify(0x01, kPin)), sw::ok);
    EXPECT_EQ(send(Command::verify(0x01, {})), StatusWord{0x63C2}) << "the right one gives the tries back";
}

TEST_F(BelpicCardTest, SignsAfterThePin) {
    const Bytes hash = digest(DigestAlgorithm::sha256, as_bytes(kMessage));
    EXPECT_EQ(sign(0x82, 0x08, hash).status, sw::security_status_not_satisfied);
    channel.require(Command::verify(0x01, kPin), "VERIFY");
    const ByteView certificate = card.values.at("authentication");
    EXPECT_TRUE(is_signature(certificate, as_bytes(kMessage), sign(0x82, 0x08, hash).data));
    EXPECT_TRUE(is_signature(certificate, as_bytes(kMessage), sign(0x82, 0x01, digest_info(as_bytes(kMessage))).data));
    EXPECT_EQ(sign(0x83, 0x08, hash).status, sw::security_status_not_satisfied) << "wants the PIN just before";
    EXPECT_EQ(send(Command::manage_security_environment(0x41, 0xB6, from_hex("04 80 40 84 82"))), StatusWord{0x9484});
    EXPECT_EQ(send(Command(0x80, 0xE6, 0x00, 0x00)), sw::ok);
    EXPECT_EQ(sign(0x82, 0x08, hash).status, sw::security_status_not_satisfied) << "logged off";
}

TEST_F(BelpicCardTest, ProvesItsBasicKeyWithoutAPin) {
    const Bytes challenge = digest(DigestAlgorithm::sha1, as_bytes(kMessage));
    const Bytes proof = channel.require(Command(0x00, 0x88, 0x02, 0x81, concat({from_hex("94 14"), challenge}), 256),
                                        "INTERNAL AUTHENTICATE");
    const PublicKey basic = PublicKey::from_spki(card.values.at("4040"));
    EXPECT_TRUE(verify(basic, {SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha1, DigestAlgorithm::sha1, 0},
                       {as_bytes(kMessage)}, proof));
    EXPECT_EQ(send(Command(0x00, 0x88, 0x02, 0x81, challenge, 256)), sw::wrong_length);
}

struct ChangedBelpicCard : BelpicCardTest {
    ChangedBelpicCard() : BelpicCardTest({.fault = parse_fault("dg2-changed")}) {}
};

TEST_F(ChangedBelpicCard, HasAPhotoThatIsNotThatOfTheIdentity) {
    EXPECT_NE(field(read("3F00 DF01 4031"), 0x11), digest(DigestAlgorithm::sha256, read("3F00 DF01 4035")));
}

}  // namespace
}  // namespace tahvil::emulator
