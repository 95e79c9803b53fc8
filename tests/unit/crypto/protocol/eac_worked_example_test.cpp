#include <gtest/gtest.h>

#include "crypto/protocol/chip_authentication.h"
#include "crypto/protocol/cv_certificate.h"
#include "crypto/protocol/pace.h"
#include "crypto/protocol/public_key_object.h"
#include "crypto/protocol/terminal_authentication.h"
#include "tests/support/replay.h"

// The numbers are those of BSI's "Worked Example for Extended Access Control (EAC)", 2011: version 2 with ECDH on
// brainpoolP256r1 and certificates on brainpoolP512r1, and the certificates of its DH example.

namespace tahvil {
namespace {

using asn1::Oid;

constexpr std::string_view kAuthority =
    "7f218202f37f4e82026a5f290100420d444543564341415430303030317f4982021f060a04007f000702020202058140aadd9db8dbe9c48b3f"
    "d4"
    "e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3824078"
    "30"
    "a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac"
    "4d"
    "77fc94ca83403df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050"
    "b7"
    "5ebae5dd2809bd638016f7238481810481aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50"
    "d1"
    "687b93b97d5f7c6d5047406a5e688b352209bcb9f8227dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde"
    "49"
    "4a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad808928540aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639c"
    "ca"
    "70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca900698681810464f09c617c0d5a4e2e88b2598af0686044"
    "0c"
    "07c5ed353a18a14e938a6cbce30594d94079594ccfaefe28d9aac9ac1bd37c89b6ccbd10b14fc3aa19deb1fd03ea151a42b892547a339618c4"
    "c9"
    "f26fa983855d893f81413cd320ea4230d3415ebccdb5908d91dc23c6566f47b8a0e0a19c175bdc775d8824676aacfaedea0c160e8701015f20"
    "0d"
    "444543564341415430303030317f4c0e060904007f0007030102015301c35f25060100000903005f24060101000902055f378180a5e72244d0"
    "ac"
    "9cd3e8fe9b878ea32a24f4aa060fd17c2a8291d9797e8a60f28a2978e3f4eae840e95b6a64fda44d8d39a699521cd5382203964945150a6cc4"
    "a5"
    "0c49ee234ab36df675e44c11499080676dd5b3ac1859d98b302ca9605cd94a51d7da5738beaa49848bca7777b7dc9accdaa1d0b64432b2c138"
    "89"
    "a4854c9ff346";

constexpr std::string_view kVerifier =
    "7f218201667f4e81de5f290100420d444543564341415430303030317f498190060a04007f00070202020205868181040a74972e84b7d2c428"
    "fb"
    "e46d40c92d6cb56ae6a4b0af5b8bc0927e5ef6f73220776d31693e36d685df6cf3763e41728d967dc1963f7ca70f0ea7adb5ea856d8a133b86"
    "7b"
    "8ef4132e7ffa3e8f32cd0321fc22199b9323376e59d84a062491948117178bf4db6c0ee7a235bfc3d4459183d408232ac781c78cf5c54e2ff3"
    "5b"
    "a5165f200d444554455354445644453031397f4c12060904007f0007030102025305801fffff105f25060100000903005f2406010001000300"
    "5f"
    "37818098c637befa63058921902896a605206d5be3bff2f7e258eb0bb06ea7e84dfbc98e35276110c684bb23d277350e3862e6a30520808f41"
    "7b"
    "8911985880a556e1758c7fe6545b3da03383bd7b5b51dec007139cbc44ff320f84f2b6ad44c7b28fcaeb2b7b98e3a2bae8322b115a8f10d483"
    "49"
    "281b4f4645c9aae307cfae9ad6b194";

constexpr std::string_view kTerminal =
    "7f218201667f4e81de5f290100420d444554455354445644453031397f498190060a04007f00070202020205868181043385b484e8e994c93f"
    "55"
    "adf4a9c92da3c063ac7d744e85d38ee070bf6ff8d7aba2de688724b27d6bae2b1c8ae074c09bb8808cc83036b0692898711d3f6fc3213846e1"
    "4b"
    "3154845084dfbc0eb70ae2bdea8eebd6796acfa4c56f5703ce5a6efe0a266e43c3f71a1b7eec60e5c6f0850dc4d3455f53282c9fbca85dc947"
    "d1"
    "3bee5f200d444554455354415444453031397f4c12060904007f00070301020253050000000110"
    "5f25060100000903005f24060100010003005f37818034bb8c280a7a593cf7c7e9f375ffffbfd92c4e3f6188a44824215e11ef47d03428cfc9"
    "19"
    "36a2609c742ef92c5968bce65ba42aed7aad70b7b2a31201dc152cec930d7d7954bfbe0021ad1fd2acaa6c349a6c2fb86514b9f03dfab99871"
    "fb"
    "d990dd8416d3eda2883ebd0b94401a7dbfe16e5a1db643ee7c2fc0d5d77bae3666af";

constexpr std::string_view kDhAuthority =
    "7f2182016a7f4e81e25f290100420f4445544553544356434130303030337f498194060a04007f00070202020101818180b5ada440f264803d"
    "be"
    "ec57ab1ffbd12b42687423ec299dd52a6bb0345193d1e2a5bbc11955908a08760f400fa03d56097b5f2165648d85071a80a1b66ffa9321526d"
    "da"
    "41e146d532991ca0c1dcfc8d0bbe298c1f0edb57400faed67e135d542471c82e351b06d43c946604fcbd5045056c4b8a7b98ec3872e41bb3d7"
    "a5"
    "91ccad82030100015f200f4445544553544356434130303030337f4c0e060904007f0007030102015301c35f25060100000302045f24060101"
    "00"
    "0301095f378180a27ed830e99082e5813068b9b21662444ed1c8713aba71985b5288f376423608b8eec825173862f8df9f259bcd611c96a2db"
    "a8"
    "6ac6c48a3310cfd6fade9b4bd02bb520367ad90b379f6d35ad01d406f8cb1d94d025730a98d7dfbe3b0f74183531de6e699d23652ce3906763"
    "5a"
    "8d176c66064b79b7271a0ee600bac94ad51e4f";

TEST(EacWorkedExample, Tr03110_3_C_CertificatesAreReadAndVerified) {
    const cv::Certificate authority = cv::Certificate::parse(from_hex(kAuthority));
    const cv::Certificate verifier = cv::Certificate::parse(from_hex(kVerifier));
    const cv::Certificate terminal = cv::Certificate::parse(from_hex(kTerminal));

    EXPECT_EQ(authority.authority_reference, "DECVCAAT00001");
    EXPECT_EQ(authority.holder_reference, "DECVCAAT00001");
    EXPECT_EQ(authority.key.curve, Curve::brainpool_p512r1);
    EXPECT_EQ(authority.authorization.terminal_type, cv::inspection_system());
    EXPECT_EQ(authority.authorization.role(), cv::Role::authority);
    EXPECT_TRUE(authority.authorization.has(0));
    EXPECT_TRUE(authority.authorization.has(1));
    using namespace std::chrono;
    EXPECT_EQ(authority.effective, sys_days(2010y / 9 / 30));
    EXPECT_EQ(authority.expiration, sys_days(2011y / 9 / 25));
    EXPECT_EQ(verifier.authority_reference, "DECVCAAT00001");
    EXPECT_EQ(verifier.holder_reference, "DETESTDVDE019");
    EXPECT_EQ(verifier.authorization.terminal_type, cv::authentication_terminal());
    EXPECT_EQ(verifier.authorization.role(), cv::Role::domestic_verifier);
    EXPECT_EQ(terminal.holder_reference, "DETESTATDE019");
    EXPECT_EQ(terminal.authorization.role(), cv::Role::terminal);
    EXPECT_TRUE(terminal.authorization.has(8));  // read DG1
    EXPECT_TRUE(terminal.authorization.has(4));  // privileged terminal
    EXPECT_FALSE(terminal.authorization.has(9));
    EXPECT_EQ(to_hex(terminal.encode()), to_hex(from_hex(kTerminal)));

    const SignatureAlgorithm algorithm = *cv::signature_algorithm(authority.key.algorithm);
    EXPECT_EQ(description(algorithm), "plain ECDSA with SHA-512");
    const PublicKey authority_key = authority.key.resolve(std::nullopt);
    const PublicKey verifier_key = verifier.key.resolve(authority_key.curve());
    EXPECT_TRUE(authority.is_signed_by(authority_key, algorithm));
    EXPECT_TRUE(verifier.is_signed_by(authority_key, algorithm));
    EXPECT_TRUE(terminal.is_signed_by(verifier_key, algorithm));
    EXPECT_FALSE(terminal.is_signed_by(authority_key, algorithm));
}

TEST(EacWorkedExample, Tr03110_3_C_TheAuthorityOfTheDhExampleSignedItselfWithRsa) {
    const cv::Certificate authority = cv::Certificate::parse(from_hex(kDhAuthority));
    EXPECT_EQ(authority.holder_reference, "DETESTCVCA00003");
    const SignatureAlgorithm algorithm = *cv::signature_algorithm(authority.key.algorithm);
    EXPECT_EQ(description(algorithm), "RSA with SHA-1");
    EXPECT_TRUE(authority.is_signed_by(authority.key.resolve(std::nullopt), algorithm));
}

TEST(EacWorkedExample, Tr03110_2_3_2_PaceKeyAgreementAndTokens) {
    const Group group(Curve::brainpool_p256r1);
    const Oid protocol("0.4.0.127.0.7.2.2.4.2.2");
    const Bytes map_chip_scalar = from_hex("19C428715663DE745D1824B855D2B967890C99D68ED5FEEE9DCDF8D7BBA289D2");
    const Bytes map_chip = from_hex(
        "049CFCF7582AC986D0DD52FA53123414C3E1B96B4D00ABA8E574679B70EFB5BC3B45D2F13729CC2AE178"
        "E7E241B443213533B77DBB44649A815DDC4A2384BA422A");
    const Bytes map_terminal = from_hex(
        "043DD29BBE5907FD21A152ADA4895FAAE7ACC55F5E50EFBFDE5AB0C6EB54F198D615913635F0FDF5"
        "BEB383E00355F82D3C41ED0DF2E28363433DFB73856A15DC9F");
    EXPECT_EQ(group.multiply(group.generator(), map_chip_scalar), map_chip);
    EXPECT_EQ(to_hex(group.multiply(map_terminal, map_chip_scalar)),
              "0471850CFD80FB475947E5B1AF10FE8E6663967C2D264935B31951F763A4B03A57491673"
              "88F88F52A109167E3E6592CA0820468D11"
              "57A8E781D2F7049179B1D114");

    const Bytes generator = from_hex(
        "043929D28BA1E5339D6C5DADE5E33BD3C2F0BD14DD77C752153226"
        "1659C918FA6014DD48FA84E62BDE"
        "438EDB4C9771D042CDB24B7788BDBAB2031C45751E777F66");
    const Bytes terminal_scalar = from_hex("9D9A32DF93A57CCE33CA3CDD3457E33A976F293546C73550F397259C93BE0120");
    const Bytes chip_scalar = from_hex("15872C56908C144002177994CFAAEDD5467CE150853C44535051FF24183039D8");
    const Bytes terminal_key = group.multiply(generator, terminal_scalar);
    EXPECT_EQ(
        to_hex(terminal_key),
        "04518BC4E532AD2A9BD6527804D5D665ABD51041037A0CC8AA922804EB501C222B3427388599AFAAE9FBACE2DF93E13C3C4979CD12F0"
        "AE3E3C012602839155"
        "4582");
    const Bytes chip_key = group.multiply(generator, chip_scalar);
    EXPECT_EQ(to_hex(chip_key),
              "04282CF38073036AFAC216AF135BD994DA0C357F10BD4C34AFEA1042B2EB0FD6804DF3658B835AC2E7133F136911845"
              "42BB50B1099"
              "63A4662ABDC08B9763AF4B5B");
    const SecretBytes shared = group.agree(terminal_scalar, chip_key);
    EXPECT_EQ(to_hex(shared.view()), "6E7D077CCD367C2EAA683F1E8EC534302E2D00B6ADAF8A87A6EDA78740F17606");
    const SessionKeys keys = derive_session_keys(shared.view(), CipherAlgorithm::aes128);
    EXPECT_EQ(to_hex(keys.mac.view()), "73FF268784F72AF833FDC9464049AFC9");
    EXPECT_EQ(to_hex(keys.encryption.view()), "68406B4162100563D9C901A6154D2901");
    EXPECT_EQ(to_hex(pace::authentication_token(protocol, group, keys, chip_key)), "A27AE7B36573C1D9");
    EXPECT_EQ(to_hex(pace::authentication_token(protocol, group, keys, terminal_key)), "A2658C2F38600B0F");
}

constexpr std::string_view kEphemeral = "A6A4D255C5BF7A77EC3D0553DB74F693CF044E18C98364D4977A296108AF19BD";

TEST(EacWorkedExample, Tr03110_2_3_3_TerminalAuthentication) {
    const Group group(Curve::brainpool_p256r1);
    Replay random{kEphemeral};
    const chip_authentication::Terminal ephemeral(group, random.source());
    EXPECT_EQ(
        to_hex(ephemeral.public_key()),
        "045A7A377FC9CAFC03AC7FF45441A8B2909D88EAB8E6B0173847AB49B949DF3799A34EE57EC55268CF8B1C3EC489F8BF4CF4C68D3FD9"
        "670E89C0D5D3FFF1AAF89F");
    const Bytes chip_key = from_hex(
        "04282CF38073036AFAC216AF135BD994DA0C357F10BD4C34AFEA1042B2EB0FD6804DF3658B835AC2E713"
        "3F1369118454"
        "2BB50B109963A4662ABDC08B9763AF4B5B");
    const Bytes data =
        terminal_authentication::signed_data(terminal_authentication::chip_identifier(group, chip_key),
                                             from_hex("547E4EAB03B235D2"), ephemeral.compressed_public_key());
    const Bytes signature = from_hex(
        "81A2D9E5891B86A0F01ADD0341C89D6E9EF3E20C223884F27B2F2040E9721C46C9C3CF7C0EE0A422263BA6F1EAFC693BD8738F34760B"
        "5998584F58DD25B8D60D99D7C45957C2E2F10C0E5F91A8DC88BD7CFA33CBF784A9DA83C800324165179DBE71C69B2C0FD811270E436C"
        "43278184DDB542142342DBF156E82D2A1BC19085");
    const cv::Certificate certificate = cv::Certificate::parse(from_hex(kTerminal));
    const cv::TrustedKey terminal{certificate.holder_reference,
                                  certificate.key.resolve(Curve::brainpool_p512r1),
                                  *cv::signature_algorithm(certificate.key.algorithm),
                                  certificate.authorization,
                                  certificate.effective,
                                  certificate.expiration};
    EXPECT_TRUE(terminal_authentication::verify(terminal, data, signature));
    Bytes changed = data;
    changed[0] ^= 1U;
    EXPECT_FALSE(terminal_authentication::verify(terminal, changed, signature));
}

TEST(EacWorkedExample, Tr03110_2_3_4_ChipAuthenticationVersion2) {
    const Group group(Curve::brainpool_p256r1);
    const Oid protocol("0.4.0.127.0.7.2.2.3.2.2");
    const PrivateKey chip_key = PrivateKey::ec(
        Curve::brainpool_p256r1, from_hex("7984674CF3B3A524BF929CE8A67FCF22173DA0BAD595EED6DEB72D22C542FA9D"));
    EXPECT_EQ(
        to_hex(chip_key.public_key().value()),
        "04A44EBE5451DF7AADB01E459B8C928A87746A57927C8C28A6775C97A7E1FE8D9A46FF4A1CC7E4D1389AEA19758E4F75C28C598FD734"
        "AEBEB135337CF95BE12E94");
    Replay terminal_random{kEphemeral};
    const chip_authentication::Terminal terminal(group, terminal_random.source());
    EXPECT_EQ(to_hex(group.agree(from_hex(kEphemeral), chip_key.public_key().value()).view()),
              "791DA04273CCFE862E52DF60347E2557192E1F8D7517822CE3D306056C1CDEB4");

    Replay chip_random{"4287B3072A3EDC60"};
    const chip_authentication::Answer answer =
        chip_authentication::chip_answer(protocol, chip_key, terminal.public_key(), chip_random.source());
    EXPECT_EQ(to_hex(answer.token), "FF0117D68DEE8E72");
    EXPECT_EQ(to_hex(answer.session.mac.view()), "78B5709E7ABEDB185B424D0EE3A82499");
    EXPECT_EQ(to_hex(answer.session.encryption.view()), "94ABCD271AB7D9A5590BA52CB518B831");
    const auto session = terminal.agree(protocol, chip_key.public_key(), answer.nonce, answer.token);
    ASSERT_TRUE(session);
    EXPECT_EQ(to_hex(session->mac.view()), "78B5709E7ABEDB185B424D0EE3A82499");
}

TEST(EacWorkedExample, SecurityInfosOfEfCardAccess) {
    const SecurityInfos infos = SecurityInfos::parse(
        from_hex("3181C6300D060804007F0007020202020102 3012060A04007F00070202030202020102020101"
                 "3012060A04007F0007020204020202010202010D 301C060904007F000702020302300C060704007F0007010202010D020101"
                 "302F060804007F0007020206162368747470733A2F2F7777772E686A702D636F6E73756C74696E672E636F6D2F686F6D65"
                 "303E060804007F000702020831323012060A04007F00070202030202020102020102301C060904007F000702020302300C"
                 "060704007F0007010202010D020102"));
    ASSERT_EQ(infos.terminal_authentication.size(), 1U);
    EXPECT_EQ(infos.terminal_authentication[0].version, 2);
    ASSERT_EQ(infos.chip_authentication.size(), 1U);
    EXPECT_EQ(infos.chip_authentication[0].version, 2);
    ASSERT_EQ(infos.chip_authentication_domain_parameters.size(), 1U);
    EXPECT_EQ(infos.chip_authentication_domain_parameters[0].group(), Group(Curve::brainpool_p256r1));
    ASSERT_EQ(pace::offers(infos).size(), 1U);
    EXPECT_EQ(description(pace::offers(infos)[0].protocol), "PACE-ECDH-GM-AES-128");
    EXPECT_EQ(infos.unknown.size(), 2U);
}

}  // namespace
}  // namespace tahvil
