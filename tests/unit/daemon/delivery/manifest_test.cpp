#include "daemon/delivery/manifest.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/trust/issuer.h"
#include "daemon/delivery/inquiry.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon {
namespace {

using test::kNow;
namespace chrono = std::chrono;

const std::string kHeader = "tracking_code,national_code,given_name,family_name,birth_date,fee\n";
// National codes that satisfy the rule: 0012345679, 0084575948.
const std::string kFirst = "A-1,0012345679,\u0639\u0644\u06cc,\u06a9\u0631\u06cc\u0645\u06cc,1369-01-01,200000\n";
const std::string kSecond = "A-2,84575948,\"Sara, \"\"S\"\"\",Rad,1990-03-21,\n";

class ManifestTest : public test::DeskTest {
protected:
    static trust::CertifiedKey sender(std::string_view name) {
        const trust::Validity validity{kNow - chrono::hours(24 * 365), kNow + chrono::hours(24 * 365)};
        return trust::issue_self_signed(
            trust::CertificateTemplate::country_signer(
                trust::NameWriter().country("UT").organization("Centre").common_name(name).der(), validity),
            PrivateKey::generate_ec(Curve::secp256r1));
    }
    /// A signer of manifests below a centre.
    static trust::CertifiedKey clerk_of(const trust::CertifiedKey& centre, chrono::sys_seconds until) {
        return trust::issue(trust::CertificateTemplate::document_signer(
                                trust::NameWriter().country("UT").organization("Centre").common_name("Manifests").der(),
                                {kNow - chrono::hours(24), until}),
                            PrivateKey::generate_ec(Curve::secp256r1), centre);
    }
    trust::CertifiedKey clerk(chrono::sys_seconds until) const { return clerk_of(centre_, until); }
    static std::shared_ptr<const trust::TrustStore> store_of(const Bytes& anchor, trust::Purposes purposes) {
        trust::StoreContent content;
        content.number = 1;
        content.created_at = kNow;
        content.items.push_back({anchor, purposes, trust::Status::trusted, {}});
        return trust::TrustStore::from_bytes(trust::encode(content));
    }
    Bytes signed_by(const trust::CertifiedKey& key, const std::string& text) const {
        return trust::sign_data(asn1::Oid("1.2.840.113549.1.7.1"), as_bytes(text), {key});
    }
    ManifestImported take_in(ByteView file, ManifestRules rules = {}) {
        return import_manifest(*database_, *deliveries_, *journal_, file, *anchors_, rules,
                               {"operator-7", kNow, {}, {}});
    }

