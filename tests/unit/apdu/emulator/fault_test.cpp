#include "apdu/emulator/fault.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/emulated_wire.h"
#include "apdu/emulator/operating_system.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"

namespace tahvil::emulator {
namespace {

std::unique_ptr<Card> card_with_a_file() {
    DedicatedFile master_file;
    master_file.files = {{0x2F00, 0x1E, Bytes(300, 0x30), right::none}};
    return std::make_unique<OperatingSystem>(LinkSettings{.extended_length = false}, std::move(master_file),
                                             std::vector<std::unique_ptr<Function>>());
}

std::string outcome(std::string_view fault) {
    MisbehavingCard card(card_with_a_file(), parse_fault(fault), system_random);
    EmulatedWire wire(card);
    CardChannel channel(wire);
    try {
        const Bytes content = read_file(channel, {0x2F00, 0x1E}, {.extent = FileExtent::end_of_file});
        return content == Bytes(300, 0x30) ? "read" : "read something else";
    } catch (const Error& error) {
        return std::string(error.code());
    }
}

TEST(Fault, IsReadByName) {
    EXPECT_EQ(parse_fault("cloned").fault, Fault::cloned);
    EXPECT_FALSE(parse_fault("cloned").is_misbehaviour());
    EXPECT_EQ(parse_fault("removed@7").fault, Fault::removed);
    EXPECT_EQ(parse_fault("removed@7").at, 7U);
    EXPECT_EQ(parse_fault("removed").at, 12U);
    for (const std::string_view name : fault_names()) EXPECT_NO_THROW(parse_fault(name));
    for (const char* const text :
         {"", "lost", "removed@", "removed@0", "removed@-1", "removed@1x", "cloned@3", "removed@99999999999999999999"})
        EXPECT_THROW(parse_fault(text), InvalidInput) << text;
}

TEST(Fault, IsNoticedByAReader) {
    EXPECT_EQ(outcome("none"), "read");
    EXPECT_EQ(outcome("endless-more"), "card.endless_response");
    EXPECT_EQ(outcome("endless-length"), "card.refused");
    EXPECT_EQ(outcome("removed@2"), "card.removed");
    EXPECT_EQ(outcome("reset@2"), "card.reset");
    EXPECT_EQ(outcome("tampered@1"), "read something else");
    EXPECT_EQ(outcome("lying-length"), "read something else");
    EXPECT_NE(outcome("truncated"), "read");
    EXPECT_NE(outcome("garbage"), "read");
}

TEST(Fault, OfRemovalAndResetHappensOnce) {
    for (const char* const fault : {"removed@2", "reset@2"}) {
        MisbehavingCard card(card_with_a_file(), parse_fault(fault), system_random);
        EXPECT_EQ(card.respond(from_hex("00 B0 9E 00 01")).size(), 3U);
        EXPECT_THROW(card.respond(from_hex("00 B0 9E 00 01")), Error);
        card.reset();
        EXPECT_EQ(card.respond(from_hex("00 B0 9E 00 01")).size(), 3U);
    }
}

}  // namespace
}  // namespace tahvil::emulator
