#include "crypto/asn1.h"

#include <gtest/gtest.h>

#include "tests/support/thrown_code.h"

// The clauses are those of ITU-T X.690 (02/2021).

namespace tahvil::asn1 {
namespace {

using namespace std::chrono_literals;

std::string malformed(std::string_view hex, const std::function<void(Cursor&)>& read, Rules rules = Rules::der) {
    const Bytes data = from_hex(hex);
    Cursor cursor(data, rules);
    return thrown_code([&] { read(cursor); });
}

const std::function<void(Cursor&)> kRead = [](Cursor& cursor) { cursor.read(); };

TEST(Cursor, GivesElementsInOrderWithoutCopying) {
    const Bytes data = from_hex("30 06 02 01 05 04 01 AA 05 00");
    Cursor cursor(data);
    Cursor sequence = cursor.enter(Tag::sequence);
    EXPECT_EQ(sequence.read_small_integer(), 5);
    const Element octets = sequence.read(Tag::octet_string);
    EXPECT_EQ(octets.content.data(), data.data() + 7);
    EXPECT_EQ(octets.raw.size(), 3U);
    sequence.expect_end();
    EXPECT_TRUE(cursor.next_is(Tag::null));
    EXPECT_FALSE(cursor.read_if(Tag::integer));
    EXPECT_TRUE(cursor.read_if(Tag::null));
    EXPECT_TRUE(cursor.at_end());
    EXPECT_EQ(cursor.peek(), std::nullopt);
}

TEST(Cursor, X690_8_1_3_LengthsThatCanNotBeAreRefused) {
    for (const char* hex : {"", "30", "30 01", "30 81", "30 82 01", "04 02 01", "04 84 7F FF FF FF 00",
                            "04 85 00 00 00 00 01 00", "04 80 00 00", "1F 20 01 00"})
        EXPECT_EQ(malformed(hex, kRead), "asn1.malformed") << hex;
}

TEST(Cursor, X690_10_1_DerHasOneFormOfALength) {
    for (const char* hex : {"04 81 01 AA", "04 82 00 01 AA", "30 80 00 00"}) {
        EXPECT_EQ(malformed(hex, kRead), "asn1.malformed") << hex;
        EXPECT_EQ(malformed(hex, kRead, Rules::ber), "nothing was thrown") << hex;
    }
    const Bytes long_form = element(Tag::octet_string, Bytes(128));
    EXPECT_EQ(to_hex(ByteView(long_form).first(3)), "048180");
    Cursor cursor(long_form);
    EXPECT_EQ(cursor.read_octet_view().size(), 128U);
}

TEST(Cursor, X690_8_1_3_6_IndefiniteLengthsNestInBer) {
    const Bytes data = from_hex("30 80 30 80 02 01 05 00 00 04 01 AA 00 00 05 00");
    Cursor cursor(data, Rules::ber);
    Cursor outer = cursor.enter(Tag::sequence);
    Cursor inner = outer.enter(Tag::sequence);
    EXPECT_EQ(inner.read_small_integer(), 5);
    inner.expect_end();
    EXPECT_EQ(to_hex(outer.read_octets()), "AA");
    outer.expect_end();
    EXPECT_TRUE(cursor.next_is(Tag::null));
    EXPECT_EQ(malformed("30 80 02 01 05", kRead, Rules::ber), "asn1.malformed") << "no end of contents";
}

TEST(Cursor, X690_8_7_3_OctetStringsInPiecesArePutTogetherInBerOnly) {
    const auto octets = [](Cursor& cursor) { EXPECT_EQ(to_hex(cursor.read_octets()), "0102030405"); };
    EXPECT_EQ(malformed("24 80 04 02 01 02 24 05 04 03 03 04 05 00 00", octets, Rules::ber), "nothing was thrown");
    EXPECT_EQ(malformed("24 09 04 02 01 02 04 03 03 04 05", octets), "asn1.malformed");
    EXPECT_EQ(malformed("24 03 02 01 05", octets, Rules::ber), "asn1.malformed") << "a piece of another kind";
}

TEST(Cursor, NestingIsBounded) {
    Bytes data = null();
    for (unsigned i = 0; i < Cursor::kMaxDepth + 1; ++i) data = sequence({data});
    EXPECT_EQ(thrown_code([&] {
                  Cursor cursor(data);
                  while (cursor.next_is(Tag::sequence)) cursor = cursor.enter(Tag::sequence);
              }),
              "asn1.malformed");
    Bytes indefinite;
    for (int i = 0; i < 1000; ++i) append(indefinite, from_hex("30 80"));
    EXPECT_EQ(malformed(to_hex(indefinite), kRead, Rules::ber), "asn1.malformed");
    EXPECT_EQ(thrown_code([&] { departures_from_der(data); }), "asn1.malformed");
}

TEST(Cursor, AnotherElementThanExpectedIsNamedInTheMessage) {
    const Bytes data = from_hex("05 00");
    try {
        Cursor(data).read(Tag::sequence);
        FAIL();
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "ASN.1: tag 30 is expected and tag 05 is there");
    }
    EXPECT_EQ(malformed("05 00", [](Cursor& cursor) { cursor.within(cursor.read()); }), "asn1.malformed");
    EXPECT_EQ(malformed("05 00 00",
                        [](Cursor& cursor) {
                            cursor.read();
                            cursor.expect_end();
                        }),
              "asn1.malformed");
}

TEST(Integer, X690_8_3_MagnitudesAreReadWithoutLeadingZeros) {
    const auto magnitude = [](std::string_view hex, Rules rules = Rules::der) {
        const Bytes data = from_hex(hex);
        return to_hex(Cursor(data, rules).read_unsigned());
    };
    EXPECT_EQ(magnitude("02 01 00"), "00");
    EXPECT_EQ(magnitude("02 02 00 80"), "80");
    EXPECT_EQ(magnitude("02 01 7F"), "7F");
    EXPECT_EQ(magnitude("02 03 00 00 01", Rules::ber), "01");
    const auto read = [](Cursor& cursor) { cursor.read_unsigned(); };
    EXPECT_EQ(malformed("02 00", read), "asn1.malformed");
    EXPECT_EQ(malformed("02 01 80", read), "asn1.malformed") << "negative";
    EXPECT_EQ(malformed("02 02 00 7F", read), "asn1.malformed") << "not minimal";
}

TEST(Integer, SmallOnesHaveABound) {
    const auto read = [](Cursor& cursor) { EXPECT_EQ(cursor.read_small_integer(), 2147483647); };
    EXPECT_EQ(malformed("02 04 7F FF FF FF", read), "nothing was thrown");
    EXPECT_EQ(malformed("02 05 00 80 00 00 00", read), "asn1.malformed");
    EXPECT_EQ(malformed("02 05 01 00 00 00 00", read), "asn1.malformed");
}

TEST(Boolean, X690_11_1_IsFfOr00InDer) {
    const auto read = [](Cursor& cursor) { EXPECT_TRUE(cursor.read_boolean()); };
    EXPECT_EQ(malformed("01 01 FF", read), "nothing was thrown");
    EXPECT_EQ(malformed("01 01 01", read), "asn1.malformed");
    EXPECT_EQ(malformed("01 01 01", read, Rules::ber), "nothing was thrown");
    EXPECT_EQ(malformed("01 02 FF FF", read, Rules::ber), "asn1.malformed");
}

TEST(BitString, WithUnusedBitsIsNoKeyOrSignature) {
    const auto read = [](Cursor& cursor) { EXPECT_EQ(to_hex(cursor.read_bits()), "AABB"); };
    EXPECT_EQ(malformed("03 03 00 AA BB", read), "nothing was thrown");
    EXPECT_EQ(malformed("03 03 01 AA BA", read), "asn1.malformed");
    EXPECT_EQ(malformed("03 00", read), "asn1.malformed");
}

TEST(ObjectIdentifier, X690_8_19_IsTheDottedForm) {
    for (const char* dotted :
         {"1.2.840.113549.1.1.11", "2.16.840.1.101.3.4.2.1", "0.4.0.127.0.7.2.2.4.2.2", "2.999.3", "1.39.5", "2.5.4.3"})
        EXPECT_EQ(Oid::from_content(Oid(dotted).content()).dotted(), dotted);
    EXPECT_EQ(to_hex(Oid("2.999.3").content()), "883703");
    EXPECT_TRUE(Oid("1.2.840.1").starts_with(Oid("1.2.840")));
    EXPECT_FALSE(Oid("1.2.840").starts_with(Oid("1.2.840.1")));
    for (const char* text : {"", "1", "3.1", "1.40", "1..2", "1.2.", "a.b", "1.2.-3"})
        EXPECT_EQ(thrown_code([text] { Oid{text}; }), "input.oid") << text;
}

TEST(ObjectIdentifier, X690_8_19_2_ContentThatIsNoneIsRefused) {
    for (const char* hex : {"", "80", "2A80", "2A8001", "FFFFFFFFFFFFFFFFFFFF7F"})
        EXPECT_EQ(thrown_code([hex] { Oid::from_content(from_hex(hex)); }), "asn1.malformed") << hex;
    EXPECT_EQ(thrown_code([] { Oid::from_content(Bytes(65, 1)); }), "asn1.malformed");
}

Time read_time(std::string_view text, Tag tag, Rules rules = Rules::der) {
    const Bytes data = element(tag, as_bytes(text));
    return Cursor(data, rules).read_time();
}

TEST(TimeValue, X690_11_7_11_8_BothFormsAndTheCentury) {
    EXPECT_EQ(read_time("491231235959Z", Tag::utc_time), std::chrono::sys_days(2049y / 12 / 31) + 23h + 59min + 59s);
    EXPECT_EQ(read_time("500101000000Z", Tag::utc_time), std::chrono::sys_days(1950y / 1 / 1));
    EXPECT_EQ(read_time("20500101000000Z", Tag::generalized_time), std::chrono::sys_days(2050y / 1 / 1));
    EXPECT_EQ(read_time("20240229000000.5Z", Tag::generalized_time), std::chrono::sys_days(2024y / 2 / 29));
    EXPECT_EQ(read_time("2402290000Z", Tag::utc_time, Rules::ber), std::chrono::sys_days(2024y / 2 / 29));
}

TEST(TimeValue, WhatDoesNotExistOrHasNoZoneIsRefused) {
    for (const char* text : {"230229000000Z", "231301000000Z", "230100000000Z", "230101240000Z", "230101006000Z",
                             "230101000000", "230101000000+0100", "2301010000Z", "23010100000Z", "23 101000000Z", ""})
        EXPECT_EQ(thrown_code([text] { read_time(text, Tag::utc_time); }), "asn1.malformed") << text;
    EXPECT_EQ(thrown_code([] { read_time("20230101000000Z", Tag::octet_string); }), "asn1.malformed");
}

TEST(Writing, GivesDer) {
    EXPECT_EQ(to_hex(integer(0)), "020100");
    EXPECT_EQ(to_hex(integer(127)), "02017F");
    EXPECT_EQ(to_hex(integer(128)), "02020080");
    EXPECT_EQ(to_hex(unsigned_integer(Bytes{0, 0, 0x80})), "02020080");
    EXPECT_EQ(to_hex(boolean(true)), "0101FF");
    EXPECT_EQ(to_hex(null()), "0500");
    EXPECT_EQ(to_hex(bit_string(Bytes{0xAA})), "030200AA");
    EXPECT_EQ(to_hex(utf8_string("é")), "0C02C3A9");
    EXPECT_EQ(to_hex(element(context_constructed(0), integer(1))), "A003020101");
    EXPECT_EQ(to_hex(set_of({integer(2), integer(1)})), "3106020101020102") << "11.6: sorted";
}

TEST(Writing, TimesAreInTheFormOfTheirCentury) {
    for (const auto at : {std::chrono::sys_seconds(std::chrono::sys_days(2049y / 12 / 31)),
                          std::chrono::sys_seconds(std::chrono::sys_days(2050y / 1 / 1))}) {
        const Bytes written = time(at);
        EXPECT_EQ(Cursor(written).read_time(), at);
        EXPECT_EQ(*Cursor(written).peek(),
                  at < std::chrono::sys_days(2050y / 1 / 1) ? Tag::utc_time : Tag::generalized_time);
    }
}

TEST(Departures, AreNamedOneByOne) {
    EXPECT_FALSE(departures_from_der(sequence({integer(1), octet_string(Bytes(200))})).any());
    EXPECT_TRUE(departures_from_der(from_hex("30 80 02 01 05 00 00")).indefinite_length);
    EXPECT_TRUE(departures_from_der(from_hex("30 81 03 02 01 05")).long_form_length);
    EXPECT_TRUE(departures_from_der(from_hex("30 04 02 81 01 05")).long_form_length) << "within";
    EXPECT_TRUE(departures_from_der(from_hex("30 05 24 03 04 01 AA")).string_in_pieces);
    EXPECT_EQ(thrown_code([] { departures_from_der(from_hex("05 00 05 00")); }), "asn1.malformed");
}

}  // namespace
}  // namespace tahvil::asn1
