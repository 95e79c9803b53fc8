#include "apdu/applets/mrz.h"

#include <gmock/gmock.h>

#include "crypto/error.h"

namespace tahvil::mrz {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// The specimens of Doc 9303-5, -6 and -4.
const std::string kTd1 =
    "I<UTOD231458907<<<<<<<<<<<<<<<"
    "7408122F1204159UTO<<<<<<<<<<<6"
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
const std::string kTd2 =
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<"
    "D231458907UTO7408122F1204159<<<<<<<6";
const std::string kTd3 =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10";

TEST(Mrz, ReadsTheThreeSpecimens) {
    for (const std::string& text : {kTd1, kTd2, kTd3}) {
        const Mrz mrz = parse(text);
        EXPECT_EQ(mrz.issuing_state, "UTO");
        EXPECT_EQ(mrz.primary_identifier, "ERIKSSON");
        EXPECT_EQ(mrz.secondary_identifier, "ANNA MARIA");
        EXPECT_EQ(mrz.birth_date, "740812");
        EXPECT_EQ(mrz.expiry_date, "120415");
        EXPECT_EQ(mrz.sex, 'F');
        EXPECT_EQ(mrz.nationality, "UTO");
        EXPECT_THAT(mrz.wrong_check_digits, IsEmpty());
        EXPECT_EQ(format(mrz), text);
    }
    EXPECT_EQ(parse(kTd1).document_number, "D23145890");
    EXPECT_EQ(parse(kTd1).document_code, "I");
    EXPECT_EQ(parse(kTd3).document_number, "L898902C3");
    EXPECT_EQ(parse(kTd3).optional_data, "ZE184226B");
}

TEST(Mrz, NamesTheCheckDigitsThatAreWrong) {
    std::string changed = kTd3;
    changed[44] = 'M';
    EXPECT_THAT(parse(changed).wrong_check_digits, ElementsAre("document_number", "composite"));
    changed = kTd1;
    changed[30] = '8';
    EXPECT_THAT(parse(changed).wrong_check_digits, ElementsAre("birth_date", "composite"));
    changed = kTd3;
    changed[72] = 'Y';
    EXPECT_THAT(parse(changed).wrong_check_digits, ElementsAre("personal_number", "composite"));
}

// Doc 9303-5, 4.2.2, note j.
TEST(Mrz, PutsALongDocumentNumberTogether) {
    Mrz mrz = parse(kTd1);
    mrz.document_number = "D23145890734";
    mrz.optional_data = "AB";
    const std::string text = format(mrz);
    EXPECT_EQ(text.substr(0, 30), "I<UTOD23145890<7349<AB<<<<<<<<");
    const Mrz read = parse(text);
    EXPECT_EQ(read.document_number, "D23145890734");
    EXPECT_EQ(read.optional_data, "AB");
    EXPECT_THAT(read.wrong_check_digits, IsEmpty());
}

TEST(Mrz, RefusesWhatIsNone) {
    EXPECT_THROW(parse(""), MalformedData);
    EXPECT_THROW(parse(kTd1.substr(1)), MalformedData);
    std::string lower = kTd1;
    lower[70] = 'a';
    EXPECT_THROW(parse(lower), MalformedData);
    EXPECT_THROW(parse(std::string(90, '\n')), MalformedData);
    EXPECT_NO_THROW(parse(std::string(90, '<')));
    EXPECT_NO_THROW(parse(std::string(72, '<')));
    Mrz mrz = parse(kTd3);
    mrz.document_number = "L898902C3X";
    EXPECT_THROW(format(mrz), InvalidInput);
    mrz = parse(kTd1);
    mrz.nationality = "utо";
    EXPECT_THROW(format(mrz), InvalidInput);
}

TEST(Mrz, GivesTwoDigitYearsTheirCentury) {
    constexpr auto today = 2026y / 11 / 22;
    EXPECT_EQ(birth_date("261122", today), 2026y / 11 / 22);
    EXPECT_EQ(birth_date("261123", today), 1926y / 11 / 23);
    EXPECT_EQ(birth_date("740812", today), 1974y / 8 / 12);
    EXPECT_EQ(birth_date("000229", today), 2000y / 2 / 29);
    EXPECT_EQ(birth_date("7408<<", today), std::nullopt);
    EXPECT_EQ(birth_date("740230", today), std::nullopt);
    EXPECT_EQ(expiry_date("351231"), 2035y / 12 / 31);
    EXPECT_EQ(expiry_date("350931"), std::nullopt);
    EXPECT_EQ(date(2005y / 3 / 7), "050307");
}

}  // namespace
}  // namespace tahvil::mrz
