#include "crypto/protocol/security_infos.h"

#include <gtest/gtest.h>

#include "crypto/protocol/domain_parameters.h"
#include "tests/support/thrown_code.h"

namespace tahvil {
namespace {

using asn1::Oid;

TEST(SecurityInfos, Doc9303_11_G1_PaceInfo) {
    const SecurityInfos infos = SecurityInfos::parse(from_hex("3114 3012060A 04007F00 07020204 02020201 0202010D"));
    ASSERT_EQ(infos.pace.size(), 1U);
    EXPECT_EQ(infos.pace[0].protocol.dotted(), "0.4.0.127.0.7.2.2.4.2.2");
    EXPECT_EQ(infos.pace[0].version, 2);
    EXPECT_EQ(infos.pace[0].parameter_id, 13);
    EXPECT_EQ(to_hex(infos.encode()), "31143012060A04007F0007020204020202010202010D");
}

TEST(SecurityInfos, Doc9303_11_I1_ChipAuthenticationPublicKeyInfo) {
    const SecurityInfos infos = SecurityInfos::parse(from_hex(
        "3164 30620609 04007F00 07020201 02305230 0C060704 007F0007 01020201 0D034200 04187270 9494399E 7470A643 "
        "1BE25E83 EEE24FEA 568C2ED2 8DB48E05 DB3A610D C884D256 A40E35EF CB59BF67 53D3A489 D28C7A4D 973C2DA1 "
        "38A6E7A4 A08F68E1 6F02010D"));
    ASSERT_EQ(infos.chip_authentication_keys.size(), 1U);
    EXPECT_EQ(infos.chip_authentication_keys[0].protocol.dotted(), "0.4.0.127.0.7.2.2.1.2");
    EXPECT_EQ(infos.chip_authentication_keys[0].key_id, 13);
    const PublicKey key = infos.chip_authentication_keys[0].key();
    EXPECT_EQ(key.curve(), Curve::brainpool_p256r1);
    EXPECT_EQ(to_hex(key.value()),
              "0418727094"
              "94399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC884D256A40E35EFCB59BF6753D3A489D28C7A4D"
              "973C2DA138A6E7A4A08F68E16F");
}

SecurityInfos full() {
    SecurityInfos infos;
    infos.pace = {{Oid("0.4.0.127.0.7.2.2.4.2.4"), 2, 16}, {Oid("0.4.0.127.0.7.2.2.4.1.2"), 2, std::nullopt}};
    infos.pace_domain_parameters = {{Oid("0.4.0.127.0.7.2.2.4.2"), encode_explicitly(Group(Curve::secp256r1)), 40}};
    infos.chip_authentication = {{Oid("0.4.0.127.0.7.2.2.3.2.4"), 1, 7}, {Oid("0.4.0.127.0.7.2.2.3.2.2"), 2, 8}};
    infos.chip_authentication_domain_parameters = {{Oid("0.4.0.127.0.7.2.2.3.2"), encode_standardized(13), 8}};
    infos.chip_authentication_keys = {
        {Oid("0.4.0.127.0.7.2.2.1.2"), PrivateKey::generate_ec(Curve::secp256r1).public_key().spki(), 7}};
    infos.active_authentication = {{1, Oid("0.4.0.127.0.7.1.1.4.1.3")}};
    infos.terminal_authentication = {{1, 0x011C, std::uint8_t{0x1C}}, {2, std::nullopt, std::nullopt}};
    const Bytes card_info = asn1::sequence({asn1::oid(Oid("0.4.0.127.0.7.2.2.6")), asn1::utf8_string("elsewhere")});
    infos.unknown = {{Oid("0.4.0.127.0.7.2.2.6"), card_info}};
    return infos;
}

TEST(SecurityInfos, EveryEntrySurvivesItsEncoding) {
    const Bytes encoded = full().encode();
    const SecurityInfos infos = SecurityInfos::parse(encoded);
    EXPECT_EQ(infos.encode(), encoded);
    EXPECT_EQ(infos.pace.size(), 2U);
    ASSERT_EQ(infos.pace_domain_parameters.size(), 1U);
    EXPECT_EQ(infos.pace_domain_parameters[0].group(), Group(Curve::secp256r1));
    EXPECT_EQ(infos.chip_authentication.size(), 2U);
    ASSERT_EQ(infos.chip_authentication_domain_parameters.size(), 1U);
    EXPECT_EQ(infos.chip_authentication_domain_parameters[0].group(), Group(Curve::brainpool_p256r1));
    EXPECT_EQ(infos.chip_authentication_keys.size(), 1U);
    ASSERT_EQ(infos.active_authentication.size(), 1U);
    EXPECT_EQ(infos.active_authentication[0].signature_algorithm, Oid("0.4.0.127.0.7.1.1.4.1.3"));
    EXPECT_EQ(infos.terminal_authentication.size(), 2U);
    ASSERT_EQ(infos.unknown.size(), 1U);
    EXPECT_EQ(infos.unknown[0].protocol, Oid("0.4.0.127.0.7.2.2.6"));
}

TEST(SecurityInfos, AKeyOnAnUnknownCurveDoesNotHideTheOtherEntries) {
    SecurityInfos infos = full();
    infos.chip_authentication_keys[0].public_key =
        asn1::sequence({asn1::sequence({asn1::oid(Oid("1.2.840.10045.2.1")), asn1::oid(Oid("1.3.132.0.10"))}),
                        asn1::bit_string(Bytes(65, 4))});
    const SecurityInfos read = SecurityInfos::parse(infos.encode());
    EXPECT_EQ(read.pace.size(), 2U);
    EXPECT_EQ(thrown_code([&] { read.chip_authentication_keys.at(0).key(); }), "crypto.unknown_curve");
}

TEST(SecurityInfos, EveryTruncationIsMalformed) {
    const Bytes encoded = full().encode();
    for (std::size_t size = 0; size < encoded.size(); ++size)
        EXPECT_EQ(thrown_code([&] { SecurityInfos::parse(ByteView(encoded).first(size)); }), "asn1.malformed") << size;
    EXPECT_EQ(thrown_code([&] { SecurityInfos::parse(concat({encoded, Bytes{0}})); }), "asn1.malformed");
}

TEST(SecurityInfos, MoreThanAnyCardHasIsRefused) {
    SecurityInfos infos;
    infos.pace.assign(SecurityInfos::kMaxCount, PaceInfo{Oid("0.4.0.127.0.7.2.2.4.2.2"), 2, 13});
    EXPECT_NO_THROW(SecurityInfos::parse(infos.encode()));
    infos.pace.push_back(infos.pace[0]);
    EXPECT_EQ(thrown_code([&] { SecurityInfos::parse(infos.encode()); }), "card.security_infos");
}

}  // namespace
}  // namespace tahvil
