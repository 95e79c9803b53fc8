#include "daemon/cli/path_text.h"

#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::cli {
namespace {

namespace specimen = trust::specimen;

std::string explained(Language language, const std::vector<trust::PathStep>& steps) {
    std::ostringstream out;
    const Console console{out, out, language};
    print_path(out, console, steps);
    return out.str();
}

TEST(PathText, SaysInTheReadersLanguageWhatWasTried) {
    const trust::CertifiedKey known = specimen::country_signer("UT");
    const trust::CertifiedKey impostor = specimen::country_signer("UT");
    const trust::CertifiedKey stranger = specimen::country_signer("XX");
    const auto store = specimen::store_of({known.certificate, impostor.certificate});
    const auto steps_for = [&](const trust::CertifiedKey& issuer, const std::string& country) {
        const trust::CertifiedKey signer = specimen::document_signer(issuer, country);
        return trust::find_document_path(*store, signer.parsed(), trust::SignerRules::document_signer()).steps;
    };
    const auto good = steps_for(known, "UT");
    EXPECT_NE(explained(Language::english, good).find("it is an anchor for documents"), std::string::npos);
    EXPECT_NE(explained(Language::persian, good).find("لنگری برای documents"), std::string::npos);
    const auto unknown = steps_for(stranger, "XX");
    EXPECT_NE(explained(Language::english, unknown).find("CN=CSCA of XX is in the trust store"), std::string::npos);
    const std::string persian = explained(Language::persian, unknown);
    EXPECT_NE(persian.find("CN=CSCA of XX در انبار اعتماد نیست"), std::string::npos) << persian;
    EXPECT_EQ(persian.find("trust store"), std::string::npos) << persian;
}

}  // namespace
}  // namespace tahvil::cli
