#include "crypto/trust/ocsp_response.h"

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "crypto/trust/national_path.h"
#include "crypto/trust/store_builder.h"
#include "tests/unit/crypto/trust/specimen_responder.h"

namespace tahvil::trust {
namespace {

using specimen::at;
using specimen::kNow;
using specimen::respond;
using specimen::ResponseOptions;
using specimen::SpecimenAnswer;
using std::chrono::days;
using std::chrono::hours;

PrivateKey fresh() {
    return PrivateKey::generate_ec(Curve::secp256r1);
}

CertificateTemplate authority(const std::string& name) {
    CertificateTemplate what = CertificateTemplate::country_signer(NameWriter().country("UT").common_name(name).der(),
                                                                   specimen::kIssuerValidity);
    what.basic_constraints = BasicConstraints{true, std::nullopt};
    return what;
}

CertificateTemplate person(std::uint8_t serial) {
    CertificateTemplate what = CertificateTemplate::document_signer(
        NameWriter().country("UT").common_name("Person").der(), specimen::kSignerValidity);
    what.serial = {serial};
    return what;
}

CertificateTemplate delegate(bool no_check = true, const asn1::Oid& usage = specimen::kOcspSigning) {
    CertificateTemplate what = CertificateTemplate::document_signer(
        NameWriter().country("UT").common_name("Responder").der(), specimen::kSignerValidity);
    what.serial = {0x55};
    what.extended_key_usage = {usage};
    if (no_check) what.further_extensions = {extension(specimen::kOcspNoCheck, false, asn1::null())};
    return what;
}

class OcspTest : public testing::Test {
protected:
    SpecimenAnswer about_leaf() const { return {leaf.certificate, middle.certificate}; }
    SpecimenAnswer about_middle() const { return {middle.certificate, root.certificate}; }
    Bytes good_middle() const { return respond({about_middle()}, root); }

    Bytes list_of(const CertifiedKey& issuer, const std::vector<Bytes>& serials = {}) const {
        RevocationTemplate what;
        what.this_update = at(2026, 5);
        what.next_update = at(2026, 7);
        for (const Bytes& serial : serials) what.revoked[serial] = at(2026, 4);
        return issue_revocation_list(what, issuer);
    }

    /// certificate_path.revocation by these responses.
    std::string judged(const std::vector<Bytes>& responses, const std::vector<Bytes>& lists = {},
                       std::optional<hours> age_limit = {}) {
        NationalPathInput input{leaf.certificate, {middle.certificate}, {root.certificate}, {}, kNow, age_limit, {}};
        for (const Bytes& response : responses) input.ocsp_responses.emplace_back(response);
        for (const Bytes& list : lists) input.revocation_lists.emplace_back(list);
        path = verify_national_path(input);
        EXPECT_EQ(find(path.checks, "certificate_path.chain")->result, Result::passed);
        const Check& check = *find(path.checks, "certificate_path.revocation");
        return std::string(name(check.result)) + (check.reason.empty() ? "" : " " + check.reason);
    }

