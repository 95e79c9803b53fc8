#include "apdu/file_reader.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "tests/support/scripted_card.h"

namespace tahvil {
namespace {

using test::ScriptedCard;

constexpr FileIdentifier kCom{0x011E, 0x1E};
constexpr WireLimits kExtended{Transmission::t1, WireLimits::kExtendedCommand, WireLimits::kExtendedResponse};

TEST(ReadFile, NeedsOneCommandForAFileThatFitsAnAnswer) {
    ScriptedCard card{{{"00 B0 9E 00 00", "60 03 01 02 03 62 82"}}};  // 7816-4, 11.3.3: less than Ne bytes were there
    CardChannel channel(card);
    EXPECT_EQ(read_file(channel, kCom), from_hex("60 03 01 02 03"));
    EXPECT_TRUE(card.finished());
}

TEST(ReadFile, GoesOnFromWhereTheFirstAnswerEnded) {
    const Bytes rest(44, 0xBB);
    const Bytes first = concat({from_hex("60 82 01 28"), Bytes(252, 0xAA)});
    ScriptedCard card{{{"00 B0 9E 00 00", to_hex(first) + "9000"}, {"00 B0 01 00 2C", to_hex(rest) + "9000"}}};
    CardChannel channel(card);
    EXPECT_EQ(read_file(channel, kCom), concat({first, rest}));
    EXPECT_TRUE(card.finished());
}

TEST(ReadFile, SelectsWhereTheCardKnowsNoShortIdentifiers) {
    ScriptedCard card{
        {{"00 B0 9E 00 00", "6A 86"}, {"00 A4 02 0C 02 01 1E", "90 00"}, {"00 B0 00 00 00", "60 01 FF 90 00"}}};
    CardChannel channel(card);
    EXPECT_EQ(read_file(channel, kCom), from_hex("60 01 FF"));
    EXPECT_TRUE(card.finished());
}

TEST(ReadFile, DoesNotSelectAFileThatIsAbsentOrClosed) {
    for (const auto* const status : {"6A 82", "69 82"}) {
        ScriptedCard card{{{"00 B0 9E 00 00", status}}};
        CardChannel channel(card);
        EXPECT_THROW(read_file(channel, kCom), CardRefused);
        EXPECT_TRUE(card.finished());
    }
}

TEST(ReadFile, AsksForTheHeaderWhereTheCardRefusesTooLongAnAnswer) {
    ScriptedCard card{{{"00 B0 9E 00 00", "67 00"},
                       {"00 B0 9E 00 08", "60 09 01 02 03 04 05 06 90 00"},
                       {"00 B0 00 08 03", "07 08 09 90 00"}}};
    CardChannel channel(card);
    EXPECT_EQ(read_file(channel, kCom), from_hex("60 09 01 02 03 04 05 06 07 08 09"));
    EXPECT_TRUE(card.finished());
}

TEST(ReadFile, StepsDownFromLongAnswersThatAreNotGivenAndRemembersIt) {
    for (const auto* const refusal : {"67 00", "62 82"}) {
        ScriptedCard card{{{"00 B0 9E 00 00 00 00", refusal},
                           {"00 B0 9E 00 00", "60 01 AA 90 00"},
                           {"00 B0 81 00 00", "61 01 BB 90 00"}},
                          kExtended};
        CardChannel channel(card, {.extended_length = true});
        EXPECT_EQ(read_file(channel, kCom), from_hex("60 01 AA"));
        EXPECT_EQ(read_file(channel, {0x0101, 0x01}), from_hex("61 01 BB"));
        EXPECT_TRUE(card.finished());
    }
}

TEST(ReadFile, DropsThePaddingBehindTheDataObject) {
    ScriptedCard card{{{"00 B0 9E 00 00", "60 01 AA 00 00 90 00"}}};
    CardChannel channel(card);
    EXPECT_EQ(read_file(channel, kCom), from_hex("60 01 AA"));
}

TEST(ReadFile, TakesTheOddInstructionBeyond32767) {
    Bytes file = concat({from_hex("75 82 80 10"), Bytes(0x8010, 0x5A)});
    const Bytes first = to_bytes(ByteView(file).first(0x8004));
    const std::string rest = to_hex(ByteView(file).subspan(0x8004));  // 16 bytes
    ScriptedCard card{
        {{"00 B0 82 00 00 00 00", to_hex(first) + "9000"}, {"00 B1 00 00 04 54 02 80 04 14", "53 10" + rest + "9000"}},
        kExtended};
    CardChannel channel(card, {.extended_length = true});
    EXPECT_EQ(read_file(channel, {0x0102, 0x02}), file);
    EXPECT_TRUE(card.finished());
}

TEST(ReadFile, RefusesALengthThatLies) {
    ScriptedCard short_file{{{"00 B0 9E 00 00", "60 50 01 62 82"}}};
    CardChannel first(short_file);
    EXPECT_THROW(read_file(first, kCom), ProtocolViolation);

    ScriptedCard huge{{{"00 B0 9E 00 00", "60 83 FF FF FF 00 90 00"}}};
    CardChannel second(huge);
    EXPECT_THROW(read_file(second, kCom), LimitExceeded);

    ScriptedCard garbage{{{"00 B0 9E 00 00", "60 85 01 90 00"}}};
    CardChannel third(garbage);
    EXPECT_THROW(read_file(third, kCom), MalformedData);
}

TEST(ReadFile, RefusesMoreThanWasAskedFor) {
    const Bytes first = concat({from_hex("60 81 FE"), Bytes(253, 1)});
    ScriptedCard card{{{"00 B0 9E 00 00", to_hex(first) + "9000"}, {"00 B0 01 00 01", "01 02 90 00"}}};
    CardChannel channel(card);
    EXPECT_THROW(read_file(channel, kCom), ProtocolViolation);
}

TEST(ReadFile, ReadsToTheEndInLimitedPieces) {
    const Bytes piece(0xF8, 0xCE);  // a national card takes no more at a time and says 6B00 behind the end
    ScriptedCard card{{{"00 A4 02 0C 02 50 40", "90 00"},
                       {"00 B0 00 00 F8", to_hex(piece) + "9000"},
                       {"00 B0 00 F8 F8", "01 02 90 00"},
                       {"00 B0 00 FA F8", "6B 00"}}};
    CardChannel channel(card);
    const Bytes file = read_file(channel, {0x5040, 0}, {.extent = FileExtent::end_of_file, .read_limit = 0xF8});
    EXPECT_EQ(file, concat({piece, from_hex("01 02")}));
    EXPECT_TRUE(card.finished());
}

TEST(ReadFile, TellsItsProgress) {
    ScriptedCard card{{{"00 B0 9E 00 00", "60 01 AA 90 00"}}};
    CardChannel channel(card);
    std::size_t done = 0;
    std::size_t size = 0;
    read_file(channel, kCom, {.progress = [&](std::size_t d, std::size_t s) { done = d, size = s; }});
    EXPECT_EQ(done, 3U);
    EXPECT_EQ(size, 3U);
}

}  // namespace
}  // namespace tahvil
