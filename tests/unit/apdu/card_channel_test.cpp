#include "apdu/card_channel.h"

#include <string>

#include <gtest/gtest.h>

#include "apdu/error.h"
#include "tests/support/scripted_card.h"

namespace tahvil {
namespace {

using test::ScriptedCard;

constexpr WireLimits kT0{.transmission = Transmission::t0};
constexpr WireLimits kExtendedT1{Transmission::t1, WireLimits::kExtendedCommand, WireLimits::kExtendedResponse};

/// Answers every command alike, for ever.
class StubbornCard final : public Wire {
public:
    explicit StubbornCard(std::string_view answer) : answer_(from_hex(answer)) {}
    WireLimits limits() const override { return {}; }
    std::size_t exchange(ByteView, std::span<std::uint8_t> response) override {
        ++commands;
        std::ranges::copy(answer_, response.begin());
        return answer_.size();
    }
    std::size_t commands = 0;

private:
    Bytes answer_;
};

TEST(CardChannel, EncodesAllFourCasesShort) {
    ScriptedCard card{{{"00 A4 00 0C", "90 00"},
                       {"00 B0 00 00 08", "01 90 00"},
                       {"00 A4 02 0C 02 01 1E", "90 00"},
                       {"00 88 00 00 02 AA BB 00", "CC 90 00"}}};
    CardChannel channel(card);
    EXPECT_TRUE(channel.transmit({0x00, 0xA4, 0x00, 0x0C}).status.ok());
    EXPECT_EQ(channel.transmit(Command::read_binary(0, 8)).data, from_hex("01"));
    EXPECT_TRUE(channel.transmit(Command::select_file(0x011E)).status.ok());
    EXPECT_EQ(channel.transmit(Command::internal_authenticate(from_hex("AA BB"), 256)).data, from_hex("CC"));
    EXPECT_TRUE(card.finished());
}

TEST(CardChannel, EncodesExtendedLengthsOnlyWhereTheyAreNeededAndBothSidesTakeThem) {
    ScriptedCard card{
        {{"00 B0 00 00 00 01 01", "01 90 00"}, {"00 B0 00 00 00 00 00", "02 90 00"}, {"00 B0 00 00 10", "90 00"}},
        kExtendedT1};
    CardChannel channel(card, {.extended_length = true});
    EXPECT_EQ(channel.transmit(Command::read_binary(0, 257)).data, from_hex("01"));
    EXPECT_EQ(channel.transmit(Command::read_binary(0, 65536)).data, from_hex("02"));
    EXPECT_TRUE(channel.transmit(Command::read_binary(0, 16)).status.ok());
    EXPECT_TRUE(card.finished());

    ScriptedCard short_card({});
    CardChannel short_channel(short_card, {.extended_length = true});
    EXPECT_EQ(short_channel.limits().response_data, 256U);
    EXPECT_THROW(short_channel.transmit(Command::read_binary(0, 257)), InvalidInput);
}

TEST(CardChannel, OverT0SendsCase4WithoutLeAndFetchesTheAnswer) {
    ScriptedCard card{{{"00 88 00 00 02 AA BB", "61 03"}, {"00 C0 00 00 03", "01 02 03 90 00"}}, kT0};
    CardChannel channel(card);
    EXPECT_EQ(channel.transmit(Command::internal_authenticate(from_hex("AA BB"), 256)).data, from_hex("01 02 03"));
    EXPECT_TRUE(card.finished());
}

TEST(CardChannel, OverT0SendsExtendedCommandsInEnvelopes) {
    const Bytes data(300, 0x55);
    const std::string whole = "00 2A 00 BE 00 01 2C " + to_hex(data);
    const Bytes bytes = from_hex(whole);
    const std::string first = "00 C2 00 00 FF " + to_hex(ByteView(bytes).first(255));
    const std::string second = "00 C2 00 00 34 " + to_hex(ByteView(bytes).subspan(255));
    ScriptedCard card{{{first, "90 00"}, {second, "90 00"}}, kT0};
    CardChannel channel(card, {.extended_length = true});
    EXPECT_TRUE(channel.transmit(Command::perform_security_operation(0x00, 0xBE, data, 0)).status.ok());
    EXPECT_TRUE(card.finished());
}

TEST(CardChannel, EndsEnvelopesWithAnEmptyOneWhereTheLastIsFull) {
    const Bytes data(510 - 7, 0x55);
    const Bytes bytes = from_hex("00 2A 00 BE 00 01 F7 " + to_hex(data));
    ScriptedCard card{{{"00 C2 00 00 FF " + to_hex(ByteView(bytes).first(255)), "90 00"},
                       {"00 C2 00 00 FF " + to_hex(ByteView(bytes).subspan(255)), "90 00"},
                       {"00 C2 00 00", "90 00"}},
                      kT0};
    CardChannel channel(card, {.extended_length = true});
    EXPECT_TRUE(channel.transmit(Command::perform_security_operation(0x00, 0xBE, data, 0)).status.ok());
    EXPECT_TRUE(card.finished());
}

TEST(CardChannel, PutsPartsAnnouncedBy61Together) {
    ScriptedCard card{
        {{"00 B0 00 00 00", "01 02 61 02"}, {"00 C0 00 00 02", "03 04 61 00"}, {"00 C0 00 00 00", "05 90 00"}}};
    CardChannel channel(card);
    EXPECT_EQ(channel.transmit(Command::read_binary(0, 256)).data, from_hex("01 02 03 04 05"));
    EXPECT_TRUE(card.finished());
}

TEST(CardChannel, AsksAgainWithTheLengthThat6CNames) {
    ScriptedCard card{{{"00 B0 00 00 00", "6C 02"}, {"00 B0 00 00 02", "01 02 90 00"}}};
    CardChannel channel(card);
    EXPECT_EQ(channel.transmit(Command::read_binary(0, 256)).data, from_hex("01 02"));
    EXPECT_TRUE(card.finished());
}

TEST(CardChannel, EndsALoopOf6C) {
    StubbornCard card("6C 05");
    CardChannel channel(card);
    EXPECT_EQ(channel.transmit(Command::read_binary(0, 256)).status, StatusWord{0x6C05});
    EXPECT_EQ(card.commands, 2U);
}

TEST(CardChannel, EndsAnEndless61) {
    StubbornCard with_data("00 61 01");
    CardChannel first(with_data);
    EXPECT_THROW(first.transmit(Command::read_binary(0, 256)), ProtocolViolation);
    EXPECT_LE(with_data.commands, CardChannel::kMaxResponseParts + 1);

    StubbornCard without_data("61 10");
    CardChannel second(without_data);
    EXPECT_THROW(second.transmit(Command::read_binary(0, 256)), ProtocolViolation);
    EXPECT_LE(without_data.commands, CardChannel::kMaxResponseParts + 1);
}

TEST(CardChannel, RefusesAResponseWithoutAStatusWord) {
    for (const std::string_view answer : {"", "90"}) {
        StubbornCard card(answer);
        CardChannel channel(card);
        EXPECT_THROW(channel.transmit(Command::read_binary(0, 256)), ProtocolViolation);
    }
}

TEST(CardChannel, ChainsLongCommandsForACardThatAnnouncesIt) {
    const Bytes data(260, 0x11);
    const std::string first = "10 2A 00 BE FF " + to_hex(ByteView(data).first(255));
    ScriptedCard card{{{first, "90 00"}, {"00 2A 00 BE 05 11 11 11 11 11", "90 00"}}};
    CardChannel channel(card, {.command_chaining = true});
    EXPECT_TRUE(channel.transmit(Command::perform_security_operation(0x00, 0xBE, data, 0)).status.ok());
    EXPECT_TRUE(card.finished());
}

TEST(CardChannel, StopsAChainAtTheFirstRefusal) {
    const Bytes data(260, 0x11);
    const std::string first = "10 2A 00 BE FF " + to_hex(ByteView(data).first(255));
    ScriptedCard card{{{first, "68 84"}}};
    CardChannel channel(card, {.command_chaining = true});
    EXPECT_EQ(channel.transmit(Command::perform_security_operation(0x00, 0xBE, data, 0)).status,
              sw::chaining_not_supported);
}

TEST(CardChannel, CountsWhatWentOverTheWire) {
    ScriptedCard card{{{"00 B0 00 00 02", "01 02 90 00"}}};
    CardChannel channel(card);
    channel.transmit(Command::read_binary(0, 2));
    EXPECT_EQ(channel.traffic().exchanges, 1U);
    EXPECT_EQ(channel.traffic().bytes_sent, 5U);
    EXPECT_EQ(channel.traffic().bytes_received, 4U);
}

}  // namespace
}  // namespace tahvil