    CertifiedKey root = issue_self_signed(authority("Root"), fresh());
    CertifiedKey middle = issue(authority("Middle"), fresh(), root);
    CertifiedKey leaf = issue(person(0x44), fresh(), middle);
    CertifiedKey responder = issue(delegate(), fresh(), middle);
    NationalPath path;
};

TEST_F(OcspTest, AnAnswerOfTheIssuerDecidesAsAListDoes) {
    EXPECT_EQ(judged({respond({about_leaf()}, middle), good_middle()}), "passed");
    EXPECT_EQ(path.revocation_as_of, kNow - hours(2));
    EXPECT_EQ(judged({respond({about_leaf()}, middle)}), "undetermined no_list");
    EXPECT_EQ(judged({good_middle()}), "undetermined no_list");
    SpecimenAnswer revoked = about_leaf();
    revoked.status = OcspStatus::revoked;
    EXPECT_EQ(judged({respond({revoked}, middle), good_middle()}), "failed revoked");
    SpecimenAnswer unknown = about_leaf();
    unknown.status = OcspStatus::unknown;
    EXPECT_EQ(judged({respond({unknown}, middle), good_middle()}), "undetermined answer_unknown");
}

TEST_F(OcspTest, ListsAndAnswersFillEachOthersGapsAndEitherRevokes) {
    const Bytes good = respond({about_leaf()}, middle);
    EXPECT_EQ(judged({good}, {list_of(root)}), "passed");
    EXPECT_EQ(path.revocation_as_of, at(2026, 5));
    EXPECT_EQ(judged({good}, {list_of(root), list_of(middle, {from_hex("44")})}), "failed revoked");
    SpecimenAnswer revoked = about_leaf();
    revoked.status = OcspStatus::revoked;
    EXPECT_EQ(judged({respond({revoked}, middle)}, {list_of(root), list_of(middle)}), "failed revoked");
    SpecimenAnswer unknown = about_leaf();
    unknown.status = OcspStatus::unknown;
    EXPECT_EQ(judged({respond({unknown}, middle)}, {list_of(root), list_of(middle)}), "passed");
    EXPECT_EQ(judged({respond({revoked}, middle), good}, {list_of(root)}), "failed revoked");
}

TEST_F(OcspTest, AnswersCountInTheirTime) {
    const auto of_time = [&](Time this_update, std::optional<Time> next_update, std::optional<hours> limit) {
        SpecimenAnswer answer = about_leaf();
        answer.this_update = this_update;
        answer.next_update = next_update;
        return judged({respond({answer}, middle), good_middle()}, {}, limit);
    };
    EXPECT_EQ(of_time(kNow - days(6), kNow + days(1), {}), "passed");
    EXPECT_EQ(of_time(kNow - days(6), kNow, {}), "passed");
    EXPECT_EQ(of_time(kNow - days(6), kNow - hours(1), {}), "undetermined answer_too_old");
    EXPECT_EQ(of_time(kNow - days(6), {}, {}), "undetermined answer_too_old");
    EXPECT_EQ(of_time(kNow - days(6), {}, days(7)), "passed");
    EXPECT_EQ(of_time(kNow - days(7), {}, days(7)), "passed");
    EXPECT_EQ(of_time(kNow - days(8), {}, days(7)), "undetermined answer_too_old");
    EXPECT_EQ(of_time(kNow - days(8), kNow + days(8), days(7)), "undetermined answer_too_old");
    EXPECT_EQ(of_time(kNow - days(6), kNow - hours(1), days(7)), "undetermined answer_too_old");
    EXPECT_EQ(of_time(kNow + hours(1), kNow + days(1), {}), "undetermined answer_unusable");
    SpecimenAnswer revoked = about_leaf();
    revoked.status = OcspStatus::revoked;
    revoked.this_update = kNow - days(100);
    revoked.next_update = kNow - days(90);
    EXPECT_EQ(judged({respond({revoked}, middle), good_middle()}), "failed revoked");
}

TEST_F(OcspTest, OnlyTheIssuerAndWhomItDelegatedMayAnswer) {
    const auto by = [&](const CertifiedKey& signer, const std::vector<Bytes>& certificates) {
        ResponseOptions options;
        options.certificates = certificates;
        return judged({respond({about_leaf()}, signer, options), good_middle()});
    };
    EXPECT_EQ(by(responder, {responder.certificate}), "passed");
    EXPECT_EQ(by(responder, {}), "undetermined answer_unusable");
    EXPECT_EQ(by(root, {root.certificate}), "undetermined answer_unusable");
    EXPECT_EQ(by(leaf, {leaf.certificate}), "undetermined answer_unusable");
    const CertifiedKey checked = issue(delegate(false), fresh(), middle);
    EXPECT_EQ(by(checked, {checked.certificate}), "undetermined answer_unusable");
    const CertifiedKey of_another = issue(delegate(), fresh(), root);
    EXPECT_EQ(by(of_another, {of_another.certificate}), "undetermined answer_unusable");
    const CertifiedKey for_else = issue(delegate(true, asn1::Oid("1.3.6.1.5.5.7.3.4")), fresh(), middle);
    EXPECT_EQ(by(for_else, {for_else.certificate}), "undetermined answer_unusable");
    CertificateTemplate old = delegate();
    old.validity = {at(2020), at(2025)};
    const CertifiedKey expired = issue(old, fresh(), middle);
    EXPECT_EQ(by(expired, {expired.certificate}), "undetermined answer_unusable");
    const CertifiedKey impostor = issue_self_signed(authority("Middle"), fresh());
    EXPECT_EQ(by(impostor, {impostor.certificate}), "undetermined answer_unusable");
}

TEST_F(OcspTest, ACertificateIsNamedByItsIssuerAndSerial) {
    SpecimenAnswer other = about_leaf();
    const CertifiedKey neighbour = issue(person(0x45), fresh(), middle);
    other.certificate = neighbour.certificate;
    EXPECT_EQ(judged({respond({other}, middle), good_middle()}), "undetermined no_list");
    SpecimenAnswer of_root = about_leaf();
    of_root.issuer = root.certificate;  // the same serial below another issuer
    EXPECT_EQ(judged({respond({of_root}, root), good_middle()}), "undetermined no_list");
    SpecimenAnswer sha256 = about_leaf();
    sha256.digest = DigestAlgorithm::sha256;
    EXPECT_EQ(judged({respond({other, sha256}, middle), good_middle()}), "passed");
}

TEST_F(OcspTest, WeakOrChangedSignaturesDoNotCount) {
    ResponseOptions options;
    options.algorithm = {SignatureScheme::ecdsa, DigestAlgorithm::sha1, DigestAlgorithm::sha1, 0};
    EXPECT_EQ(judged({respond({about_leaf()}, middle, options), good_middle()}), "undetermined answer_unusable");
    Bytes changed = respond({about_leaf()}, middle);
    changed.back() ^= 1U;
    EXPECT_EQ(judged({changed, good_middle()}), "undetermined answer_unusable");
}

TEST_F(OcspTest, WhatIsNoResponseIsRefusedByName) {
    ResponseOptions refusal;
    refusal.status = 3;
    const auto words = [](const Bytes& file) {
        try {
            OcspResponse::parse(file);
        } catch (const MalformedData& error) {
            return std::string(error.what());
        }
        return std::string("taken");
    };
    EXPECT_NE(words(respond({}, middle, refusal)).find("tryLater"), std::string::npos);
    EXPECT_NE(words(respond({}, middle)).find("no answer"), std::string::npos);
    SpecimenAnswer answer = about_leaf();
    answer.extensions = extension(asn1::Oid("1.3.6.1.4.1.55738.666.1"), true, asn1::null());
    EXPECT_NE(words(respond({answer}, middle)).find("critical extension"), std::string::npos);
    answer.extensions = extension(asn1::Oid("1.3.6.1.4.1.55738.666.1"), false, asn1::null());
    EXPECT_EQ(words(respond({answer}, middle)), "taken");
    ResponseOptions critical;
    critical.extensions = extension(asn1::Oid("1.3.6.1.4.1.55738.666.1"), true, asn1::null());
    EXPECT_NE(words(respond({about_leaf()}, middle, critical)).find("critical extension"), std::string::npos);
    const std::vector<SpecimenAnswer> many(OcspResponse::kMaxAnswers + 1, about_leaf());
    EXPECT_NE(words(respond(many, middle)).find("more than"), std::string::npos);
    const Bytes whole = respond({about_leaf()}, middle);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_THROW(OcspResponse::parse(ByteView(whole).first(size)), MalformedData) << size;
    EXPECT_TRUE(OcspResponse::looks_like_one(whole));
    EXPECT_FALSE(OcspResponse::looks_like_one(leaf.certificate));
    EXPECT_FALSE(OcspResponse::looks_like_one(list_of(root)));
}

class OcspImportTest : public OcspTest {
protected:
    ImportItem import(const Bytes& file, bool allow_rollback = false) {
        ImportOptions options;
        options.file = "answer.ocsp";
        options.at = kNow;
        options.purposes = {Purpose::national_pki};
        options.allow_rollback = allow_rollback;
        ImportReport report = builder.import(file, options);
        EXPECT_EQ(report.items.size(), 1U);
        return report.items.at(0);
    }
    Bytes of(Time this_update) const {
        SpecimenAnswer answer = about_leaf();
        answer.this_update = this_update;
        return respond({answer}, middle);
    }
    std::string store_judges() {
        const auto store = TrustStore::from_bytes(builder.next(kNow));
        path = verify_national_path(leaf.certificate, {}, *store, kNow, days(30));
        const Check& check = *find(path.checks, "certificate_path.revocation");
        return std::string(name(check.result)) + (check.reason.empty() ? "" : " " + check.reason);
    }
    std::size_t responses() const { return TrustStore::from_bytes(builder.next(kNow))->ocsp_response_count(); }

