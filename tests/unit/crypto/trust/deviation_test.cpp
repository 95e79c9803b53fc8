#include "crypto/trust/deviation.h"

#include <gtest/gtest.h>

namespace tahvil {
namespace {

TEST(Deviations, StandInTheTableInTheOrderOfTheirNamesAndCodes) {
    std::size_t place = 0;
    std::string_view before;
    for (const DeviationInfo& line : deviation_table()) {
        EXPECT_EQ(static_cast<std::size_t>(line.code), place++);
        EXPECT_LT(before, line.name);
        EXPECT_EQ(info(line.code).name, line.name);
        EXPECT_EQ(deviation_by_name(line.name), line.code);
        EXPECT_FALSE(line.text.empty());
        before = line.name;
    }
}

TEST(Deviations, AreNeverTakenMoreSeverelyByAMoreLenientPolicy) {
    for (const DeviationInfo& line : deviation_table()) {
        EXPECT_FALSE(line.strict == Tolerance::tolerate && line.standard == Tolerance::refuse) << line.name;
        EXPECT_FALSE(line.standard == Tolerance::tolerate && line.lenient == Tolerance::refuse) << line.name;
    }
}

TEST(Deviations, AreNotedOnce) {
    Deviations found;
    note(found, DeviationCode::algorithm_sha1, "data group hashes");
    note(found, DeviationCode::algorithm_sha1, "data group hashes");
    note(found, DeviationCode::algorithm_sha1, "signature");
    EXPECT_EQ(found.size(), 2U);
    EXPECT_TRUE(contains(found, DeviationCode::algorithm_sha1));
    EXPECT_FALSE(contains(found, DeviationCode::com_disagrees));
}

}  // namespace
}  // namespace tahvil
