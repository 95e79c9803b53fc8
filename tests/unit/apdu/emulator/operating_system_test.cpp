#include "apdu/emulator/operating_system.h"

#include <gtest/gtest.h>

#include "apdu/atr.h"
#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"
#include "tests/unit/apdu/emulator/exchange.h"

namespace tahvil::emulator {
namespace {

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
    return bytes;
}

DedicatedFile some_files() {
    DedicatedFile application{.identifier = 0x5000,
                              .name = from_hex("A0 00 00 02 47 10 01"),
                              .files = {},
                              .directories = {},
                              .data_objects = {}};
    application.files = {{0x0101, 0x01, from_hex("61 03 01 02 03"), right::none},
                         {0x0102, 0x02, counting(70'000), right::none},
                         {0x0103, 0x03, from_hex("AA"), right::access},
                         {0x0104, 0x04, from_hex("BB"), right::pin(0x81)},
                         {0x0105, 0x00, counting(300), right::none}};
    application.data_objects[0x9F7F] = {from_hex("9F 7F 02 CA FE"), right::none};
    application.data_objects[0x5FC102] = {from_hex("53 01 30"), right::none};
    DedicatedFile master_file;
    master_file.identifier = 0x3F00;
    master_file.files = {{0x011C, 0x1C, from_hex("31 00"), right::none}};
    master_file.directories.push_back(std::move(application));
    return master_file;
}

/// Answers INS 88 with as many bytes as its data field says, and INS DA with the length of its data field.
class Talker final : public Function {
public:
    std::optional<Response> answer(const Command& command, Session&, Tally&) override {
        if (command.ins() == 0x88)
            return Response{counting(static_cast<std::size_t>(from_big_endian(command.data()))), sw::ok};
        if (command.ins() == 0xDA) return Response{to_big_endian(command.data().size(), 3), sw::ok};
        return std::nullopt;
    }
};

OperatingSystem talking_card(const LinkSettings& link = {}) {
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<Talker>());
    return {link, some_files(), std::move(functions)};
}

// ISO/IEC 7816-4, 11.2.2, tables 62 and 63.
TEST(EmulatedFiles, AreSelectedInEveryWay) {
    OperatingSystem card({}, some_files(), {});
    expect_exchanges(card, {
                               {"00 A4 04 0C 07 A0 00 00 02 47 10 01", "90 00"},  // by DF name
                               {"00 A4 04 00 07 A0 00 00 02 47 10 01 00",
                                "6F 10 82 01 38 83 02 50 00 84 07 A0 00 00 02 47 10 01 90 00"},
                               {"00 A4 04 0C 05 A0 00 00 02 47", "90 00"},           // by its beginning
                               {"00 A4 04 0C 04 A0 00 00 02", "6A 82"},              // too little of it
                               {"00 A4 04 02 07 A0 00 00 02 47 10 01 00", "6A 82"},  // there is no next one
                               {"00 A4 04 0C 07 A0 00 00 02 47 10 02", "6A 82"},
                               {"00 A4 02 0C 02 01 01", "90 00"},  // EF below the DF
                               {"00 A4 02 04 02 01 01 00", "62 0E 80 02 00 05 82 01 01 83 02 01 01 88 01 08 90 00"},
                               {"00 A4 02 0C 02 01 1C", "6A 82"},  // which is the MF's
                               {"00 A4 03 0C", "90 00"},           // to the parent
                               {"00 A4 02 0C 02 01 1C", "90 00"},
                               {"00 A4 03 0C", "6A 82"},
                               {"00 A4 01 0C 02 50 00", "90 00"},  // child DF
                               {"00 A4 00 0C 02 3F 00", "90 00"},  // the MF
                               {"00 A4 00 0C 02 50 00", "90 00"},
                               {"00 A4 00 0C", "90 00"},
                               {"00 A4 08 0C 04 50 00 01 01", "90 00"},  // path from the MF
                               {"00 B0 00 00 05", "61 03 01 02 03 90 00"},
                               {"00 A4 08 0C 04 50 01 01 01", "6A 82"},
                               {"00 B0 00 00 05", "61 03 01 02 03 90 00"},  // nothing has changed
                               {"00 A4 09 0C 02 01 05", "90 00"},           // path from the DF
                               {"00 A4 08 0C 03 50 00 01", "6A 80"},
                               {"00 A4 05 0C", "6A 86"},
                               {"00 A4 04 08 07 A0 00 00 02 47 10 01 00", "6A 86"},
                           });
}

// ISO/IEC 7816-4, 11.3.3.
TEST(EmulatedFiles, AreReadFromAnyOffsetUpToTheirEnd) {
    OperatingSystem card({}, some_files(), {});
    expect_exchanges(
        card, {
                  {"00 B0 00 00 04", "69 86"},  // no current EF
                  {"00 A4 04 0C 07 A0 00 00 02 47 10 01", "90 00"},
                  {"00 B0 81 00 00", "61 03 01 02 03 90 00"},  // short identifier 1, all there is
                  {"00 B0 81 02 08", "01 02 03 62 82"},        // the end before Le bytes
                  {"00 B0 81 05 01", "6B 00"},                 // at the end
                  {"00 B0 00 01 02", "03 01 90 00"},           // it is the current EF now
                  {"00 B0 9F 00 00", "6A 82"},
                  {"00 B0 C1 00 00", "6A 86"},
                  {"00 B0 81 00", "67 00"},  // no Le
                  {"00 A4 02 0C 02 01 02", "90 00"},
                  {"00 B0 7F FF 02", "89 8A 90 00"},
                  {"00 B1 00 00 04 54 02 80 00 04", "53 02 8A 8B 90 00"},     // odd instruction
                  {"00 B1 00 02 05 54 03 01 11 6E 05", "53 02 DC DD 62 82"},  // by short identifier, the last two bytes
                  {"00 B1 01 02 05 54 03 01 11 70 08", "6B 00"},              // by identifier, at the end
                  {"00 B1 00 00 03 54 01 00 02", "67 00"},                    // no room for DO'53'
                  {"00 B1 00 00 04 55 02 80 00 04", "6A 80"},
                  {"00 B0 83 00 01", "69 82"},  // only after BAC or PACE
                  {"00 A4 02 0C 02 01 03", "69 82"},
                  {"00 B0 84 00 01", "69 82"},        // only after the PIN,
                  {"00 A4 02 0C 02 01 04", "90 00"},  // though it may be selected
                  {"00 B0 00 00 01", "69 82"},
              });
}

TEST(EmulatedFiles, GiveDataObjectsByTag) {
    OperatingSystem card({}, some_files(), {});
    expect_exchanges(card, {{"00 CA 9F 7F 00", "6A 88"},
                            {"00 A4 04 0C 07 A0 00 00 02 47 10 01", "90 00"},
                            {"80 CA 9F 7F 00", "9F 7F 02 CA FE 90 00"},
                            {"00 CA 9F 7F 02", "6C 05"},
                            {"00 CA 9F 7F 05", "9F 7F 02 CA FE 90 00"},
                            {"00 CB 3F FF 05 5C 03 5F C1 02 00", "53 01 30 90 00"},
                            {"00 CB 3F FF 05 5C 03 5F C1 03 00", "6A 88"}});
}

TEST(EmulatedCard, RefusesWhatItDoesNotKnow) {
    OperatingSystem card({}, some_files(), {});
    expect_exchanges(card, {{"00 FE 00 00", "6D 00"},
                            {"80 FE 00 00", "6E 00"},
                            {"01 A4 00 0C", "68 81"},
                            {"04 A4 00 0C", "68 82"},
                            {"0C A4 00 0C 00", "69 88"},
                            {"00 C0 00 00 00", "6D 00"},
                            {"00 A4", "67 00"}});
}

// ISO/IEC 7816-3, 12.2: what T=0 makes of the cases.
TEST(EmulatedCard, SpeaksT0) {
    OperatingSystem card = talking_card({.link = Link::contact_t0});
    expect_exchanges(card, {
                               {"00 A4 04 0C 07 A0 00 00 02 47 10 01", "90 00"},
                               {"00 A4 02 04 02 01 01", "61 10"},  // case 4 goes without Le
                               {"00 C0 00 00 20", "6C 10"},
                               {"00 C0 00 00 10", "62 0E 80 02 00 05 82 01 01 83 02 01 01 88 01 08 90 00"},
                               {"00 C0 00 00 10", "6D 00"},           // only once
                               {"00 A4 02 04 02 01 01 00", "67 00"},  // and never with it
                               {"00 B0 81 00 00", "6C 05"},
                               {"00 B0 81 00 05", "61 03 01 02 03 90 00"},
                               {"00 88 00 00 02 01 00", "61 00"},
                               {"00 C0 00 00 FE", std::string(to_hex(counting(0xFE))) + "61 02"},
                               {"00 C0 00 00 02", "03 04 90 00"},
                               {"00 B0 00 00 00 01 01", "67 00"},  // extended fields do not exist here
                           });
}

TEST(EmulatedCard, TakesExtendedCommandsInEnvelopes) {
    OperatingSystem card = talking_card({.link = Link::contact_t0});
    EmulatedWire wire(card);
    CardChannel channel(wire, Atr::parse(card.atr()).capabilities());
    for (const std::size_t size : {256U, 500U, 501U, 503U, 756U, 1000U, 2000U})
        EXPECT_EQ(channel.require(Command(0x00, 0xDA, 0x00, 0x00, Bytes(size), 3), "PUT DATA"), to_big_endian(size, 3))
            << size;
    EXPECT_EQ(channel.require(Command(0x00, 0x88, 0x00, 0x00, from_hex("03E8"), 1000), "INTERNAL AUTHENTICATE"),
              counting(1000));
    EXPECT_THROW(channel.require(Command(0x00, 0xDA, 0x00, 0x00, Bytes(5000), 3), "PUT DATA"), CardRefused);
}

TEST(EmulatedCard, PutsChainedCommandsTogether) {
    OperatingSystem card = talking_card({.link = Link::contactless, .extended_length = false});
    expect_exchanges(card, {{"10 DA 00 00 03 01 02 03", "90 00"},
                            {"10 DA 00 00 03 01 02 03", "90 00"},
                            {"00 DA 00 00 01 04 00", "00 00 07 90 00"},
                            {"10 DA 00 00 03 01 02 03", "90 00"},
                            {"00 88 00 00 01 01 00", "68 83"},  // another command within the chain
                            {"00 88 00 00 01 01 00", "00 90 00"}});
    EmulatedWire wire(card);
    CardChannel channel(wire, Atr::parse(card.atr()).capabilities());
    EXPECT_EQ(channel.require(Command(0x00, 0xDA, 0x00, 0x00, Bytes(1000), 3), "PUT DATA"), from_hex("00 03 E8"));
    for (int i = 0; i < 257; ++i) card.respond(Command(0x10, 0xDA, 0x00, 0x00, Bytes(255)).encode(false).view());
    EXPECT_EQ(to_hex(card.respond(Command(0x10, 0xDA, 0x00, 0x00, Bytes(255)).encode(false).view())), "6700")
        << "a chain has an end";
}

TEST(EmulatedCard, GivesLongResponsesInPieces) {
    OperatingSystem card = talking_card({.link = Link::contactless, .extended_length = false});
    expect_exchanges(card, {{"00 88 00 00 02 01 2C 00", std::string(to_hex(counting(256))) + "61 2C"},
                            {"00 C0 00 00 2C", to_hex(ByteView(counting(300)).subspan(256)) + "90 00"},
                            {"00 88 00 00 01 04", "61 04"},
                            {"00 C0 00 00 04", "00 01 02 03 90 00"},
                            {"00 B0 00 00 00 01 01", "67 00"}});
    EmulatedWire wire(card);
    CardChannel channel(wire);
    EXPECT_EQ(channel.require(Command(0x00, 0x88, 0x00, 0x00, from_hex("03E8"), 256), "INTERNAL AUTHENTICATE"),
              counting(1000));
}

TEST(EmulatedCard, IsReadWholeOverEveryLink) {
    for (const Link link : {Link::contact_t0, Link::contact_t1, Link::contactless})
        for (const bool extended : {false, true}) {
            OperatingSystem card = talking_card({.link = link, .extended_length = extended});
            EmulatedWire wire(card);
            const Atr atr = Atr::parse(to_bytes(card.atr()));
            EXPECT_FALSE(atr.check_byte_wrong);
            EXPECT_EQ(atr.offers_t1, link != Link::contact_t0);
            CardChannel channel(wire);
            const Bytes stored = card.atr();
            channel.set_capabilities(Atr::parse(stored).capabilities());
            EXPECT_EQ(channel.capabilities().extended_length, extended);
            const CardCapabilities stated =
                read_atr_info(read_file(channel, {0x2F01, 0x01}, {.extent = FileExtent::end_of_file}));
            EXPECT_EQ(stated.extended_length, extended);
            EXPECT_EQ(stated.response_limit, extended ? 4096U : 0U);
            channel.set_capabilities(stated);
            channel.require(Command::select_application(from_hex("A0 00 00 02 47 10 01")), "SELECT");
            EXPECT_EQ(read_file(channel, {0x0102, 0x02}, {.extent = FileExtent::end_of_file}), counting(70'000));
            EXPECT_EQ(read_file(channel, {0x0105, 0x00}, {.extent = FileExtent::end_of_file}), counting(300));
            EXPECT_EQ(read_file(channel, {0x0101, 0x01}), from_hex("61 03 01 02 03"));
        }
}

TEST(EmulatedCard, AnswersAnyBytesWithAStatusWord) {
    OperatingSystem card = talking_card();
    std::uint32_t state = 1;
    for (int round = 0; round < 20'000; ++round) {
        Bytes command(state % 40);
        for (std::uint8_t& byte : command) {
            state = state * 1664525U + 1013904223U;
            byte = static_cast<std::uint8_t>(state >> 24U);
        }
        state = state * 1664525U + 1013904223U;
        if (command.size() > 4 && round % 2 == 0) command[0] = 0;
        if (command.size() > 4 && round % 2 == 0) command[4] = static_cast<std::uint8_t>(command.size() - 5);
        if (command.size() > 1 && round % 4 == 0)
            command[1] = std::array<std::uint8_t, 4>{0xA4, 0xB0, 0xB1, 0xCB}[state % 4];
        EXPECT_GE(card.respond(command).size(), 2U);
    }
}

}  // namespace
}  // namespace tahvil::emulator
