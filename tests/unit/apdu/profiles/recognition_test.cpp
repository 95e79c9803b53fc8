#include "apdu/profiles/recognition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/applets/certificate_card/card_files.h"
#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "apdu/profiles/reader.h"
#include "tests/support/scripted_card.h"
#include "tests/support/thrown_code.h"

namespace tahvil::profiles {
namespace {

using test::ScriptedCard;
using testing::UnorderedElementsAre;
using Outcome = Recognition::Outcome;

/// A card of one application with one file, as an operator would write it.
Profile card(const std::string& name, const std::string& aid, const std::string& more = {}) {
    return read_profile("name = \"" + name + "\"\ntitle = \"\"\nconfirmed = true\nsource = \"made up\"\n" +
                            "layout = \"files\"\n" + more + "\n[[application]]\nname = \"id\"\naid = \"" + aid +
                            "\"\n[[application.file]]\nname = \"file\"\npath = [\"0101\"]\nencoding = \"ber_tlv\"\n",
                        name + ".toml");
}

Catalogue catalogue(std::vector<Profile> profiles) {
    Catalogue all;
    for (Profile& profile : profiles) all.add(std::move(profile));
    return all;
}

const Bytes kAtr = from_hex("3B 80 80 01 01");

TEST(Recognition, TriesWhatTheAnswerToResetHintsAtFirst) {
    const Catalogue known =
        catalogue({card("alpha", "F0000000A1"), card("beta", "F0000000B1", "atrs = [\"3B80800101\"]")});
    ScriptedCard wire(ScriptedCard::Script{{"00 A4 04 0C 05 F0000000B1", "9000"}});
    CardChannel channel(wire);
    const Recognition found = recognise(channel, kAtr, known);
    ASSERT_EQ(found.outcome, Outcome::recognised);
    EXPECT_EQ(found.profile->name, "beta");
    EXPECT_TRUE(wire.finished());
}

TEST(Recognition, SelectsWhatTheDirectoryFileListsInFull) {
    const Catalogue known = catalogue({card("alpha", "F0000000A1"), card("beta", "F0000000B1")});
    ScriptedCard wire(
        ScriptedCard::Script{{"00 B0 9E 00 00", "61 08 4F 06 F0000000B102 6282"},  // EF.DIR, the AID with its version
                             {"00 A4 04 0C 05 F0000000B1", "9000"}});
    CardChannel channel(wire);
    EXPECT_EQ(recognise(channel, kAtr, known).profile->name, "beta");
    EXPECT_TRUE(wire.finished());
}

TEST(Recognition, GoesThroughTheOthersInTheirOrderAndStops) {
    const Catalogue known =
        catalogue({card("alpha", "F0000000A1", "order = 3"), card("beta", "F0000000B1", "order = 1"),
                   card("gamma", "F0000000C1", "order = 2")});
    ScriptedCard wire(
        {{"00 B0 9E 00 00", "6A82"}, {"00 A4 04 0C 05 F0000000B1", "6A82"}, {"00 A4 04 0C 05 F0000000C1", "9000"}});
    CardChannel channel(wire);
    EXPECT_EQ(recognise(channel, kAtr, known).profile->name, "gamma");
    EXPECT_TRUE(wire.finished());
}

TEST(Recognition, OfNoProfileSendsOnlyAidsOfProfiles) {
    const Catalogue known = catalogue({card("alpha", "F0000000A1")});
    ScriptedCard wire(
        ScriptedCard::Script{{"00 B0 9E 00 00", "61 07 4F 05 F0000000FF 9000"}, {"00 A4 04 0C 05 F0000000A1", "6A82"}});
    CardChannel channel(wire);
    EXPECT_EQ(recognise(channel, kAtr, known).outcome, Outcome::none);
    EXPECT_TRUE(wire.finished());
}

TEST(Recognition, OfTwoProfilesIsAmbiguous) {
    const Catalogue known = catalogue({card("alpha", "F0000000A1"), card("beta", "F0000000B1")});
    ScriptedCard wire(ScriptedCard::Script{{"00 B0 9E 00 00", "61 07 4F 05 F0000000A1 61 07 4F 05 F0000000B1 9000"}});
    CardChannel channel(wire);
    const Recognition found = recognise(channel, kAtr, known);
    EXPECT_EQ(found.outcome, Outcome::ambiguous);
    EXPECT_THAT(found.candidates, UnorderedElementsAre("alpha", "beta"));

    const Catalogue same = catalogue({card("alpha", "F0000000A1"), card("beta", "F0000000A1")});
    ScriptedCard other(ScriptedCard::Script{{"00 B0 9E 00 00", "6A82"}, {"00 A4 04 0C 05 F0000000A1", "9000"}});
    CardChannel to_other(other);
    EXPECT_EQ(recognise(to_other, kAtr, same).outcome, Outcome::ambiguous);
}

TEST(Recognition, TakesTheSpecialCaseOfTwoProfiles) {
    const Catalogue known =
        catalogue({card("alpha", "F0000000A1"), card("beta", "F0000000B1", "before = [\"alpha\"]")});
    ScriptedCard wire(ScriptedCard::Script{{"00 B0 9E 00 00", "61 07 4F 05 F0000000A1 61 07 4F 05 F0000000B1 9000"},
                                           {"00 A4 04 0C 05 F0000000B1", "9000"}});
    CardChannel channel(wire);
    EXPECT_EQ(recognise(channel, kAtr, known).profile->name, "beta");
}

TEST(CardFiles, ReportACardThatChangesItsMind) {
    const Profile two = read_profile(
        "name = \"two\"\ntitle = \"\"\nconfirmed = true\nsource = \"\"\nlayout = \"files\"\n"
        "[[application]]\nname = \"a\"\naid = \"F0000000A1\"\n"
        "[[application.file]]\nname = \"in_a\"\npath = [\"0101\"]\n"
        "[[application]]\nname = \"b\"\naid = \"F0000000B1\"\n"
        "[[application.file]]\nname = \"in_b\"\npath = [\"0102\"]\n",
        "two.toml");
    ScriptedCard wire(ScriptedCard::Script{{"00 A4 04 0C 05 F0000000B1", "9000"},
                                           {"00 A4 02 0C 02 0102", "9000"},
                                           {"00 B0 00 00 00", "30 01 00 9000"},
                                           {"00 A4 04 0C 05 F0000000A1", "6A82"}});  // by which it was recognised
    CardChannel channel(wire);
    certificate_card::CardFiles files(channel, two, two.applications.front());
    EXPECT_EQ(files.read(*two.file("in_b")), from_hex("30 01 00"));
    EXPECT_EQ(thrown_code([&] { files.read(*two.file("in_a")); }), "card.changed_its_mind");
    EXPECT_TRUE(wire.finished());
}

TEST(CardFiles, ReadInPiecesOfTheLimitUntil6B00) {
    const Profile limited = card("limited", "F0000000A1", "read_limit = 4");
    Profile profile = limited;
    profile.files.front().extent = Extent::end;
    ScriptedCard wire(ScriptedCard::Script{{"00 A4 02 0C 02 0101", "9000"},
                                           {"00 B0 00 00 04", "01 02 03 04 9000"},
                                           {"00 B0 00 04 04", "6C 02"},
                                           {"00 B0 00 04 02", "05 06 9000"},
                                           {"00 B0 00 06 04", "6B00"}});
    CardChannel channel(wire);
    certificate_card::CardFiles files(channel, profile, profile.applications.front());
    EXPECT_EQ(files.read(profile.files.front()), from_hex("01 02 03 04 05 06"));
    EXPECT_TRUE(wire.finished());
}

}  // namespace
}  // namespace tahvil::profiles
