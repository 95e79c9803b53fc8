#include "daemon/cli/input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"
#include "daemon/text/time.h"

namespace tahvil::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

template <typename Call>
std::string refusal(Call call) {
    try {
        call();
    } catch (const InvalidInput& error) {
        return std::string(error.code());
    }
    return "taken";
}

std::string can(std::string_view typed) {
    return std::string(as_text(checked_can(as_bytes(typed)).view()));
}

std::vector<SecretBytes> mrz(std::initializer_list<std::string_view> typed) {
    std::vector<SecretBytes> lines;
    for (const auto line : typed) lines.emplace_back(as_bytes(line));
    return checked_mrz(lines);
}

TEST(Can, IsSixDigits) {
    EXPECT_EQ(can("123456"), "123456");
    EXPECT_EQ(can("۱۲۳۴۵۶"), "123456");
    EXPECT_EQ(can("١٢٣٤٥٦"), "123456");
    for (const auto* typed : {"", "12345", "1234567", "12345a", "12 456", "-12345"}) {
        EXPECT_EQ(refusal([&] { can(typed); }), "input.can") << typed;
    }
}

TEST(Can, IsNotRepeatedWhenItIsRefused) {
    try {
        can("98765");
        FAIL() << "taken";
    } catch (const InvalidInput& error) {
        EXPECT_THAT(error.what(), Not(HasSubstr("98765")));
        EXPECT_THAT(std::string(error.remedy()), Not(HasSubstr("98765")));
    }
}

TEST(Pin, HasFourTo32Characters) {
    const auto pin = [](std::string_view typed) { return std::string(as_text(checked_pin(as_bytes(typed)).view())); };
    EXPECT_EQ(pin("1234"), "1234");
    EXPECT_EQ(pin("۱۲۳۴"), "1234");
    for (const std::string& typed :
         {std::string("123"), std::string(33, '1'), std::string("12 34"), std::string("رمزعبور")}) {
        EXPECT_EQ(refusal([&] { pin(typed); }), "input.pin") << typed;
    }
}

// The specimens of Doc 9303 parts 4, 5 and 6.
constexpr std::string_view kPassport1 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
constexpr std::string_view kPassport2 = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

TEST(TypedMrz, TakesTheThreeSizesInAnyCase) {
    EXPECT_EQ(mrz({kPassport1, kPassport2}).size(), 2U);
    EXPECT_EQ(
        mrz({"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"})
            .size(),
        3U);
    EXPECT_EQ(mrz({"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"}).size(), 2U);
    EXPECT_EQ(as_text(mrz({kPassport1, "l898902c36uto7408122f1204159ze184226b<<<<<10"})[1].view()), kPassport2);
}

TEST(TypedMrz, FindsAMistypedDigit) {
    EXPECT_EQ(refusal([] {
                  mrz({kPassport1, "L898902C36UTO7408132F1204159ZE184226B<<<<<10"});
              }),
              "input.mrz_check_digit");
}

TEST(TypedMrz, RefusesOtherShapes) {
    EXPECT_EQ(refusal([] { mrz({}); }), "input.mrz");
    EXPECT_EQ(refusal([] { mrz({kPassport2}); }), "input.mrz");
    EXPECT_EQ(refusal([] { mrz({"P<UTO", kPassport2}); }), "input.mrz");
    EXPECT_EQ(refusal([] { mrz({kPassport1, kPassport2, kPassport2}); }), "input.mrz");
    EXPECT_EQ(refusal([] { mrz({kPassport1, "L898902C36UTO7408122F1204159ZE184226B<<<<<1 "}); }), "input.mrz");
}

TEST(DocumentNumber, IsLettersAndDigits) {
    EXPECT_EQ(checked_document_number("l898902c<"), "L898902C");
    EXPECT_EQ(checked_document_number("۱۲۳"), "123");
    for (const std::string& typed : {std::string(), std::string("<<<"), std::string("12-34"), std::string(23, 'A')}) {
        EXPECT_EQ(refusal([&] { checked_document_number(typed); }), "input.document_number") << typed;
    }
}

TEST(Expectation, GoesOutInTheFormOfTheWire) {
    EXPECT_THAT(checked_expectation("national_code=۱۲۳۴۵۶۷۸۹۱"), Pair("national_code", "1234567891"));
    EXPECT_THAT(checked_expectation("birth_date=1403-12-30"), Pair("birth_date", "2025-03-20"));
    EXPECT_THAT(checked_expectation("name=علی=رضا"), Pair("name", "علی=رضا"));
    EXPECT_THAT(checked_expectation("card_serial=AB12"), Pair("card_serial", "AB12"));
}

TEST(Expectation, IsRefusedWithItsOwnReason) {
    const auto why = [](std::string_view typed) { return refusal([&] { checked_expectation(typed); }); };
    EXPECT_EQ(why("national_code=1234567890"), "national_code.check_digit");
    EXPECT_EQ(why("birth_date=1404-12-30"), "date.no_such_day");
    for (const auto* typed : {"name=", "name=a\nb", "father=x", "name", ""})
        EXPECT_EQ(why(typed), "input.expect") << typed;
}

TEST(TypedTime, IsADateOrATime) {
    EXPECT_EQ(daemon::to_iso(checked_time("1403-12-30")), "2025-03-20T00:00:00Z");
    EXPECT_EQ(daemon::to_iso(checked_time("2025-03-20T12:30:01Z")), "2025-03-20T12:30:01Z");
    EXPECT_NE(refusal([] { checked_time("2025-03-20T25:00:00Z"); }), "taken");
    EXPECT_NE(refusal([] { checked_time("tomorrow"); }), "taken");
}

TEST(HostAndPort, TakesNamesAndNumbers) {
    EXPECT_THAT(checked_host_and_port("localhost:35963"), Pair("localhost", 35963));
    EXPECT_THAT(checked_host_and_port("[::1]:35963"), Pair("::1", 35963));
    for (const auto* typed :
         {"", "localhost", ":35963", "localhost:", "localhost:0", "localhost:65536", "localhost:x"}) {
        EXPECT_EQ(refusal([&] { checked_host_and_port(typed); }), "input.host_port") << typed;
    }
}

TEST(DataGroup, IsNumberAndFile) {
    EXPECT_THAT(checked_data_group("1=EF.DG1"), Pair(1U, "EF.DG1"));
    EXPECT_THAT(checked_data_group("16=a=b"), Pair(16U, "a=b"));
    for (const auto* typed : {"", "1", "0=x", "17=x", "1=", "=x", "-1=x", "001=x"}) {
        EXPECT_EQ(refusal([&] { checked_data_group(typed); }), "input.data_group") << typed;
    }
}

}  // namespace
}  // namespace tahvil::cli
