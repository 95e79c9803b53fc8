#include "apdu/applets/eid.h"

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::eid {
namespace {

TEST(EidGroups, AreOneTextEach) {
    EXPECT_EQ(parse_text(Group::document_type, from_hex("61 04 13 02 49 44")), "ID");
    EXPECT_EQ(parse_text(Group::expiry_date, from_hex("63 0A 12 08 3230333131323331")), "20311231");
    EXPECT_EQ(parse_text(Group::given_names, from_hex("64 06 0C 04 C384C396")), "\xC3\x84\xC3\x96");
}

TEST(EidGroups, OfAnotherFormAreRefused) {
    for (const char* file : {"", "61", "61 04 13 02 49", "62 04 13 02 49 44", "61 04 04 02 49 44", "61 02 13 00 00",
                             "61 06 13 02 49 44 05 00", "61 80 13 02 49 44 00 00"})
        EXPECT_THROW(parse_text(Group::document_type, from_hex(file)), MalformedData) << file;
}

TEST(EidGroups, HaveTheFilesOfTheirNumbers) {
    EXPECT_EQ(file_of(1), (FileIdentifier{0x0101, 1}));
    EXPECT_EQ(file_of(21), (FileIdentifier{0x0115, 21}));
    EXPECT_THROW(file_of(0), InvalidInput);
    EXPECT_THROW(file_of(22), InvalidInput);
}

}  // namespace
}  // namespace tahvil::eid
