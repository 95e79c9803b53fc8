#include "crypto/protocol/chip_authentication.h"

#include <gtest/gtest.h>

#include "crypto/protocol/domain_parameters.h"
#include "tests/support/thrown_code.h"

namespace tahvil::chip_authentication {
namespace {

using asn1::Oid;

constexpr std::array kCiphers{CipherAlgorithm::two_key_triple_des, CipherAlgorithm::aes128, CipherAlgorithm::aes192,
                              CipherAlgorithm::aes256};

PrivateKey chip_key(const Group& group) {
    return group.is_curve() ? PrivateKey::generate_ec(group.curve()) : PrivateKey::generate_dh(group);
}

TEST(ChipAuthentication, EveryProtocolOnEveryStandardizedGroupEndsInTheSameKeysInBothVersions) {
    for (const int identifier : {0, 1, 2, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}) {
        const Group group = *standardized_domain_parameters(identifier);
        const PrivateKey key = chip_key(group);
        for (const CipherAlgorithm cipher : kCiphers) {
            const Protocol protocol{group.is_curve(), cipher};
            SCOPED_TRACE(description(protocol) + " " + std::to_string(identifier));
            ASSERT_EQ(protocol_by_oid(oid_of(protocol)), protocol);
            const Terminal terminal(group);
            const SessionKeys chip_keys = chip_agree(protocol, key, terminal.public_key());
            const SessionKeys terminal_keys = terminal.agree(protocol, key.public_key());
            EXPECT_EQ(to_hex(chip_keys.mac.view()), to_hex(terminal_keys.mac.view()));
            EXPECT_EQ(to_hex(chip_keys.encryption.view()), to_hex(terminal_keys.encryption.view()));
            EXPECT_EQ(terminal_keys.counter, Bytes(block_size(cipher)));

            const Answer answer = chip_answer(oid_of(protocol), key, terminal.public_key());
            const auto second = terminal.agree(oid_of(protocol), key.public_key(), answer.nonce, answer.token);
            ASSERT_TRUE(second);
            EXPECT_EQ(to_hex(answer.session.mac.view()), to_hex(second->mac.view()));
            EXPECT_NE(to_hex(second->mac.view()), to_hex(terminal_keys.mac.view())) << "the nonce takes part";
        }
    }
}

TEST(ChipAuthentication, Version2RefusesAChipWithoutTheKeyAndAnyChangedAnswer) {
    const Group group(Curve::brainpool_p256r1);
    const Oid protocol = oid_of({true, CipherAlgorithm::aes256});
    const PrivateKey key = chip_key(group);
    const Terminal terminal(group);
    const Answer answer = chip_answer(protocol, key, terminal.public_key());
    EXPECT_FALSE(terminal.agree(protocol, chip_key(group).public_key(), answer.nonce, answer.token));
    for (std::size_t i = 0; i < answer.token.size(); ++i) {
        Bytes token = answer.token;
        token[i] ^= 1U;
        EXPECT_FALSE(terminal.agree(protocol, key.public_key(), answer.nonce, token));
        Bytes nonce = answer.nonce;
        nonce[i] ^= 1U;
        EXPECT_FALSE(terminal.agree(protocol, key.public_key(), nonce, answer.token));
    }
    EXPECT_FALSE(terminal.agree(protocol, key.public_key(), {}, answer.token));
    EXPECT_FALSE(terminal.agree(protocol, key.public_key(), answer.nonce, {}));
    EXPECT_FALSE(Terminal(group).agree(protocol, key.public_key(), answer.nonce, answer.token)) << "another run";
}

TEST(ChipAuthentication, AnEphemeralKeyThatCanNotBeUsedIsRefusedByTheChip) {
    const PrivateKey key = chip_key(Group(Curve::secp256r1));
    Bytes off_curve = key.public_key().value();
    off_curve.back() ^= 1U;
    for (const Bytes& bad : {off_curve, Bytes{0}, Bytes{}, Bytes(65)})
        EXPECT_EQ(thrown_code([&] { chip_agree({true, CipherAlgorithm::aes128}, key, bad); }), "crypto.bad_key");
    const PrivateKey dh = chip_key(*standardized_domain_parameters(0));
    for (const Bytes& bad : {Bytes{}, Bytes{0}, Bytes{1}, Bytes{2}})
        EXPECT_EQ(thrown_code([&] { chip_agree({false, CipherAlgorithm::aes128}, dh, bad); }), "crypto.bad_key");
}

TEST(ChipAuthentication, AChipKeyOfAnotherGroupIsRefusedByTheTerminal) {
    const Terminal terminal{Group(Curve::secp256r1)};
    EXPECT_EQ(
        thrown_code([&] {
            terminal.agree({true, CipherAlgorithm::aes128}, chip_key(Group(Curve::brainpool_p256r1)).public_key());
        }),
        "crypto.wrong_group");
}

SecurityInfos with_key(const Group& group, std::optional<int> key_id) {
    SecurityInfos infos;
    infos.chip_authentication_keys = {{public_key_oid(group), chip_key(group).public_key().spki(), key_id}};
    return infos;
}

TEST(ChipAuthenticationOffers, TheStrongestCipherComesFirst) {
    SecurityInfos infos = with_key(Group(Curve::secp256r1), std::nullopt);
    for (const CipherAlgorithm cipher : kCiphers)
        infos.chip_authentication.push_back({oid_of({true, cipher}), 1, std::nullopt});
    const auto all = offers(infos, 1);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all.front().protocol.cipher, CipherAlgorithm::aes256);
    EXPECT_EQ(all.back().protocol.cipher, CipherAlgorithm::two_key_triple_des);
    EXPECT_FALSE(all.front().ambiguous);
    EXPECT_TRUE(offers(infos, 2).empty());
}

TEST(ChipAuthenticationOffers, EveryEntryGoesWithTheKeyThatItNames) {
    SecurityInfos infos = with_key(Group(Curve::secp256r1), 1);
    const PrivateKey larger = chip_key(Group(Curve::brainpool_p384r1));
    infos.chip_authentication_keys.push_back({public_key_oid(Group(Curve::secp256r1)), larger.public_key().spki(), 2});
    infos.chip_authentication = {{oid_of({true, CipherAlgorithm::aes128}), 1, 1},
                                 {oid_of({true, CipherAlgorithm::aes128}), 1, 2},
                                 {oid_of({true, CipherAlgorithm::aes256}), 2, 2},
                                 {oid_of({true, CipherAlgorithm::aes256}), 1, 3}};
    const auto first = offers(infos, 1);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].key, larger.public_key());
    EXPECT_EQ(first[0].key_id, 2);
    EXPECT_TRUE(first[0].ambiguous);
    EXPECT_EQ(first[1].key_id, 1);
    ASSERT_EQ(offers(infos, 2).size(), 1U);
    EXPECT_EQ(offers(infos, 2)[0].protocol.cipher, CipherAlgorithm::aes256);
}

TEST(ChipAuthenticationOffers, AKeyWithoutAProtocolMeansTripleDes) {
    const auto all = offers(with_key(*standardized_domain_parameters(2), std::nullopt), 1);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].implied);
    EXPECT_EQ(all[0].protocol, (Protocol{false, CipherAlgorithm::two_key_triple_des}));
    EXPECT_TRUE(offers(with_key(Group(Curve::secp256r1), 1), 2).empty());
}

TEST(ChipAuthenticationOffers, AKeyThatCanNotBeReadOrIsOfAnotherKindIsLeftOut) {
    SecurityInfos infos = with_key(Group(Curve::secp256r1), 1);
    infos.chip_authentication = {{oid_of({true, CipherAlgorithm::aes128}), 1, 1}};
    infos.chip_authentication_keys[0].public_key.back() ^= 1U;
    EXPECT_TRUE(offers(infos, 1).empty());
    infos.chip_authentication_keys[0].public_key = PrivateKey::generate_rsa(1024).public_key().spki();
    EXPECT_TRUE(offers(infos, 1).empty());
}

}  // namespace
}  // namespace tahvil::chip_authentication
