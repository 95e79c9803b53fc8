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
        EXPECT_NE(line.test.find('.'), std::string_view::npos);
        before = line.name;
    }
}

TEST(Deviations, AreNeverTakenMoreSeverelyByAMoreLenientPolicy) {
    for (const DeviationInfo& line : deviation_table()) {
        EXPECT_FALSE(line.strict == Tolerance::tolerate && line.standard == Tolerance::refuse) << line.name;
        EXPECT_FALSE(line.standard == Tolerance::tolerate && line.lenient == Tolerance::refuse) << line.name;
    }
}

// What is known of genuine documents and cards that break naive verifiers, each by its code.
TEST(Deviations, CoverWhatRealDocumentsDo) {
    for (const std::string_view name : {"certificate.explicit_ec_parameters",
                                        "signer.issuer_name_spelling",
                                        "security_object.encoding",
                                        "security_object.content_type",
                                        "signed_data.attributes_order",
                                        "signed_data.algorithm_differs",
                                        "signed_data.pss_parameters",
                                        "algorithm.sha1",
                                        "signer.identified_by_key_id",
                                        "certificate.key_id_missing",
                                        "signed_data.version",
                                        "signer.expired",
                                        "signer.expired_undated",
                                        "data_group.not_covered",
                                        "com.disagrees",
                                        "chip.signature_encoding",
                                        "chip.digest_not_stated",
                                        "portrait.raw_codestream",
                                        "access.bac_beside_pace",
                                        "access.mse_without_reference",
                                        "algorithm.rsa_short",
                                        "algorithm.triple_des"})
        EXPECT_TRUE(deviation_by_name(name)) << name;
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
