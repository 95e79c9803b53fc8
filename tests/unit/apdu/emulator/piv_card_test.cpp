#include "apdu/emulator/piv_card.h"

#include "apdu/emulator/piv_application.h"
#include "apdu/tlv.h"
#include "crypto/key_agreement.h"
#include "crypto/trust/signed_data.h"
#include "tests/unit/apdu/emulator/national_card.h"

namespace tahvil::emulator {
namespace {

constexpr std::string_view kMessage = "a challenge of the terminal";
const Bytes kPin = from_hex("313233343536FFFF");

/// The RSA block of a challenge (RFC 8017, 9.2).
Bytes rsa_block(ByteView message) {
    const Bytes info = digest_info(message);
    Bytes block(256 - info.size(), 0xFF);
    block[0] = 0x00;
    block[1] = 0x01;
    block.back() = 0x00;
    append(block, info);
    return block;
}

class PivCardTest : public NationalCardTest {
protected:
    explicit PivCardTest(const NationalCardOptions& options = {}) : NationalCardTest(personalise_piv, options) {
        channel.require(Command::select_application(ByteView(kPivApplication).first(9)), "SELECT of the PIV card");
    }

    Response get(std::string_view tag) {
        return channel.transmit(Command(0x00, 0xCB, 0x3F, 0xFF, tlv::encode(0x5C, from_hex(tag)), 256));
    }
    /// The value of one data object in an object.
    Bytes part(std::string_view object, tlv::Tag tag) {
        const Bytes content = get(object).data;
        return to_bytes(tlv::find(tlv::Cursor(content).read(0x53), tag).value());
    }
    Response authenticate(std::uint8_t algorithm, std::uint8_t key, tlv::Tag tag, ByteView input) {
        const Bytes asked = tlv::encode(0x7C, {tlv::encode(0x82, ByteView()), tlv::encode(tag, input)});
        return channel.transmit(Command(0x00, 0x87, algorithm, key, asked, 256));
    }
    static Bytes answer(const Response& response) {
        return to_bytes(tlv::find(tlv::Cursor(response.data).read(0x7C), 0x82).value());
    }
    bool proves_card_authentication() {
        const Bytes hash = digest(DigestAlgorithm::sha256, as_bytes(kMessage));
        const Bytes signature = answer(authenticate(0x11, 0x9E, 0x81, hash));
        const PublicKey key = trust::Certificate::parse(card.values.at("9E")).public_key();
        return verify(key, {SignatureScheme::ecdsa, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 0},
                      {as_bytes(kMessage)}, signature);
    }
};

TEST_F(PivCardTest, AnswersSelectWithItsPropertyTemplate) {
    const Response response = channel.transmit(Command(0x00, 0xA4, 0x04, 0x00, kPivApplication, 256));
    EXPECT_EQ(to_hex(response.data).substr(0, 40), "61244F0600001000010079074F05A00000030850");
    EXPECT_EQ(send(Command::select_application(from_hex("A000000308000010000200"))), sw::file_not_found);
    EXPECT_EQ(to_hex(get("7E").data), "7E124F0BA0000003080000100001005F2F024000");
}

TEST_F(PivCardTest, GivesCertificatesThatChainToTheRoot) {
    for (const auto& [tag, key] : {std::pair{"5FC105", "9A"}, {"5FC10A", "9C"}, {"5FC10B", "9D"}, {"5FC101", "9E"}}) {
        EXPECT_EQ(part(tag, 0x70), card.values.at(key));
        EXPECT_TRUE(path_of(part(tag, 0x70)).authentic()) << key;
    }
    EXPECT_EQ(get("5FC103").status, sw::file_not_found);
}

TEST_F(PivCardTest, SignsItsIdentifierWithoutEnclosingIt) {
    const Bytes content = get("5FC102").data;
    tlv::Cursor cursor(tlv::Cursor(content).read(0x53));
    Bytes said;
    Bytes signature;
    while (!cursor.at_end()) {
        const tlv::Object object = cursor.read();
        if (object.tag == 0x3E)
            signature = to_bytes(object.value);
        else
            append(said, object.raw);
    }
    const auto data = trust::SignedData::parse(signature);
    EXPECT_EQ(data.content_type().dotted(), "2.16.840.1.101.3.6.1");
    EXPECT_TRUE(data.content().empty());
    EXPECT_EQ(to_bytes(data.signers().at(0).message_digest), digest(DigestAlgorithm::sha256, said));
    EXPECT_TRUE(path_of(data.certificates().at(0).raw()).authentic());
    EXPECT_EQ(part("5FC102", 0x30).size(), 25U);
    EXPECT_EQ(part("5FC102", 0x34).size(), 16U);
    // The national code stands in the FASC-N: each digit in five bits, the lowest first.
    EXPECT_EQ(to_hex(part("5FC102", 0x30)).substr(0, 4), "D4E7");
}

TEST_F(PivCardTest, HashesItsObjectsInTheSecurityObject) {
    channel.require(Command::verify(kPivPin, kPin), "VERIFY");
    const Bytes signature = part("5FC106", 0xBB);
    const auto data = trust::SignedData::parse(signature);
    EXPECT_EQ(trust::verify_signer(data, data.signers().at(0)).result, Result::passed);
    EXPECT_EQ(to_hex(part("5FC106", 0xBA)), "013001026030033000");
    const std::string content = to_hex(data.content());
    for (const std::string_view tag : {"5FC109", "5FC108", "5FC102"}) {
        const Bytes object = get(tag).data;
        const Bytes hash = digest(DigestAlgorithm::sha256, tlv::Cursor(object).read(0x53));
        EXPECT_NE(content.find(to_hex(hash)), std::string::npos) << tag;
    }
}

TEST_F(PivCardTest, GivesThePortraitAfterThePin) {
    EXPECT_EQ(get("5FC108").status, sw::security_status_not_satisfied);
    EXPECT_EQ(send(Command::verify(kPivPin, {})), StatusWord{0x63C3});
    EXPECT_EQ(send(Command::verify(kPivPin, kPin)), sw::ok);
    EXPECT_EQ(send(Command::verify(kPivPin, {})), sw::ok);
    const Bytes record = part("5FC108", 0xBC);
    constexpr std::size_t kHeader = 88;  // SP 800-76-2, table 13
    const auto size = static_cast<std::size_t>(from_big_endian(ByteView(record).subspan(2, 4)));
    const auto signature_size = static_cast<std::size_t>(from_big_endian(ByteView(record).subspan(6, 2)));
    ASSERT_EQ(record.size(), kHeader + size + signature_size);
    EXPECT_EQ(as_text(ByteView(record).subspan(kHeader, 3)), "FAC");
    const auto data = trust::SignedData::parse(ByteView(record).last(signature_size));
    EXPECT_EQ(to_bytes(data.signers().at(0).message_digest),
              digest(DigestAlgorithm::sha256, ByteView(record).first(kHeader + size)));
}

TEST_F(PivCardTest, ProvesItsCardAuthenticationKeyWithoutAPin) {
    EXPECT_TRUE(proves_card_authentication());
    EXPECT_EQ(authenticate(0x07, 0x9E, 0x81, Bytes(32, 1)).status, sw::wrong_parameters) << "another algorithm";
    EXPECT_EQ(authenticate(0x11, 0x9F, 0x81, Bytes(32, 1)).status, sw::wrong_parameters) << "no such key";
}

TEST_F(PivCardTest, SignsAChainedRsaBlockAfterThePin) {
    const Bytes block = rsa_block(as_bytes(kMessage));
    EXPECT_EQ(authenticate(0x07, 0x9A, 0x81, block).status, sw::security_status_not_satisfied);
    channel.require(Command::verify(kPivPin, kPin), "VERIFY");
    EXPECT_TRUE(is_signature(card.values.at("9A"), as_bytes(kMessage), answer(authenticate(0x07, 0x9A, 0x81, block))));
    EXPECT_EQ(authenticate(0x07, 0x9A, 0x81, Bytes(255, 1)).status, sw::wrong_data) << "not as long as the modulus";
}

TEST_F(PivCardTest, WantsThePinForEachSignature) {
    const Bytes hash = digest(DigestAlgorithm::sha256, as_bytes(kMessage));
    channel.require(Command::verify(kPivPin, kPin), "VERIFY");
    EXPECT_EQ(authenticate(0x11, 0x9C, 0x81, hash).status, sw::ok);
    EXPECT_EQ(authenticate(0x11, 0x9C, 0x81, hash).status, sw::security_status_not_satisfied);
}

TEST_F(PivCardTest, AgreesOnASecretWithItsKeyManagementKey) {
    channel.require(Command::verify(kPivPin, kPin), "VERIFY");
    const PrivateKey own = PrivateKey::generate_ec(Curve::secp256r1);
    const Bytes secret = answer(authenticate(0x11, 0x9D, 0x85, own.public_key().value()));
    const PublicKey of_card = trust::Certificate::parse(card.values.at("9D")).public_key();
    EXPECT_EQ(secret, to_bytes(agree(own, of_card).view()));
    Bytes off_curve = own.public_key().value();
    off_curve.back() ^= 1U;
    EXPECT_EQ(authenticate(0x11, 0x9D, 0x85, off_curve).status, sw::wrong_data);
}

struct ClonedPivCard : PivCardTest {
    ClonedPivCard() : PivCardTest({.fault = parse_fault("cloned")}) {}
};

TEST_F(ClonedPivCard, DoesNotProveItsKey) {
    EXPECT_FALSE(proves_card_authentication());
}

}  // namespace
}  // namespace tahvil::emulator
