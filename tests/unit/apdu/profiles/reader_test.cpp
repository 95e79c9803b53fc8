#include "apdu/profiles/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apdu/profiles/catalogue.h"
#include "apdu/profiles/words.h"
#include "crypto/error.h"

namespace tahvil::profiles {
namespace {

using testing::HasSubstr;

constexpr std::string_view kWhole = R"(name = "utopia"
title = "Card of Utopia"
confirmed = false
source = "made up"
layout = "files"
country = "UTO"
atrs = ["3B00"]
quirks = ["select_drops_login"]
read_limit = 0xF8
[[application]]
name = "id"
aid = "F07574706961"
[[application.file]]
name = "certificate"
path = ["3F00", "5040"]
encoding = "x509"
[[application.file]]
name = "person"
path = ["0101"]
encoding = "ber_tlv"
[application.file.fields]
national_code = 0x5F10
[[application.file]]
name = "person_signature"
path = ["0102"]
extent = "end"
[[certificate]]
name = "card"
file = "certificate"
[certificate.carries]
name = "2.5.4.3"
[[pin]]
name = "pin"
application = "id"
reference = 0x01
format = "ascii"
shortest = 4
longest = 8
block = 8
[[signed_file]]
name = "person"
covers = ["person"]
signature = "person_signature"
certificate = "card"
[[chip_proof]]
method = "internal_authenticate"
application = "id"
certificate = "card"
key = 0x82
)";

/// The whole profile with one line of it changed.
std::string with(std::string_view line, std::string_view changed) {
    std::string text{kWhole};
    const auto at = text.find(std::string(line) + "\n");
    EXPECT_NE(at, std::string::npos) << line;
    return text.replace(at, line.size(), changed);
}

std::string refusal(const std::string& text) {
    try {
        read_profile(text, "utopia.toml");
    } catch (const InvalidInput& error) {
        return error.what();
    }
    return "accepted";
}

TEST(ProfileReader, ReadsEverythingThatAProfileSays) {
    const Profile profile = read_profile(kWhole, "utopia.toml");
    EXPECT_EQ(profile.name, "utopia");
    EXPECT_FALSE(profile.confirmed);
    EXPECT_EQ(profile.layout, Layout::files);
    EXPECT_EQ(profile.read_limit, 0xF8U);
    EXPECT_TRUE(profile.has(Quirk::select_drops_login));
    ASSERT_NE(profile.application("id"), nullptr);
    EXPECT_EQ(profile.application("id")->aid, from_hex("F07574706961"));
    ASSERT_NE(profile.file("person"), nullptr);
    EXPECT_EQ(profile.file("person")->fields.at(Meaning::national_code), 0x5F10U);
    EXPECT_EQ(profile.file("certificate")->path, (std::vector<std::uint16_t>{0x3F00, 0x5040}));
    EXPECT_EQ(profile.certificate("card")->carries.at(Meaning::name), "2.5.4.3");
    EXPECT_EQ(profile.pin("pin")->longest, 8);
    EXPECT_EQ(profile.holder_pin(), nullptr);
    EXPECT_EQ(profile.proofs.front().method, ChipProof::internal_authenticate);
    EXPECT_EQ(profile.proofs.front().key, 0x82);
}

struct Slip {
    const char* line;
    const char* changed;
    const char* place;  ///< line and key, as the error tells them
};

class ProfileWithASlip : public testing::TestWithParam<Slip> {};

TEST_P(ProfileWithASlip, IsRefusedWithThePlace) {
    EXPECT_THAT(refusal(with(GetParam().line, GetParam().changed)),
                HasSubstr(std::string("utopia.toml:") + GetParam().place));
}

INSTANTIATE_TEST_SUITE_P(
    Slips, ProfileWithASlip,
    testing::Values(Slip{"title = \"Card of Utopia\"", "titel = \"Card of Utopia\"", "1"},
                    Slip{"country = \"UTO\"", "country = \"UTO\"\ncolour = \"red\"", "7:"},
                    Slip{"country = \"UTO\"", "country = \"utopia\"", "6:"},
                    Slip{"aid = \"F07574706961\"", "aid = \"F0757470696\"", "12:1: application[0].aid: "},
                    Slip{"aid = \"F07574706961\"", "aid = \"F0757470\"", "12:1: application[0].aid: it has 4 bytes"},
                    Slip{"read_limit = 0xF8", "read_limit = 300", "9:1: read_limit: the card's responses"},
                    Slip{"path = [\"0101\"]", "path = [\"010\"]", "19:"},
                    Slip{"path = [\"0101\"]", "path = [\"0101\"]\nobject = 0x5FC102", "19:"},
                    Slip{"extent = \"end\"", "extent = \"end\"\nmax_bytes = 32769",
                         "27:1: application[0].file[2].max_bytes: the card's files"},
                    Slip{"longest = 8", "longest = 9", "38:1: pin[0].longest: 9 characters do not fit"},
                    Slip{"format = \"ascii\"", "format = \"morse\"", "36:1: pin[0].format: \"morse\""},
                    Slip{"quirks = [\"select_drops_login\"]", "quirks = [\"bites\"]", "8:"},
                    Slip{"signature = \"person_signature\"", "signature = \"persons_signature\"",
                         "43:1: signed_file[0].signature: there is no file"},
                    Slip{"file = \"certificate\"", "file = \"person\"",
                         "29:1: certificate[0].file: it is no file with"},
                    Slip{"name = \"2.5.4.3\"", "name = \"common name\"", "31:1: certificate[0].carries.name: "},
                    Slip{"key = 0x82", "key = 0x182", "49:1: chip_proof[0].key"},
                    Slip{"certificate = \"card\"\nkey = 0x82", "key = 0x82", "45:1: chip_proof[0].certificate"}));

TEST(ProfileReader, RefusesTwoApplicationsWithOneAid) {
    EXPECT_THAT(refusal(std::string(kWhole) + "[[application]]\nname = \"again\"\naid = \"F07574706961\"\n"),
                HasSubstr("application[1].aid: application \"id\" has the same"));
}

TEST(ProfileReader, RefusesAPinWhoseDigitsDoNotFitIso9564) {
    const std::string iso = with("format = \"ascii\"", "format = \"iso_9564\"");
    EXPECT_EQ(refusal(iso), "accepted");
    std::string longer = iso;
    longer.replace(longer.find("longest = 8"), 11, "longest = 15");
    EXPECT_THAT(refusal(longer), HasSubstr("15 characters do not fit a block of 8 bytes"));
}

TEST(Catalogue, HoldsTheBuiltInProfilesAndLetsAnOperatorsOneTakeTheirPlace) {
    Catalogue catalogue = Catalogue::built_in();
    for (const char* name : {"belpic", "ias-ecc", "icao-lds1", "irn-nid", "npa", "piv", "pkcs15"}) {
        ASSERT_NE(catalogue.find(name), nullptr) << name;
        EXPECT_FALSE(catalogue.find(name)->source.empty());
    }
    EXPECT_NO_THROW(catalogue.check());
    EXPECT_FALSE(catalogue.find("irn-nid")->confirmed);
    const std::size_t before = catalogue.profiles().size();
    Profile own = *catalogue.find("irn-nid");
    own.origin = "/etc/tahvil/profiles/irn-nid.toml";
    own.confirmed = true;
    catalogue.add(own);
    EXPECT_EQ(catalogue.profiles().size(), before);
    EXPECT_TRUE(catalogue.find("irn-nid")->confirmed);
    own.name = "utopia";
    own.before = {"nowhere"};
    catalogue.add(own);
    EXPECT_THROW(catalogue.check(), InvalidInput);
}

}  // namespace
}  // namespace tahvil::profiles