    StoreBuilder builder{*TrustStore::empty()};
};

TEST_F(OcspImportTest, ComesInUnderItsIssuerAndIsJudgedByFromTheStore) {
    EXPECT_EQ(import(of(kNow)).reason, "issuer_unknown");
    import(root.certificate);
    import(middle.certificate);
    import(list_of(root));
    EXPECT_EQ(store_judges(), "undetermined no_list");
    EXPECT_EQ(import(of(kNow - hours(3))).outcome, Outcome::added);
    EXPECT_EQ(store_judges(), "undetermined list_too_old");  // the root's list is of the month before
    EXPECT_EQ(import(good_middle()).outcome, Outcome::added);
    EXPECT_EQ(store_judges(), "passed");
    const auto store = TrustStore::from_bytes(builder.next(kNow));
    EXPECT_EQ(TrustStore::from_bytes(StoreBuilder(*store).next(kNow))->ocsp_response_count(), 2U);
}

TEST_F(OcspImportTest, GoesForwardOnly) {
    import(root.certificate);
    import(middle.certificate);
    EXPECT_EQ(import(of(kNow - hours(3))).outcome, Outcome::added);
    EXPECT_EQ(import(of(kNow - hours(3))).outcome, Outcome::changed);  // another signature of the same time
    const Bytes newest = of(kNow - hours(1));
    EXPECT_EQ(import(newest).outcome, Outcome::changed);
    EXPECT_EQ(import(newest).outcome, Outcome::known);
    EXPECT_EQ(responses(), 1U);
    EXPECT_EQ(import(of(kNow - hours(2))).reason, "rollback");
    EXPECT_EQ(import(of(kNow - hours(2)), true).outcome, Outcome::changed);
    EXPECT_EQ(responses(), 1U);
    EXPECT_EQ(import(of(kNow + days(2))).reason, "signed_in_future");
    SpecimenAnswer neighbour = about_leaf();
    const CertifiedKey other = issue(person(0x45), fresh(), middle);
    neighbour.certificate = other.certificate;
    EXPECT_EQ(import(respond({about_leaf(), neighbour}, middle)).outcome, Outcome::changed);
    EXPECT_EQ(responses(), 1U);
    EXPECT_EQ(import(of(kNow)).outcome, Outcome::added);  // the other one still answers for the neighbour
    EXPECT_EQ(responses(), 2U);
}

}  // namespace
}  // namespace tahvil::trust
