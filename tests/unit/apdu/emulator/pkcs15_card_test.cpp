#include "apdu/emulator/pkcs15_card.h"

#include "tests/unit/apdu/emulator/exchange.h"
#include "tests/unit/apdu/emulator/national_card.h"

namespace tahvil::emulator {
namespace {

constexpr std::string_view kMessage = "a challenge of the terminal";

class Pkcs15CardTest : public NationalCardTest {
protected:
    explicit Pkcs15CardTest(const NationalCardOptions& options = {}) : NationalCardTest(personalise_pkcs15, options) {}

    /// A file by its path from the MF, as the directory files give it.
    Bytes read(ByteView path) {
        channel.require(Command::select_path(path.subspan(2)), "SELECT by path");
        return read_current();
    }

    /// The path in EF.OD of a directory of this kind (7816-15, 8.3).
    Bytes directory(unsigned kind) {
        const Bytes objects = read(from_hex("3F00 5015 5031"));
        for (asn1::Cursor cursor(objects); !cursor.at_end();) {
            const asn1::Element choice = cursor.read();
            if (choice.tag != asn1::context_constructed(kind)) continue;
            return to_bytes(asn1::Cursor(choice.content).enter(asn1::Tag::sequence).read_octet_view());
        }
        return {};
    }

    /// The certificate that the first, second, ... entry of the certificate directory points to.
    Bytes certificate(unsigned number) {
        const Bytes entries = read(directory(4));
        asn1::Cursor cursor(entries);
        for (unsigned i = 0; i < number; ++i) cursor.read(asn1::Tag::sequence);
        asn1::Cursor entry = cursor.enter(asn1::Tag::sequence);
        entry.read(asn1::Tag::sequence);
        entry.read(asn1::Tag::sequence);
        asn1::Cursor value = entry.enter(asn1::context_constructed(1)).enter(asn1::Tag::sequence);
        return read(value.enter(asn1::Tag::sequence).read_octet_view());
    }

