#include "apdu/access/fingerprint.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/emulator/fingers.h"
#include "tests/support/scripted_card.h"
#include "tests/support/thrown_code.h"

namespace tahvil::fingerprint {
namespace {

const profiles::Fingerprint kFinger{"id", 0x21, 2, 80, true, false};

TEST(Fingerprint, IsSentInAVerificationTemplate) {
    // VERIFY, INS 21: DO'7F2E' with the minutiae in DO'81' (ISO/IEC 7816-11, 5).
    test::ScriptedCard card{{{"00 21 00 21 0B 7F2E 08 81 06 102041 304042", "63 C2"}}};
    CardChannel channel(card);
    const pin::Answer answer = verify(channel, kFinger, from_hex("102041 304042"));
    EXPECT_EQ(answer.outcome, pin::Outcome::wrong);
    EXPECT_EQ(answer.tries_left, 2U);
    EXPECT_TRUE(card.finished());
}

TEST(Fingerprint, OfManyMinutiaeHasLengthsInLongForm) {
    const std::string minutiae = to_hex(Bytes(60 * kMinutiaSize, 0x5A));
    test::ScriptedCard card{{{"00 21 00 21 BB 7F2E 81 B7 81 81 B4" + minutiae, "90 00"}}};
    CardChannel channel(card);
    EXPECT_EQ(verify(channel, kFinger, from_hex(minutiae)).outcome, pin::Outcome::accepted);
}

TEST(Fingerprint, IsToldOfByTheCard) {
    // GET DATA of DO'7F61' (ISO/IEC 7816-11, 7).
    const std::string group =
        "7F61 24  02 01 02"
        "  7F60 0D  83 01 20  A1 08  81 01 08  B1 03 02 01 01"
        "  7F60 0E  83 01 21  A1 09  82 01 05  B1 04 81 02 0C 3C";
    test::ScriptedCard card{{{"00 CB 3F FF 04 5C 02 7F61 00", group + " 90 00"}}};
    CardChannel channel(card);
    const auto information = read_information(channel, kFinger);
    ASSERT_TRUE(information.has_value());
    EXPECT_EQ(information->position, 0x05);
    EXPECT_EQ(information->least, 12U);
    EXPECT_EQ(information->most, 60U);
    EXPECT_EQ(thrown_code([&] { require_size(Bytes(11 * kMinutiaSize), kFinger, information); }), "access.fingerprint");
    EXPECT_EQ(thrown_code([&] { require_size(Bytes(61 * kMinutiaSize), kFinger, information); }), "access.fingerprint");
    EXPECT_EQ(thrown_code([&] { require_size(Bytes(40), kFinger, information); }), "access.fingerprint");
    EXPECT_NO_THROW(require_size(Bytes(20 * kMinutiaSize), kFinger, information));
    EXPECT_NO_THROW(require_size(Bytes(2 * kMinutiaSize), kFinger, std::nullopt));
}

TEST(Fingerprint, InformationThatIsNoneIsRefused) {
    for (const char* object :
         {"", "7F60", "7F61 03 7F60 05", "30 00", "7F60 08 A1 06 B1 04 81 02 3C 0C", "7F60 04 83 02 00 01"})
        EXPECT_THROW(parse_information(from_hex(object)), MalformedData) << object;
}

TEST(Fingerprint, EmulatedOneMatchesItselfAndNoOther) {
    const auto finger = emulator::draw_finger(system_random);
    const auto other = emulator::draw_finger(system_random);
    const auto matches = [&](const std::vector<emulator::Minutia>& shown) {
        emulator::Fingers card({0x21, finger});
        emulator::DedicatedFile nothing;
        emulator::Session session(nothing);
        emulator::Tally tally;
        const Bytes minutiae = emulator::write_minutiae(shown);
        const Command command(0x00, 0x21, 0x00, 0x21,
                              concat({from_hex("7F2E"), Bytes{static_cast<std::uint8_t>(minutiae.size() + 2)},
                                      from_hex("81"), Bytes{static_cast<std::uint8_t>(minutiae.size())}, minutiae}));
        return card.answer(command, session, tally)->status;
    };
    EXPECT_EQ(matches(emulator::seen_again(finger, system_random)), sw::ok);
    EXPECT_EQ(matches(emulator::seen_again(other, system_random)), StatusWord{0x63C2});
}

}  // namespace
}  // namespace tahvil::fingerprint
