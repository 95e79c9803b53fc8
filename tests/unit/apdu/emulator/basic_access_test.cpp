#include "apdu/emulator/basic_access.h"

#include <gtest/gtest.h>

#include "apdu/emulator/operating_system.h"
#include "tests/unit/apdu/emulator/exchange.h"

namespace tahvil::emulator {
namespace {

const Bytes kAid = from_hex("A0 00 00 02 47 10 01");

/// A card with the numbers of Doc 9303-11, appendix D: the challenge of the card, then its half of the key seed.
OperatingSystem card_of_appendix_d() {
    DedicatedFile application;
    application.name = kAid;
    application.files = {
        {0x011E, 0x1E, from_hex("60 14 5F 01 04 30 31 30 36 5F 36 06 30 34 30 30 30 30 5C 02 61 75"), right::access}};
    DedicatedFile master_file;
    master_file.directories.push_back(application);
    std::vector<std::unique_ptr<Function>> functions;
    functions.push_back(std::make_unique<BasicAccess>(
        kAid, as_bytes("L898902C<369080619406236"),
        replay("46 08 F9 19 88 70 22 12 0B 4F 80 32 3E B3 19 1C B0 49 70 CB 40 52 79 0B")));
    return {{}, std::move(master_file), std::move(functions)};
}

constexpr const char* kSelectApplication = "00 A4 04 0C 07 A0 00 00 02 47 10 01";
constexpr const char* kAuthenticate =
    "00 82 00 00 28 72 C2 9C 23 71 CC 9B DB 65 B7 79 B8 E8 D3 7B 29 EC C1 54 AA 56 A8 79 9F AE 2F 49 8F 76 ED 92 F2 "
    "5F 14 48 EE A8 AD 90 A7 28";
constexpr const char* kSelectCom = "0C A4 02 0C 15 87 09 01 63 75 43 29 08 C0 44 F6 8E 08 BF 8B 92 D6 35 FF 24 F8 00";

TEST(BasicAccess, Doc9303Part11AppendixD3AndD4) {
    OperatingSystem card = card_of_appendix_d();
    expect_exchanges(
        card, {
                  {"00 84 00 00 08", "6D 00"},  // not before the application
                  {kSelectApplication, "90 00"},
                  {"00 B0 9E 00 04", "69 82"},
                  {"00 84 00 00 08", "46 08 F9 19 88 70 22 12 90 00"},
                  {kAuthenticate,
                   "46 B9 34 2A 41 39 6C D7 38 6B F5 80 31 04 D7 CE DC 12 2B 91 32 13 9B AF 2E ED C9 4E E1 78 53 4F "
                   "2F 2D 23 5D 07 4D 74 49 90 00"},
                  {kSelectCom, "99 02 90 00 8E 08 FA 85 5A 5D 4C 50 A8 ED 90 00"},
                  {"0C B0 00 00 0D 97 01 04 8E 08 ED 67 05 41 7E 96 BA 55 00",
                   "87 09 01 9F F0 EC 34 F9 92 26 51 99 02 90 00 8E 08 AD 55 CC 17 14 0B 2D ED 90 00"},
                  {"0C B0 00 04 0D 97 01 12 8E 08 2E A2 8A 70 F3 C7 B5 35 00",
                   "87 19 01 FB 92 35 F4 E4 03 7F 23 27 DC C8 96 4F 1F 9B 8C 30 F4 2C 8E 2F FF 22 4A 99 02 90 00 "
                   "8E 08 C8 B2 78 7E AE A0 7D 74 90 00"},
                  {"00 B0 9E 00 04", "69 82"},  // a plain command ends it
                  {"0C B0 00 00 0D 97 01 04 8E 08 ED 67 05 41 7E 96 BA 55 00", "69 88"},
              });
}

TEST(BasicAccess, RefusesAWrongMacAndForgetsTheChallenge) {
    OperatingSystem card = card_of_appendix_d();
    Bytes changed = from_hex(kAuthenticate);
    changed[5] ^= 0x01U;
    expect_exchanges(card, {{kSelectApplication, "90 00"},
                            {kAuthenticate, "69 85"},  // there was no challenge yet
                            {"00 84 00 00 08", "46 08 F9 19 88 70 22 12 90 00"},
                            {to_hex(changed), "63 00"},
                            {kAuthenticate, "69 85"}});
}

TEST(BasicAccess, EndsWithAnyByteOfAWrappedCommandChanged) {
    const Bytes genuine = from_hex(kSelectCom);
    for (std::size_t i = 5; i + 1 < genuine.size(); ++i) {
        OperatingSystem card = card_of_appendix_d();
        expect_exchanges(card, {{kSelectApplication, "90 00"}, {"00 84 00 00 08", "46 08 F9 19 88 70 22 12 90 00"}});
        ASSERT_GT(card.respond(from_hex(kAuthenticate)).size(), 2U);
        Bytes changed = genuine;
        changed[i] ^= 0x10U;
        const Bytes answer = card.respond(changed);
        EXPECT_TRUE(to_hex(answer) == "6988" || to_hex(answer) == "6987") << "byte " << i << ": " << to_hex(answer);
        EXPECT_EQ(to_hex(card.respond(genuine)), "6988") << "the session is over";
    }
}

TEST(BasicAccess, MissesTheMac) {
    OperatingSystem card = card_of_appendix_d();
    expect_exchanges(card, {{kSelectApplication, "90 00"}, {"00 84 00 00 08", "46 08 F9 19 88 70 22 12 90 00"}});
    ASSERT_GT(card.respond(from_hex(kAuthenticate)).size(), 2U);
    expect_exchanges(card, {{"0C A4 02 0C 0B 87 09 01 63 75 43 29 08 C0 44 F6 00", "69 87"}});
}

}  // namespace
}  // namespace tahvil::emulator
