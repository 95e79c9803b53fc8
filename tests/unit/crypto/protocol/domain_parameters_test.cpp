#include "crypto/protocol/domain_parameters.h"

#include <gtest/gtest.h>

#include "tests/support/thrown_code.h"

namespace tahvil {
namespace {

Group read(ByteView encoded) {
    asn1::Cursor cursor(encoded);
    const Group group = read_domain_parameters(cursor);
    cursor.expect_end();
    return group;
}

TEST(DomainParameters, Doc9303_11_9_5_1_TableOfIdentifiers) {
    EXPECT_EQ(standardized_domain_parameters(0)->dh().prime.size(), 128U);
    EXPECT_EQ(to_hex(standardized_domain_parameters(0)->dh().order), "F518AA8781A8DF278ABA4E7D64B7CB9D49462353");
    EXPECT_EQ(standardized_domain_parameters(1)->dh().order.size(), 28U);
    EXPECT_EQ(standardized_domain_parameters(2)->dh().order.size(), 32U);
    for (const int reserved : {-1, 3, 7, 19, 31}) EXPECT_FALSE(standardized_domain_parameters(reserved));
    EXPECT_EQ(standardized_domain_parameters(8)->curve(), Curve::secp192r1);
    EXPECT_EQ(standardized_domain_parameters(9)->curve(), Curve::brainpool_p192r1);
    EXPECT_EQ(standardized_domain_parameters(10)->curve(), Curve::secp224r1);
    EXPECT_EQ(standardized_domain_parameters(11)->curve(), Curve::brainpool_p224r1);
    EXPECT_EQ(standardized_domain_parameters(12)->curve(), Curve::secp256r1);
    EXPECT_EQ(standardized_domain_parameters(13)->curve(), Curve::brainpool_p256r1);
    EXPECT_EQ(standardized_domain_parameters(14)->curve(), Curve::brainpool_p320r1);
    EXPECT_EQ(standardized_domain_parameters(15)->curve(), Curve::secp384r1);
    EXPECT_EQ(standardized_domain_parameters(16)->curve(), Curve::brainpool_p384r1);
    EXPECT_EQ(standardized_domain_parameters(17)->curve(), Curve::brainpool_p512r1);
    EXPECT_EQ(standardized_domain_parameters(18)->curve(), Curve::secp521r1);
}

TEST(DomainParameters, EveryStandardizedGroupIsKnownInEveryEncoding) {
    for (const int identifier : {0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}) {
        const Group group = *standardized_domain_parameters(identifier);
        EXPECT_EQ(standardized_identifier(group), identifier);
        EXPECT_EQ(read(encode_standardized(identifier)), group);
        EXPECT_EQ(read(encode_explicitly(group)), group);
    }
}

TEST(DomainParameters, AStandardizedDhGroupGivenWithoutItsOrderRegainsIt) {
    DhGroup without = standardized_domain_parameters(2)->dh();
    without.order.clear();
    EXPECT_EQ(read(encode_explicitly(Group(without))), *standardized_domain_parameters(2));
}

TEST(DomainParameters, WhatIsReservedOrUnknownIsRefused) {
    EXPECT_EQ(thrown_code([] { read(encode_standardized(7)); }), "crypto.unknown_group");
    EXPECT_EQ(thrown_code([] { read(asn1::sequence({asn1::oid(asn1::Oid("1.2.3"))})); }), "crypto.unknown_group");
    DhGroup wrong = standardized_domain_parameters(0)->dh();
    wrong.generator = {2};
    EXPECT_EQ(thrown_code([&] {
                  read(asn1::sequence(
                      {asn1::oid(asn1::Oid("1.2.840.10046.2.1")),
                       asn1::sequence({asn1::unsigned_integer(wrong.prime), asn1::unsigned_integer(wrong.generator),
                                       asn1::unsigned_integer(wrong.order)})}));
              }),
              "crypto.bad_group");
}

TEST(AgreementKey, IsReadInEveryEncodingOfItsParameters) {
    for (const int identifier : {0, 13}) {
        const Group group = *standardized_domain_parameters(identifier);
        const PublicKey key = group.is_curve() ? PrivateKey::generate_ec(group.curve()).public_key()
                                               : PrivateKey::generate_dh(group).public_key();
        EXPECT_EQ(read_agreement_key(encode_agreement_key(encode_standardized(identifier), key)), key);
        EXPECT_EQ(read_agreement_key(encode_agreement_key(encode_explicitly(group), key)), key);
        EXPECT_EQ(read_agreement_key(key.spki()), key);
    }
}

TEST(AgreementKey, WithAPointOffTheCurveIsMalformed) {
    Bytes spki =
        encode_agreement_key(encode_standardized(13), PrivateKey::generate_ec(Curve::brainpool_p256r1).public_key());
    spki.back() ^= 1U;
    EXPECT_EQ(thrown_code([&] { read_agreement_key(spki); }), "crypto.bad_key");
}

}  // namespace
}  // namespace tahvil
