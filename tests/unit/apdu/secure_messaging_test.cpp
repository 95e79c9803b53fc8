#include "apdu/secure_messaging.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "tests/support/scripted_card.h"

namespace tahvil {
namespace {

using test::ScriptedCard;

/// Doc 9303-11, D.4: the session keys and counter after basic access control.
SessionKeys doc9303_keys() {
    return {CipherAlgorithm::two_key_triple_des, SecretBytes(from_hex("979EC13B1CBFE9DCD01AB0FED307EAE5")),
            SecretBytes(from_hex("F1CB1F1FB5ADF208806B89DC579DC1F8")), from_hex("887022120C06C226")};
}

constexpr const char* kSelectCom = "0C A4 02 0C 15 87 09 01 63 75 43 29 08 C0 44 F6 8E 08 BF 8B 92 D6 35 FF 24 F8 00";
constexpr const char* kSelectComAnswer = "99 02 90 00 8E 08 FA 85 5A 5D 4C 50 A8 ED 90 00";
constexpr const char* kReadFour = "0C B0 00 00 0D 97 01 04 8E 08 ED 67 05 41 7E 96 BA 55 00";
constexpr const char* kReadFourAnswer =
    "87 09 01 9F F0 EC 34 F9 92 26 51 99 02 90 00 8E 08 AD 55 CC 17 14 0B 2D ED 90 00";
constexpr const char* kReadRest = "0C B0 00 04 0D 97 01 12 8E 08 2E A2 8A 70 F3 C7 B5 35 00";
constexpr const char* kReadRestAnswer =
    "87 19 01 FB 92 35 F4 E4 03 7F 23 27 DC C8 96 4F 1F 9B 8C 30 F4 2C 8E 2F FF 22 4A 99 02 90 00 "
    "8E 08 C8 B2 78 7E AE A0 7D 74 90 00";

TEST(SecureMessaging, Doc9303Part11AppendixD4) {
    ScriptedCard card{{{kSelectCom, kSelectComAnswer}, {kReadFour, kReadFourAnswer}, {kReadRest, kReadRestAnswer}}};
    CardChannel plain(card);
    SecureMessaging secure(plain, doc9303_keys());
    EXPECT_TRUE(secure.transmit(Command::select_file(0x011E)).status.ok());
    EXPECT_EQ(secure.transmit(Command::read_binary(0, 4)).data, from_hex("60 14 5F 01"));
    EXPECT_EQ(secure.transmit(Command::read_binary(4, 18)).data,
              from_hex("04 30 31 30 36 5F 36 06 30 34 30 30 30 30 5C 02 61 75"));
    EXPECT_TRUE(card.finished());
}

TEST(SecureMessaging, EndsWithTheFirstChangedByteOfAResponse) {
    const Bytes genuine = from_hex(kReadFourAnswer);
    for (std::size_t i = 0; i < genuine.size(); ++i) {
        Bytes changed = genuine;
        changed[i] ^= 0x01U;
        // 61xx and 6Cxx would be handled below secure messaging; a status of 9001 is neither
        const std::string answer = to_hex(changed);
        ScriptedCard card{{{kSelectCom, kSelectComAnswer}, {kReadFour, answer}}};
        CardChannel plain(card);
        SecureMessaging secure(plain, doc9303_keys());
        secure.transmit(Command::select_file(0x011E));
        EXPECT_THROW(secure.transmit(Command::read_binary(0, 4)), ProtocolViolation) << "byte " << i;
        EXPECT_TRUE(secure.ended());
        EXPECT_THROW(secure.transmit(Command::read_binary(4, 18)), ProtocolViolation);
        EXPECT_TRUE(card.finished()) << "nothing is sent in a session that has ended";
    }
}

TEST(SecureMessaging, RefusesAReplayedResponse) {
    ScriptedCard card{{{kSelectCom, kSelectComAnswer}, {kReadFour, kSelectComAnswer}}};
    CardChannel plain(card);
    SecureMessaging secure(plain, doc9303_keys());
    secure.transmit(Command::select_file(0x011E));
    EXPECT_THROW(secure.transmit(Command::read_binary(0, 4)), ProtocolViolation);
}

TEST(SecureMessaging, RefusesAResponseInTheClear) {
    for (const auto* const answer : {"90 00", "60 14 5F 01 90 00", "69 88", ""}) {
        ScriptedCard card{{{kSelectCom, answer}}};
        CardChannel plain(card);
        SecureMessaging secure(plain, doc9303_keys());
        EXPECT_THROW(secure.transmit(Command::select_file(0x011E)), ProtocolViolation) << answer;
        EXPECT_TRUE(secure.ended());
    }
}

TEST(SecureMessaging, RefusesMissingOrSurplusObjects) {
    for (const auto* const answer :
         {"8E 08 FA 85 5A 5D 4C 50 A8 ED 90 00", "99 02 90 00 90 00",
          "99 02 90 00 8E 08 FA 85 5A 5D 4C 50 A8 ED 00 90 00", "99 02 90 00 8E 04 FA 85 5A 5D 90 00",
          "99 02 90 00 8E 08 FA 85 5A 5D 4C 50 A8 ED 8E 08 FA 85 5A 5D 4C 50 A8 ED 90 00"}) {
        ScriptedCard card{{{kSelectCom, answer}}};
        CardChannel plain(card);
        SecureMessaging secure(plain, doc9303_keys());
        EXPECT_THROW(secure.transmit(Command::select_file(0x011E)), ProtocolViolation) << answer;
    }
}

TEST(SecureMessaging, LeavesRoomForItsObjects) {
    ScriptedCard short_card({});
    CardChannel short_channel(short_card);
    SecureMessaging triple_des(short_channel, doc9303_keys());
    EXPECT_EQ(triple_des.limits().response_data, 231U);  // 232 bytes of cryptogram, 1 of padding
    const SecretBytes key(16);
    SecureMessaging aes(short_channel, {CipherAlgorithm::aes128, key, key, Bytes(16)});
    EXPECT_EQ(aes.limits().response_data, 223U);

    ScriptedCard extended_card({}, {Transmission::t1, WireLimits::kExtendedCommand, WireLimits::kExtendedResponse});
    CardChannel extended_channel(extended_card, {.extended_length = true});
    SecureMessaging long_aes(extended_channel, {CipherAlgorithm::aes128, key, key, Bytes(16)});
    EXPECT_GT(long_aes.limits().response_data, 65000U);
}

}  // namespace
}  // namespace tahvil