    Response sign(std::uint8_t key, ByteView input) {
        channel.require(Command::manage_security_environment(0x41, 0xB6, Bytes{0x84, 0x01, key}), "MSE:SET");
        return channel.transmit(Command::perform_security_operation(0x9E, 0x9A, input, 256));
    }
};

TEST_F(Pkcs15CardTest, LeadsFromTheDirectoryToTheCertificates) {
    EXPECT_EQ(send(Command::select_application(kPkcs15Application)), sw::ok);
    EXPECT_EQ(to_hex(read(from_hex("3F00 2F00"))).substr(0, 32), "611E4F0CA000000063504B43532D3135");
    EXPECT_EQ(certificate(0), card.values.at("authentication"));
    EXPECT_EQ(certificate(1), card.values.at("signature"));
    EXPECT_EQ(certificate(2), pki().issuing_authority.certificate);
    EXPECT_TRUE(path_of(certificate(0)).authentic());
    EXPECT_TRUE(path_of(certificate(1)).authentic());
}

TEST_F(Pkcs15CardTest, SignsAfterThePinOnly) {
    channel.require(Command::select_application(kPkcs15Application), "SELECT");
    const Bytes hash = digest(DigestAlgorithm::sha256, as_bytes(kMessage));
    EXPECT_EQ(sign(1, hash).status, sw::security_status_not_satisfied);
    EXPECT_EQ(send(Command::verify(0x81, {})), StatusWord{0x63C3});
    EXPECT_EQ(send(Command::verify(0x81, from_hex("313233343537FFFF"))), StatusWord{0x63C2});
    EXPECT_EQ(send(Command::verify(0x81, from_hex("313233343536FFFF"))), sw::ok);
    EXPECT_TRUE(is_signature(card.values.at("authentication"), as_bytes(kMessage), sign(1, hash).data));
    EXPECT_TRUE(
        is_signature(card.values.at("signature"), as_bytes(kMessage), sign(2, digest_info(as_bytes(kMessage))).data));
    EXPECT_EQ(sign(1, Bytes(33)).status, sw::wrong_data) << "longer than the order of the curve";
    EXPECT_EQ(sign(2, Bytes(256)).status, sw::wrong_data) << "no room for padding";
    EXPECT_EQ(send(Command::manage_security_environment(0x41, 0xB6, from_hex("84 01 07"))),
              sw::referenced_data_not_found);
    EXPECT_EQ(send(Command::perform_security_operation(0x9E, 0x9A, hash, 256)), sw::conditions_not_satisfied);
    card.card->reset();
    EXPECT_EQ(sign(1, hash).status, sw::security_status_not_satisfied);
}

TEST_F(Pkcs15CardTest, AuthenticatesInternally) {
    channel.require(Command::verify(0x81, from_hex("313233343536FFFF")), "VERIFY");
    const Bytes hash = digest(DigestAlgorithm::sha256, as_bytes(kMessage));
    EXPECT_EQ(send(Command::internal_authenticate(hash, 256)), sw::conditions_not_satisfied);
    channel.require(Command::manage_security_environment(0x41, 0xA4, from_hex("84 01 01")), "MSE:SET");
    const Bytes signature = channel.require(Command::internal_authenticate(hash, 256), "INTERNAL AUTHENTICATE");
    EXPECT_TRUE(is_signature(card.values.at("authentication"), as_bytes(kMessage), signature));
}

class IasEccCardTest : public NationalCardTest {
protected:
    IasEccCardTest() : NationalCardTest(personalise_ias_ecc, {}) {
        channel.require(Command::select_application(kIasEccApplication), "SELECT of the application");
    }
    Bytes read(std::string_view from_application) {
        channel.require(Command(0x00, 0xA4, 0x09, 0x0C, from_hex(from_application)), "SELECT by path");
        const Bytes content = read_current();
        channel.require(Command::select_application(kIasEccApplication), "SELECT of the application");
        return content;
    }
};

TEST_F(IasEccCardTest, HasItsCertificatesInFixedFiles) {
    EXPECT_EQ(read("ADF1 3401"), card.values.at("authentication"));
    EXPECT_EQ(read("ADF2 341F"), card.values.at("signature"));
    EXPECT_TRUE(path_of(card.values.at("authentication")).authentic());
    // The directories lead there too, from the application's DF.
    EXPECT_NE(to_hex(read("4401")).find("0404ADF13401"), std::string::npos);
    EXPECT_NE(to_hex(read("5031")).find("04024401"), std::string::npos);
}

TEST_F(IasEccCardTest, AuthenticatesAfterItsFirstPinAndSignsAfterItsSecond) {
    const Bytes hash = digest(DigestAlgorithm::sha256, as_bytes(kMessage));
    channel.require(Command::manage_security_environment(0x41, 0xA4, from_hex("80 04 FF200800 84 01 81")), "MSE:SET");
    EXPECT_EQ(send(Command::internal_authenticate(hash, 256)), sw::security_status_not_satisfied);
    channel.require(Command::verify(0x81, from_hex("313233343536 000000000000")), "VERIFY of PIN1");
    const Bytes proof = channel.require(Command::internal_authenticate(hash, 256), "INTERNAL AUTHENTICATE");
    EXPECT_TRUE(is_signature(card.values.at("authentication"), as_bytes(kMessage), proof));

    EXPECT_EQ(send(Command::manage_security_environment(0x41, 0xB6, from_hex("84 01 81"))),
              sw::referenced_data_not_found)
        << "the key of authentication does not sign";
    channel.require(Command::manage_security_environment(0x41, 0xB6, from_hex("84 01 9F")), "MSE:SET");
    EXPECT_EQ(send(Command::perform_security_operation(0x9E, 0x9A, hash, 256)), sw::security_status_not_satisfied);
    channel.require(Command::verify(0x85, from_hex("31323334353630 0000000000")), "VERIFY of PIN2");
    const Bytes signature = channel.require(Command::perform_security_operation(0x9E, 0x9A, hash, 256), "PSO");
    EXPECT_TRUE(is_signature(card.values.at("signature"), as_bytes(kMessage), signature));
}

struct FreshPkcs15Card : Pkcs15CardTest {
    FreshPkcs15Card() : Pkcs15CardTest({.pin = "0000", .transport_pin = true}) {}
};

TEST_F(FreshPkcs15Card, WantsItsTransportPinChangedFirst) {
    EXPECT_EQ(send(Command::verify(0x81, {})), sw::reference_data_not_usable);
    EXPECT_EQ(send(Command(0x00, 0x24, 0x00, 0x81, from_hex("30303030FFFFFFFF 39393939FFFFFFFF"))), sw::ok);
    EXPECT_EQ(send(Command::verify(0x81, from_hex("39393939FFFFFFFF"))), sw::ok);
}

struct ClonedPkcs15Card : Pkcs15CardTest {
    ClonedPkcs15Card() : Pkcs15CardTest({.fault = parse_fault("cloned")}) {}
};

TEST_F(ClonedPkcs15Card, HasTheCertificatesButNotTheirKeys) {
    channel.require(Command::verify(0x81, from_hex("313233343536FFFF")), "VERIFY");
    const Bytes signature = sign(1, digest(DigestAlgorithm::sha256, as_bytes(kMessage))).data;
    EXPECT_TRUE(path_of(certificate(0)).authentic());
    EXPECT_FALSE(is_signature(certificate(0), as_bytes(kMessage), signature));
}

struct ExpiredPkcs15Card : Pkcs15CardTest {
    ExpiredPkcs15Card() : Pkcs15CardTest({.fault = parse_fault("expired")}) {}
};

TEST_F(ExpiredPkcs15Card, HasCertificatesThatHaveRunOut) {
    EXPECT_FALSE(path_of(certificate(0)).authentic());
}

struct StrangePkcs15Card : Pkcs15CardTest {
    StrangePkcs15Card() : Pkcs15CardTest({.fault = parse_fault("unknown-issuer")}) {}
};

TEST_F(StrangePkcs15Card, IsOfAnotherIssuer) {
    EXPECT_FALSE(path_of(certificate(0)).authentic());
}

}  // namespace
}  // namespace tahvil::emulator