    trust::CertifiedKey centre_ = sender("Centre");
    trust::CertifiedKey clerk_ = clerk(kNow + chrono::hours(24));
    std::shared_ptr<const trust::TrustStore> anchors_ = store_of(centre_.certificate, {trust::Purpose::manifests});
};

TEST_F(ManifestTest, ASignedManifestBecomesRecordsAndOneEntry) {
    const ManifestImported imported = take_in(signed_by(clerk_, kHeader + kFirst + kSecond));
    EXPECT_EQ(imported.cards, 2U);
    EXPECT_EQ(deliveries_->counts().at(Stage::expected), 2);
    EXPECT_EQ(deliveries_->get(deliveries_->by_tracking_code("A-2").at(0)).card.given_name, "Sara, \"S\"");
    ASSERT_EQ(journal_->size(), 1U);
    const boost::json::value entry = boost::json::parse(journal_->entries(0, 1).front());
    EXPECT_EQ(entry.at("kind"), "manifest.import");
    EXPECT_EQ(entry.at("facts").at("cards"), 2);
    EXPECT_NE(std::string_view(entry.at("facts").at("signer").as_string()).find("Manifests"), std::string_view::npos);
}

TEST_F(ManifestTest, AnUnsignedOneIsRefusedUnlessTheOfficeIsSetUpSo) {
    const std::string text = kHeader + kFirst;
    EXPECT_EQ(thrown_code([&] { take_in(as_bytes(text)); }), "manifest.unsigned");
    EXPECT_EQ(take_in(as_bytes(text), {true, false}).cards, 1U);
}

TEST_F(ManifestTest, ASignatureThatDoesNotHoldIsRefused) {
    const std::string text = kHeader + kFirst;
    const auto reason = [&](const Bytes& file) {
        const SignedManifest opened = open_signed_manifest(file, *anchors_, kNow);
        EXPECT_EQ(thrown_code([&] { take_in(file); }), "manifest.signature");
        EXPECT_TRUE(opened.content.empty());
        return opened.signature.reason;
    };
    EXPECT_TRUE(open_signed_manifest(signed_by(clerk_, text), *anchors_, kNow).signature.passed());
    Bytes changed = signed_by(clerk_, text);
    const Bytes needle = to_bytes(as_bytes("A-1"));
    const auto at = std::search(changed.begin(), changed.end(), needle.begin(), needle.end());
    ASSERT_NE(at, changed.end());
    *at = 'B';
    EXPECT_FALSE(reason(changed).empty());
    EXPECT_EQ(reason(signed_by(clerk_of(sender("Another centre"), kNow + chrono::hours(24)), text)), "issuer_unknown");
    EXPECT_EQ(reason(signed_by(clerk(kNow - chrono::seconds(1)), text)), "expired");
    EXPECT_EQ(reason(trust::sign_data(asn1::Oid("1.2.840.113549.1.7.1"), as_bytes(text), {})), "not_signed_data");
    EXPECT_EQ(reason(Bytes{0x30, 0x80, 0x00}), "not_signed_data");
    anchors_ = store_of(centre_.certificate, {trust::Purpose::documents});
    EXPECT_EQ(reason(signed_by(clerk_, text)), "anchor_of_another_purpose");
    EXPECT_TRUE(deliveries_->counts().empty());
}

TEST_F(ManifestTest, TheSameOneIsTakenInOnce) {
    const std::string text = kHeader + kFirst;
    take_in(signed_by(clerk_, text));
    EXPECT_EQ(thrown_code([&] { take_in(signed_by(clerk_, text)); }), "manifest.twice");
    EXPECT_EQ(deliveries_->counts().at(Stage::expected), 1);
}

TEST_F(ManifestTest, OneBadRowStopsAllUntilAPersonTakesTheRest) {
    const std::string text = kHeader + kFirst + "A-3,123,a,b,,\n" + kSecond;
    const Bytes file = signed_by(clerk_, text);
    try {
        take_in(file);
        ADD_FAILURE();
    } catch (const ManifestRejected& rejected) {
        EXPECT_EQ(rejected.code(), "manifest.rows");
        ASSERT_EQ(rejected.faults().size(), 1U);
        EXPECT_EQ(rejected.faults()[0].line, 3U);
        EXPECT_EQ(rejected.good_rows(), 2U);
    }
    EXPECT_TRUE(deliveries_->counts().empty());
    EXPECT_EQ(journal_->size(), 0U);
    const ManifestImported imported = take_in(file, {false, true});
    EXPECT_EQ(imported.cards, 2U);
    EXPECT_EQ(imported.left_out.size(), 1U);
}

TEST_F(ManifestTest, ATrackingCodeThatIsThereOrStandsTwiceIsNamed) {
    take_in(signed_by(clerk_, kHeader + kFirst));
    try {
        take_in(signed_by(clerk_, kHeader + kSecond + kSecond + kFirst));
        ADD_FAILURE();
    } catch (const ManifestRejected& rejected) {
        ASSERT_EQ(rejected.faults().size(), 2U);
        EXPECT_EQ(rejected.faults()[0].code, "manifest.tracking_code_twice");
        EXPECT_EQ(rejected.faults()[0].line, 3U);
        EXPECT_EQ(rejected.faults()[1].code, "delivery.tracking_code");
        EXPECT_EQ(rejected.faults()[1].line, 4U);
    }
    EXPECT_EQ(deliveries_->counts().at(Stage::expected), 1);
}

TEST_F(ManifestTest, AnEmptyOneIsRefused) {
    EXPECT_EQ(thrown_code([&] { take_in(signed_by(clerk_, kHeader)); }), "manifest.empty");
}

// As a centre with Arabic keyboards writes it, and as a clerk with a Persian one, or a half-space, asks for it.
TEST_F(ManifestTest, WhatWasTypedOnOneKeyboardIsFoundFromAnother) {
    take_in(as_bytes("tracking_code,national_code,given_name,family_name,birth_date,birth_certificate_serial\n"
                     "\u06f1\u06f4\u06f0\u06f5\u06f7,\u0660\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0669,"
                     "\u0639\u0644\u064a,\u0645\u064a\u0631\u200c\u0643\u0631\u064a\u0645\u064a,"
                     "\u06f1\u06f3\u06f6\u06f9-\u06f0\u06f1-\u06f0\u06f1,\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\n"),
            {.accept_unsigned = true});
    const std::vector<std::string> id{"T1-00000001"};
    for (const char* const name :
         {"\u0645\u06cc\u0631\u06a9\u0631\u06cc\u0645\u06cc", "\u0645\u06cc\u0631\u200c\u06a9\u0631\u06cc\u0645\u06cc",
          "\u0645\u064a\u0631\u0643\u0631\u064a\u0645\u064a",
          "\u0639\u0644\u06cc  \u0645\u06cc\u0631\u06a9\u0631\u06cc\u0640\u0645\u06cc "})
        EXPECT_EQ(deliveries_->by_name(name), id) << name;
    EXPECT_EQ(deliveries_->by_tracking_code("14057"), id);
    EXPECT_EQ(deliveries_->by_national_code("0012345679"), id);

    Inquiry inquiry(keys_, {});
    for (const char* const code : {"14057", "\u06f1\u06f4\u06f0\u06f5\u06f7", "\u0661\u0664\u0660\u0665\u0667"})
        EXPECT_EQ(inquiry.by_tracking_code(*deliveries_, "uid 1000", code, {}).stage, Stage::expected) << code;
    EXPECT_EQ(inquiry
                  .by_identity(*deliveries_, "uid 1000", "\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f9",
                               "\u0661\u0662\u0663\u0664\u0665\u0666", "1990-03-21", {})
                  .stage,
              Stage::expected);
}

}  // namespace
}  // namespace tahvil::daemon
