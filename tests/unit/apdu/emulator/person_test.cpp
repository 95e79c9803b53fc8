#include "apdu/emulator/person.h"

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::emulator {
namespace {

using namespace std::chrono_literals;

constexpr auto kToday = 2026y / 11 / 22;

TEST(Person, IsASpecimenOfUtopiaByDefault) {
    const Person person = specimen_person(kToday);
    EXPECT_EQ(mrz::format(mrz_of(person)),
              "I<UTOSPECIMEN131234567891<<<<<"
              "9003211F3111220UTO<<<<<<<<<<<6"
              "NEMUNEH<<SPECIMEN<<<<<<<<<<<<<");
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (person.national_code[static_cast<std::size_t>(i)] - '0') * (10 - i);
    const int rest = sum % 11;
    EXPECT_EQ(person.national_code[9] - '0', rest < 2 ? rest : 11 - rest) << "the check digit of a national code";
    EXPECT_EQ(years_later(2024y / 2 / 29, 5), 2029y / 2 / 28);
}

TEST(Person, IsReadFromAFile) {
    const Person person = read_person(R"(
        family_name = "ERIKSSON"
        given_name = "ANNA MARIA"
        persian_family_name = "اریکسون"
        persian_given_name = "آنا"
        national_code = "0012345679"
        birth_date = "1974-08-12"
        sex = "X"
        document_number = "D23145890"
        expiry_date = "2030-04-15"
        card_access_number = "654321"
        portrait = "anna.jpg"
    )",
                                      "person.toml", specimen_person(kToday));
    EXPECT_EQ(person.family_name, "ERIKSSON");
    EXPECT_EQ(person.persian_family_name, "اریکسون");
    EXPECT_EQ(person.national_code, "0012345679");
    EXPECT_EQ(person.birth_date, 1974y / 8 / 12);
    EXPECT_EQ(person.expiry_date, 2030y / 4 / 15);
    EXPECT_EQ(person.sex, '<');
    EXPECT_EQ(person.issuing_state, "UTO") << "as in the specimen";
    EXPECT_EQ(person.card_access_number, "654321");
    EXPECT_EQ(person.portrait_file, "anna.jpg");
}

TEST(Person, NamesThePlaceOfASlip) {
    const auto complaint = [](const char* toml) {
        try {
            read_person(toml, "person.toml", specimen_person(kToday));
            return std::string();
        } catch (const InvalidInput& error) {
            return std::string(error.what());
        }
    };
    EXPECT_NE(complaint("birth_date = \"1974-02-30\"").find("person.toml:1"), std::string::npos);
    EXPECT_NE(complaint("\nnational_code = \"123\"").find("person.toml:2"), std::string::npos);
    EXPECT_NE(complaint("family_name = \"Eriksson\"").find("family_name"), std::string::npos);
    EXPECT_NE(complaint("sex = \"W\"").find("sex"), std::string::npos);
    EXPECT_NE(complaint("colour = \"red\"").find("colour"), std::string::npos);
    EXPECT_EQ(complaint(""), "");
}

}  // namespace
}  // namespace tahvil::emulator
