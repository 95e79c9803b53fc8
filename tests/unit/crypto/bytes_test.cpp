#include "crypto/bytes.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "tests/support/thrown_code.h"

namespace tahvil {
namespace {

TEST(Hex, IsReadInEitherCaseWithSpacesBetweenBytes) {
    EXPECT_EQ(from_hex("00 a4 04 0C\nff"), (Bytes{0x00, 0xA4, 0x04, 0x0C, 0xFF}));
    EXPECT_EQ(from_hex(""), Bytes{});
    EXPECT_EQ(to_hex(from_hex("00a4040cff")), "00A4040CFF");
}

TEST(Hex, WithHalfAByteOrAnotherCharacterIsRefused) {
    for (const char* text : {"0", "0 0", "00A", "0G", "0x00", "-1"})
        EXPECT_EQ(thrown_code([text] { from_hex(text); }), "input.hex") << text;
}

TEST(BigEndian, NumbersGoBothWaysAndMustFit) {
    EXPECT_EQ(to_big_endian(0x0102, 4), (Bytes{0, 0, 1, 2}));
    EXPECT_EQ(from_big_endian(Bytes{0, 0, 1, 2}), 0x0102U);
    EXPECT_EQ(from_big_endian({}), 0U);
    EXPECT_EQ(from_big_endian(Bytes(8, 0xFF)), ~std::uint64_t{0});
    EXPECT_EQ(thrown_code([] { to_big_endian(256, 1); }), "input.range");
    EXPECT_EQ(thrown_code([] { from_big_endian(Bytes(9)); }), "input.range");
}

TEST(Equality, InConstantTimeMeansTheSameAsOtherwise) {
    const Bytes a{1, 2, 3};
    EXPECT_TRUE(equal_in_constant_time(a, Bytes{1, 2, 3}));
    EXPECT_FALSE(equal_in_constant_time(a, Bytes{1, 2, 4}));
    EXPECT_FALSE(equal_in_constant_time(a, Bytes{1, 2}));
    EXPECT_TRUE(equal_in_constant_time({}, {}));
    EXPECT_TRUE(equal(a, a));
    EXPECT_FALSE(equal(a, Bytes{1, 2}));
}

TEST(Bytes, PartsAreJoinedInOrder) {
    EXPECT_EQ(concat({Bytes{1}, Bytes{}, Bytes{2, 3}}), (Bytes{1, 2, 3}));
}

TEST(SecretBytes, KeepTheirContentWhenCopiedMovedAndAssigned) {
    const SecretBytes first(Bytes{1, 2, 3});
    SecretBytes second = first;
    EXPECT_EQ(to_hex(second.view()), "010203");
    second.writable()[0] = 9;
    EXPECT_EQ(to_hex(first.view()), "010203");
    const SecretBytes third = std::move(second);
    EXPECT_EQ(to_hex(third.view()), "090203");
    SecretBytes fourth;
    EXPECT_TRUE(fourth.empty());
    fourth = third;
    EXPECT_EQ(fourth.size(), 3U);
}

TEST(SecretBytes, AreShortenedAndWhatIsCutOffIsGone) {
    SecretBytes secret(Bytes{1, 2, 3, 4});
    const std::uint8_t* const memory = secret.view().data();
    secret.truncate(2);
    EXPECT_EQ(to_hex(secret.view()), "0102");
    EXPECT_EQ(memory[2], 0);
    EXPECT_EQ(memory[3], 0);
}

TEST(SecretBytes, CanNotBePrintedOrTurnedIntoText) {
    EXPECT_FALSE((std::is_convertible_v<SecretBytes, std::string>));
    EXPECT_FALSE((std::is_convertible_v<SecretBytes, Bytes>));
    EXPECT_FALSE((std::is_convertible_v<SecretBytes, ByteView>));
}

TEST(Wipe, LeavesZeros) {
    std::array<std::uint8_t, 4> memory{1, 2, 3, 4};
    wipe(memory);
    EXPECT_TRUE(std::ranges::all_of(memory, [](std::uint8_t byte) { return byte == 0; }));
}

TEST(Describe, NamesTheOutermostCauseFirst) {
    try {
        try {
            throw MalformedData("asn1.malformed", "a length beyond the data");
        } catch (const Error&) {
            std::throw_with_nested(Error("card.unreadable", "EF.SOD"));
        }
    } catch (const Error& error) {
        EXPECT_EQ(describe(error), "EF.SOD: a length beyond the data");
        EXPECT_EQ(error.code(), "card.unreadable");
    }
}

}  // namespace
}  // namespace tahvil
