#include "daemon/check/certificate_check.h"

#include <gtest/gtest.h>

#include "tests/unit/crypto/trust/specimen_responder.h"
#include "tests/unit/daemon/check/national_bench.h"

namespace tahvil::daemon {
namespace {

using national_bench::Bench;
using specimen_bench::kNow;
using std::chrono::days;
using std::chrono::hours;

class CertificateCheck : public testing::Test {
protected:
    Bytes list_of(const trust::CertifiedKey& issuer, Time this_update) const {
        trust::RevocationTemplate what;
        what.this_update = this_update;
        what.next_update = kNow + days(365);
        return trust::issue_revocation_list(what, issuer);
    }

    /// certificate_path.revocation of a person's certificate, by lists and answers that are in the store.
    std::string revocation(const std::vector<Bytes>& lists, const std::vector<Bytes>& answers = {}) {
        trust::StoreContent content;
        content.number = 1;
        content.items.push_back({pki.root.certificate, {trust::Purpose::national_pki}, trust::Status::trusted, {}});
        content.items.push_back({pki.issuing_authority.certificate, {}, trust::Status::certificate, {}});
        content.revocation_lists = lists;
        content.ocsp_responses = answers;
        knowledge.trust = trust::TrustStore::from_bytes(trust::encode(content));
        CertificatePaths paths(knowledge);
        paths.add("authentication", person.certificate);
        facts = paths.trust();
        deviations = paths.deviations();
        const auto checks = paths.checks();
        EXPECT_EQ(find(checks, "certificate_path.chain")->reason, "");
        const Check& check = *find(checks, "certificate_path.revocation");
        return std::string(name(check.result)) + (check.reason.empty() ? "" : " " + check.reason);
    }

    Bench bench;
    const emulator::NationalPki& pki = bench.pki;
    trust::CertifiedKey person =
        pki.certify(bench.person, "authentication", PrivateKey::generate_ec(Curve::secp256r1),
                    {trust::KeyUsage::digital_signature}, {kNow - days(100), kNow + days(1000)});
    Knowledge knowledge = bench.knowledge();
    TrustFacts facts;
    Deviations deviations;
};

TEST_F(CertificateCheck, ListsAreAsOldAsThePolicyAllows) {
    ASSERT_EQ(knowledge.policy->revocation_list_age(), days(30));
    const auto of_age = [&](days root, days issuing) {
        return revocation({list_of(pki.root, kNow - root), list_of(pki.issuing_authority, kNow - issuing)});
    };
    EXPECT_EQ(of_age(days(29), days(1)), "passed");
    EXPECT_EQ(facts.revocation_as_of, kNow - days(29));
    EXPECT_EQ(of_age(days(1), days(31)), "undetermined list_too_old");
    EXPECT_EQ(of_age(days(31), days(1)), "undetermined list_too_old");
    knowledge.policy = std::make_shared<const Policy>(Policy::shipped("lenient"));
    EXPECT_EQ(of_age(days(31), days(31)), "passed");
    knowledge.policy = std::make_shared<const Policy>(Policy::shipped("strict"));
    EXPECT_EQ(of_age(days(1), days(8)), "undetermined list_too_old");
}

TEST_F(CertificateCheck, AnOldListStillRevokes) {
    trust::RevocationTemplate what;
    what.this_update = kNow - days(60);
    what.next_update = kNow + days(60);
    what.revoked[to_bytes(person.parsed().serial())] = kNow - days(70);
    const Bytes revoking = trust::issue_revocation_list(what, pki.issuing_authority);
    EXPECT_EQ(revocation({pki.root_revocation_list, revoking}), "failed revoked");
}

TEST_F(CertificateCheck, AnAnswerOfAResponderCountsAsAList) {
    const auto answer_of = [&](Time this_update) {
        trust::specimen::SpecimenAnswer answer{person.certificate, pki.issuing_authority.certificate};
        answer.this_update = this_update;
        answer.next_update = kNow + days(365);
        return trust::specimen::respond({answer}, pki.issuing_authority);
    };
    EXPECT_EQ(revocation({pki.root_revocation_list}, {answer_of(kNow - days(29))}), "passed");
    EXPECT_EQ(facts.revocation_as_of, kNow - days(29));
    EXPECT_EQ(revocation({pki.root_revocation_list}, {answer_of(kNow - days(31))}), "undetermined answer_too_old");
}

TEST_F(CertificateCheck, DeviationsOfThePathAreDeviationsOfTheVerdict) {
    EXPECT_EQ(revocation({pki.root_revocation_list, pki.revocation_list}), "passed");
    EXPECT_FALSE(contains(deviations, DeviationCode::certificate_key_usage_missing));
    auto what = trust::CertificateTemplate::country_signer(to_bytes(pki.issuing_authority.parsed().subject()),
                                                           {kNow - days(1000), kNow + days(1000)});
    what.basic_constraints = trust::BasicConstraints{true, std::nullopt};
    what.key_usage = {};
    bench.pki.issuing_authority = trust::issue(what, bench.pki.issuing_authority.key, pki.root);
    EXPECT_EQ(revocation({pki.root_revocation_list, pki.revocation_list}), "passed");
    EXPECT_TRUE(contains(deviations, DeviationCode::certificate_key_usage_missing));
}

}  // namespace
}  // namespace tahvil::daemon
