#include "apdu/applets/lds/file.h"

#include <set>

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::lds {
namespace {

TEST(LdsFile, DataGroupsAreWhereDoc9303Part10PutsThem) {
    EXPECT_EQ(entry(File::dg1).identifier, 0x0101);
    EXPECT_EQ(entry(File::dg2).tag, 0x75);
    EXPECT_EQ(entry(File::dg4).tag, 0x76);
    EXPECT_EQ(entry(File::dg16).identifier, 0x0110);
    EXPECT_EQ(entry(File::dg16).tag, 0x70);
    EXPECT_EQ(entry(File::security_object).short_identifier, 0x1D);
    EXPECT_EQ(entry(File::com).identifier, 0x011E);
    EXPECT_EQ(entry(File::card_access).place, Place::master_file);
}

TEST(LdsFile, NoTwoFilesOfOnePlaceShareAnIdentifier) {
    std::set<std::pair<Place, std::uint16_t>> identifiers;
    std::set<std::pair<Place, std::uint8_t>> short_identifiers;
    for (const FileEntry& file : files()) {
        EXPECT_TRUE(identifiers.emplace(file.place, file.identifier).second) << file.name;
        EXPECT_TRUE(short_identifiers.emplace(file.place, file.short_identifier).second) << file.name;
    }
}

TEST(LdsFile, IsFoundByTheNameAPersonWouldType) {
    EXPECT_EQ(file_by_name("EF.SOD"), File::security_object);
    EXPECT_EQ(file_by_name("dg14"), File::dg14);
    EXPECT_EQ(file_by_name("ef.CardSecurity"), File::card_security);
    EXPECT_EQ(file_by_name("DG17"), std::nullopt);
    EXPECT_EQ(file_by_name(""), std::nullopt);
}

TEST(LdsFile, NumbersAndTagsOfDataGroups) {
    EXPECT_EQ(data_group(14), File::dg14);
    EXPECT_THROW(data_group(0), InvalidInput);
    EXPECT_THROW(data_group(17), InvalidInput);
    EXPECT_EQ(data_group_number(File::dg7), 7U);
    EXPECT_EQ(data_group_number(File::com), std::nullopt);
    EXPECT_EQ(data_group_by_tag(0x76), 4U);
    EXPECT_EQ(data_group_by_tag(0x77), std::nullopt);  // EF.SOD is no data group
    EXPECT_EQ(data_group_by_tag(0x00), std::nullopt);
}

}  // namespace
}  // namespace tahvil::lds
