#include "apdu/secure_messaging.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/secure_messaging_end.h"
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

/// A card at the other end of secure messaging that answers every command with the same data, one byte of them changed.
class ChangingCard final : public Channel {
public:
    ChangingCard(const SessionKeys& keys, std::size_t size, std::uint8_t change, std::size_t at)
        : end_(keys), size_(size), change_(change), at_(at) {}

    ChannelLimits limits() const override { return {Command::kMaxData, Command::kMaxExpected}; }
    void step_down() override {}
    Response transmit(const Command& command) override {
        ++commands;
        if (!std::holds_alternative<Command>(end_.open(command))) return {{}, sw::secure_messaging_object_incorrect};
        Response response{end_.wrap({Bytes(size_, 0x5A), sw::ok}), sw::ok};
        response_size = response.data.size() + 2;
        if (at_ < response.data.size())
            response.data[at_] = static_cast<std::uint8_t>(response.data[at_] ^ change_);
        else if (at_ < response_size)
            response.status.value = static_cast<std::uint16_t>(response.status.value ^
                                                               (at_ + 1 == response_size ? change_ : change_ << 8U));
        return response;
    }

    std::size_t commands = 0;
    std::size_t response_size = 0;

private:
    emulator::SecureMessagingEnd end_;
    std::size_t size_;
    std::uint8_t change_;
    std::size_t at_;
};

class ChangedResponse : public testing::TestWithParam<CipherAlgorithm> {
protected:
    static SessionKeys keys() {
        return {GetParam(), SecretBytes(Bytes(key_size(GetParam()), 0x31)),
                SecretBytes(Bytes(key_size(GetParam()), 0x75)), Bytes(block_size(GetParam()), 0xFE)};
    }

    static void expect_refused_at_each_byte(const Command& command, std::size_t size) {
        ChangingCard genuine(keys(), size, 0, 0);
        SecureMessaging untouched(genuine, keys());
        ASSERT_EQ(untouched.transmit(command).data, Bytes(size, 0x5A));
        for (const auto change : {std::uint8_t{0x01}, std::uint8_t{0x80}, std::uint8_t{0xFF}})
            for (std::size_t at = 0; at < genuine.response_size; ++at) {
                ChangingCard card(keys(), size, change, at);
                SecureMessaging secure(card, keys());
                EXPECT_THROW(secure.transmit(command), ProtocolViolation) << "byte " << at << " of " << size;
                EXPECT_THROW(secure.transmit(command), ProtocolViolation);
                EXPECT_EQ(card.commands, 1U) << "nothing is sent in a session that has ended";
            }
    }
};

TEST_P(ChangedResponse, IsRefusedWhicheverByteOfItIsChanged) {
    expect_refused_at_each_byte(Command::select_file(0x011E), 0);
    for (const std::size_t size : {1U, 15U, 16U, 100U, 223U})  // lengths of cryptograms in one and in two bytes
        expect_refused_at_each_byte(Command::read_binary(0, 256), size);
    expect_refused_at_each_byte(Command::read_binary(0x8000, 256), 100);  // DO'85' in place of DO'87'
    expect_refused_at_each_byte(Command::internal_authenticate(Bytes(8), 256), 64);
}

TEST_P(ChangedResponse, IsRefusedInExtendedLengthToo) {
    expect_refused_at_each_byte(Command::read_binary(0, Command::kMaxExpected), 700);
}

TEST_P(ChangedResponse, IsNoneWhereTheCommandIsChanged) {
    for (const std::size_t size : {0U, 8U, 300U}) {
        ChangingCard nowhere(keys(), 0, 0, 0);
        const Command command =
            SecureMessaging(nowhere, keys()).protect(Command(0x00, 0x88, 0x00, 0x00, Bytes(size), 64));
        const auto opens = [](const Command& sent) {
            return std::holds_alternative<Command>(emulator::SecureMessagingEnd(keys()).open(sent));
        };
        ASSERT_TRUE(opens(command));
        for (std::size_t at = 0; at < command.data().size(); ++at) {
            Bytes data = to_bytes(command.data());
            data[at] ^= 0x01U;
            EXPECT_FALSE(opens({command.cla(), command.ins(), command.p1(), command.p2(), data})) << "byte " << at;
        }
        EXPECT_FALSE(opens({command.cla(), 0x8A, command.p1(), command.p2(), command.data()}));
        EXPECT_FALSE(opens({command.cla(), command.ins(), 0x01, command.p2(), command.data()}));
        EXPECT_FALSE(opens({command.cla(), command.ins(), command.p1(), 0x01, command.data()}));
    }
}

INSTANTIATE_TEST_SUITE_P(Ciphers, ChangedResponse,
                         testing::Values(CipherAlgorithm::two_key_triple_des, CipherAlgorithm::aes128,
                                         CipherAlgorithm::aes192, CipherAlgorithm::aes256));

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
