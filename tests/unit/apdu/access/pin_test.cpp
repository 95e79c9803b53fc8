#include "apdu/access/pin.h"

#include <gtest/gtest.h>

#include "apdu/card_channel.h"
#include "apdu/error.h"
#include "tests/support/scripted_card.h"
#include "tests/support/thrown_code.h"

namespace tahvil::pin {
namespace {

using profiles::PinFormat;
using test::ScriptedCard;

profiles::Pin ascii() {
    profiles::Pin pin;
    pin.reference = 0x80;
    pin.shortest = 4;
    pin.longest = 8;
    pin.block = 8;
    return pin;
}

ByteView typed(const char* characters) {
    return as_bytes(characters);
}

std::string hex(const SecretBytes& bytes) {
    return to_hex(bytes.view());
}

TEST(PinBlock, IsPaddedInEachFormat) {
    profiles::Pin pin = ascii();
    EXPECT_EQ(hex(block(pin, typed("12345"))), "3132333435FFFFFF");
    pin.format = PinFormat::bcd;
    pin.block = 4;
    EXPECT_EQ(hex(block(pin, typed("12345"))), "12345FFF");
    pin.format = PinFormat::iso_9564;
    pin.block = 8;
    EXPECT_EQ(hex(block(pin, typed("1234"))), "241234FFFFFFFFFF");  // ISO 9564-1, format 2
    pin = ascii();
    pin.block = 0;
    EXPECT_EQ(hex(block(pin, typed("1234"))), "31323334");
}

TEST(PinBlock, RefusesWhatCanNotBeThisCardsPin) {
    profiles::Pin pin = ascii();
    EXPECT_EQ(thrown_code([&] { block(pin, typed("123")); }), "access.pin_length");
    EXPECT_EQ(thrown_code([&] { block(pin, typed("123456789")); }), "access.pin_length");
    pin.format = PinFormat::bcd;
    EXPECT_EQ(thrown_code([&] { block(pin, typed("12a4")); }), "access.pin_characters");
    EXPECT_EQ(thrown_code([&] { unblocking_block(pin, typed("12345678")); }), "access.no_unblocking");
}

TEST(PinQuery, IsSentOnlyWhereTheProfileSaysThatItIsOne) {
    profiles::Profile profile;
    profiles::Pin pin = ascii();
    ScriptedCard silent({});
    CardChannel to_silent(silent);
    EXPECT_TRUE(at_last_try(query(to_silent, profile, pin)));  // what is not known counts as the last

    pin.empty_verify_queries = true;
    ScriptedCard wire({{"00 20 00 80", "63 C2"}, {"00 20 00 80", "63 C1"}, {"00 20 00 80", "69 83"}});
    CardChannel channel(wire);
    EXPECT_FALSE(at_last_try(query(channel, profile, pin)));
    EXPECT_TRUE(at_last_try(query(channel, profile, pin)));
    EXPECT_TRUE(query(channel, profile, pin).blocked);
    EXPECT_TRUE(wire.finished());
}

TEST(Pin, IsVerifiedChangedAndUnblocked) {
    profiles::Pin pin = ascii();
    pin.unblocking = profiles::Unblocking{8, 8, 8, true};
    ScriptedCard wire({{"00 20 00 80 08 31323334FFFFFFFF", "63 C2"},
                       {"00 24 00 80 10 31323334FFFFFFFF 35363738FFFFFFFF", "9000"},
                       {"00 2C 00 80 10 3837363534333231 35363738FFFFFFFF", "63 C9"}});
    CardChannel channel(wire);
    const Answer wrong = verify(channel, pin, typed("1234"));
    EXPECT_EQ(wrong.outcome, Outcome::wrong);
    EXPECT_EQ(wrong.tries_left, 2U);
    EXPECT_EQ(change(channel, pin, typed("1234"), typed("5678")).outcome, Outcome::accepted);
    EXPECT_EQ(unblock(channel, pin, typed("87654321"), typed("5678")).tries_left, 9U);
    EXPECT_TRUE(wire.finished());
}

TEST(Pin, ThatIsATransportPinIsToldApartFromAWrongOne) {
    const profiles::Pin pin = ascii();
    ScriptedCard wire({{"00 20 00 80 08 31323334FFFFFFFF", "69 84"}, {"00 20 00 80 08 31323334FFFFFFFF", "6D 00"}});
    CardChannel channel(wire);
    EXPECT_EQ(verify(channel, pin, typed("1234")).outcome, Outcome::needs_change);
    EXPECT_THROW(verify(channel, pin, typed("1234")), CardRefused);
}

}  // namespace
}  // namespace tahvil::pin
