#include "crypto/trust/national_path.h"

#include <gtest/gtest.h>

#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::trust {
namespace {

using specimen::at;

CertificateTemplate authority(const std::string& name, std::optional<int> path_length = {}) {
    CertificateTemplate what = CertificateTemplate::country_signer(NameWriter().country("IR").common_name(name).der(),
                                                                   specimen::kIssuerValidity);
    what.basic_constraints = BasicConstraints{true, path_length};
    return what;
}

CertificateTemplate citizen() {
    CertificateTemplate what = CertificateTemplate::document_signer(
        NameWriter().country("IR").common_name("0123456789").der(), specimen::kSignerValidity);
    what.serial = {0x44};
    return what;
}

PrivateKey fresh() {
    return PrivateKey::generate_ec(Curve::secp256r1);
}

class NationalPathTest : public testing::Test {
protected:
    std::string outcome(std::string_view part) {
        const Check& check = *find(path.checks, "certificate_path." + std::string(part));
        return std::string(name(check.result)) + (check.reason.empty() ? "" : " " + check.reason);
    }

    void run(const std::vector<Bytes>& lists = {}, Time now = specimen::kNow) {
        NationalPathInput input{leaf.certificate, {middle.certificate}, {root.certificate}, {}, now};
        for (const Bytes& list : lists) input.revocation_lists.push_back(list);
        path = verify_national_path(input);
    }

    static Bytes list_by(const CertifiedKey& issuer, const std::vector<Bytes>& serials = {}) {
        RevocationTemplate what;
        what.this_update = at(2026, 5);
        what.next_update = at(2026, 7);
        for (const Bytes& serial : serials) what.revoked[serial] = at(2026, 4);
        return issue_revocation_list(what, issuer);
    }

    CertifiedKey root = issue_self_signed(authority("IRAN Specimen Root"), fresh());
    CertifiedKey middle = issue(authority("IRAN Specimen Citizen CA", 0), fresh(), root);
    CertifiedKey leaf = issue(citizen(), fresh(), middle);
    NationalPath path;
};

TEST_F(NationalPathTest, PassesOverSeveralLevelsWithItsLists) {
    run({list_by(root), list_by(middle)});
    EXPECT_TRUE(path.authentic()) << outcome("chain") << ", " << outcome("revocation");
    EXPECT_EQ(path.chain.size(), 3U);
    EXPECT_EQ(path.anchor, root.parsed().description());
    run();
    EXPECT_FALSE(path.authentic());
    EXPECT_TRUE(path.authentic_without_revocation());
    EXPECT_EQ(outcome("revocation"), "undetermined no_list");
}

TEST_F(NationalPathTest, FindsRevokedCertificatesAndOldLists) {
    run({list_by(root), list_by(middle, {from_hex("44")})});
    EXPECT_EQ(outcome("revocation"), "failed revoked");
    EXPECT_EQ(outcome("chain"), "passed");
    run({list_by(middle)});
    EXPECT_EQ(outcome("revocation"), "undetermined no_list");
    run({list_by(root), list_by(middle)}, at(2026, 8));
    EXPECT_EQ(outcome("revocation"), "undetermined list_too_old");
}

TEST_F(NationalPathTest, JudgesTimeApartFromTheChain) {
    run({}, at(2035));
    EXPECT_EQ(outcome("validity"), "failed expired");
    EXPECT_EQ(outcome("chain"), "passed");
    run({}, at(2023));
    EXPECT_EQ(outcome("validity"), "failed not_yet_valid");
}

TEST_F(NationalPathTest, EndsAtAnUnknownIssuer) {
    root = issue_self_signed(authority("IRAN Specimen Root"), fresh());
    run();
    EXPECT_FALSE(path.authentic_without_revocation());
    EXPECT_NE(outcome("chain"), "passed");
    EXPECT_NE(outcome("signature"), "passed");
    EXPECT_NE(outcome("validity"), "passed");
    EXPECT_FALSE(path.steps.empty());
}

TEST_F(NationalPathTest, RefusesALeafThatIssuesAndAPathThatIsTooLong) {
    const CertifiedKey below = issue(citizen(), fresh(), leaf);
    NationalPathInput input{
        below.certificate, {middle.certificate, leaf.certificate}, {root.certificate}, {}, specimen::kNow};
    path = verify_national_path(input);
    EXPECT_EQ(outcome("chain"), "failed not_an_issuer");
    const CertifiedKey third = issue(authority("third"), fresh(), middle);
    const CertifiedKey under_third = issue(citizen(), fresh(), third);
    input = {under_third.certificate, {middle.certificate, third.certificate}, {root.certificate}, {}, specimen::kNow};
    path = verify_national_path(input);
    EXPECT_EQ(outcome("chain"), "failed path_too_long");
}

TEST_F(NationalPathTest, RefusesAChangedSignatureAndWhatIsNoCertificate) {
    leaf.certificate.back() ^= 1U;
    run();
    EXPECT_FALSE(path.authentic_without_revocation());
    leaf.certificate.resize(20);
    run();
    EXPECT_EQ(outcome("chain"), "failed malformed");
    EXPECT_EQ(outcome("signature"), "not_performed malformed");
}

TEST_F(NationalPathTest, TakesTheStoresAnchorsForNationalPkisOnly) {
    const auto national = specimen::store_of({root.certificate}, {middle.certificate}, {list_by(root), list_by(middle)},
                                             {Purpose::national_pki});
    path = verify_national_path(leaf.certificate, {}, *national, specimen::kNow);
    EXPECT_TRUE(path.authentic());
    const auto documents = specimen::store_of({root.certificate}, {middle.certificate});
    path = verify_national_path(leaf.certificate, {}, *documents, specimen::kNow);
    EXPECT_EQ(outcome("chain"), "undetermined issuer_unknown");
}

}  // namespace
}  // namespace tahvil::trust
