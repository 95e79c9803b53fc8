#include "crypto/trust/store_builder.h"

#include <gtest/gtest.h>

#include "crypto/base64.h"
#include "crypto/error.h"
#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::trust {
namespace {

using specimen::at;

ImportOptions options_for(std::string file) {
    ImportOptions options;
    options.file = std::move(file);
    options.at = specimen::kNow;
    return options;
}

std::string to_base64(ByteView bytes) {
    return tahvil::to_base64(bytes, Base64::standard);
}

std::string folded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 60) out += (i == 0 ? "" : "\n ") + text.substr(i, 60);
    return out;
}

class StoreBuilderTest : public testing::Test {
protected:
    ImportReport pin(const Bytes& certificate) {
        ImportOptions options = options_for("root.cer");
        options.pin = true;
        return builder.import(certificate, options);
    }

    Bytes list_of(const std::vector<Bytes>& certificates, Time signing_time) const {
        SigningOptions options;
        options.signing_time = signing_time;
        return sign_master_list(certificates, list_signer, options);
    }

    std::shared_ptr<const TrustStore> store() const { return TrustStore::from_bytes(builder.next(specimen::kNow)); }

    std::string only_reason(const ImportReport& report) {
        EXPECT_EQ(report.items.size(), 1U);
        EXPECT_EQ(report.items.at(0).outcome, Outcome::refused);
        return report.items.at(0).reason;
    }

    CertifiedKey root = specimen::country_signer("UT");
    CertifiedKey other = specimen::country_signer("XX");
    CertifiedKey list_signer =
        issue(CertificateTemplate::master_list_signer(specimen::signer_name(), specimen::kSignerValidity),
              PrivateKey::generate_ec(Curve::secp256r1), root);
    StoreBuilder builder{*TrustStore::empty()};
};

TEST_F(StoreBuilderTest, TakesACertificateInDerAndInPemOnce) {
    const ImportReport first = builder.import(root.certificate, options_for("a.cer"));
    EXPECT_EQ(first.count(Outcome::added), 1U);
    const std::string pem =
        "subject=...\n-----BEGIN CERTIFICATE-----\n" + to_base64(root.certificate) + "\n-----END CERTIFICATE-----\n";
    const ImportReport second = builder.import(as_bytes(pem), options_for("a.pem"));
    EXPECT_EQ(second.count(Outcome::known), 1U);
    ASSERT_EQ(store()->size(), 1U);
    const Entry entry = store()->entry(0);
    EXPECT_EQ(entry.status, Status::trusted);
    EXPECT_EQ(entry.purposes, Purposes{Purpose::documents});
    EXPECT_EQ(store()->sources().at(entry.sources.at(0)).file, "a.cer");
    EXPECT_EQ(store()->number(), 1U);
}

TEST_F(StoreBuilderTest, RefusesWhatIsNoTrustFile) {
    EXPECT_EQ(only_reason(builder.import({}, options_for("x"))), "empty");
    EXPECT_EQ(only_reason(builder.import(as_bytes("hello"), options_for("x"))), "unknown_format");
    EXPECT_EQ(only_reason(builder.import(from_hex("30 03 02 01 05"), options_for("x"))), "malformed");
    EXPECT_EQ(only_reason(builder.import(ByteView(root.certificate).first(100), options_for("x"))), "malformed");
    EXPECT_EQ(only_reason(builder.import(as_bytes("-----BEGIN CERTIFICATE-----\n*"), options_for("x"))), "malformed");
    EXPECT_FALSE(builder.changed());
}

TEST_F(StoreBuilderTest, RefusesALeafAndAFalseSelfSignatureAsAnchors) {
    CertificateTemplate leaf = CertificateTemplate::document_signer(specimen::issuer_name(), specimen::kIssuerValidity);
    const CertifiedKey web = issue_self_signed(leaf, PrivateKey::generate_ec(Curve::secp256r1));
    EXPECT_EQ(only_reason(builder.import(web.certificate, options_for("x"))), "not_an_issuer");
    const CertifiedKey forger = specimen::country_signer();
    const Bytes forged =
        issue_certificate(CertificateTemplate::country_signer(specimen::issuer_name(), specimen::kIssuerValidity),
                          root.key.public_key(), forger);
    EXPECT_EQ(only_reason(builder.import(forged, options_for("x"))), "self_signature_invalid");
}

TEST_F(StoreBuilderTest, AMasterListCountsOnlyUnderAPinnedRoot) {
    const Bytes list = list_of({root.certificate, other.certificate}, at(2026, 1));
    EXPECT_EQ(only_reason(builder.import(list, options_for("list.ml"))), "issuer_unknown");
    builder.import(root.certificate, options_for("root.cer"));  // for documents, which is not enough
    EXPECT_NE(only_reason(builder.import(list, options_for("list.ml"))), "");
    pin(root.certificate);
    const ImportReport report = builder.import(list, options_for("list.ml"));
    EXPECT_EQ(report.count(Outcome::refused), 0U);
    const auto result = store();
    const auto found = result->by_subject(other.parsed().subject());
    ASSERT_EQ(found.size(), 1U);
    const Source source = result->sources().at(result->entry(found[0]).sources.at(0));
    EXPECT_EQ(source.kind, SourceKind::master_list);
    EXPECT_EQ(source.country, "UT");
    EXPECT_EQ(source.signed_at, at(2026, 1));
}

TEST_F(StoreBuilderTest, AListGoesForwardOnly) {
    pin(root.certificate);
    EXPECT_EQ(builder.import(list_of({other.certificate}, at(2026, 2)), options_for("b.ml")).count(Outcome::refused),
              0U);
    const Bytes older = list_of({root.certificate}, at(2026, 1));
    EXPECT_EQ(only_reason(builder.import(older, options_for("a.ml"))), "rollback");
    EXPECT_EQ(
        only_reason(builder.import(list_of({other.certificate, root.certificate}, at(2026, 2)), options_for("b2.ml"))),
        "rollback");
    ImportOptions allowed = options_for("a.ml");
    allowed.allow_rollback = true;
    EXPECT_EQ(builder.import(older, allowed).count(Outcome::refused), 0U);
    EXPECT_TRUE(store()->sources().back().rollback);
    EXPECT_EQ(only_reason(builder.import(list_of({}, at(2027)), options_for("future.ml"))), "signed_in_future");
}

TEST_F(StoreBuilderTest, AListSignedByAnotherKindOfSignerIsRefused) {
    pin(root.certificate);
    const CertifiedKey signer = specimen::document_signer(root);
    SigningOptions options;
    options.signing_time = at(2026, 1);
    EXPECT_EQ(only_reason(builder.import(sign_master_list({other.certificate}, signer, options), options_for("x"))),
              "extended_key_usage");
    options.signing_time.reset();
    EXPECT_EQ(
        only_reason(builder.import(sign_master_list({other.certificate}, list_signer, options), options_for("x"))),
        "undated");
    options.signing_time = at(2023, 1);
    EXPECT_EQ(
        only_reason(builder.import(sign_master_list({other.certificate}, list_signer, options), options_for("x"))),
        "signer_not_valid");
}

TEST_F(StoreBuilderTest, AVanishedAnchorIsKeptAskedAboutOrDistrusted) {
    const std::vector<std::pair<Vanished, Status>> cases{{Vanished::keep, Status::trusted},
                                                         {Vanished::ask, Status::questioned},
                                                         {Vanished::distrust, Status::distrusted}};
    for (const auto& [policy, status] : cases) {
        StoreBuilder one(*TrustStore::empty());
        ImportOptions options = options_for("root.cer");
        options.pin = true;
        one.import(root.certificate, options);
        one.import(list_of({root.certificate, other.certificate}, at(2026, 1)), options_for("a.ml"));
        options = options_for("b.ml");
        options.vanished = policy;
        const ImportReport report = one.import(list_of({root.certificate}, at(2026, 2)), options);
        EXPECT_EQ(report.items.back().reason, "vanished");
        const auto result = TrustStore::from_bytes(one.next(specimen::kNow));
        EXPECT_EQ(result->entry(result->by_subject(other.parsed().subject()).at(0)).status, status);
        // Back in a list that follows, one that was asked about is trusted; a distrusted one stays so until a person
        // decides.
        one.import(list_of({root.certificate, other.certificate}, at(2026, 3)), options_for("c.ml"));
        const auto after = TrustStore::from_bytes(one.next(specimen::kNow));
        EXPECT_EQ(after->entry(after->by_subject(other.parsed().subject()).at(0)).status,
                  policy == Vanished::distrust ? Status::distrusted : Status::trusted);
        EXPECT_TRUE(one.decide(other.parsed().fingerprint(), Status::trusted));
    }
}

TEST_F(StoreBuilderTest, ARevocationListNeedsItsIssuerAndGoesForwardOnly) {
    RevocationTemplate what;
    what.this_update = at(2026, 3);
    what.number = 7;
    const Bytes newer = issue_revocation_list(what, root);
    EXPECT_EQ(only_reason(builder.import(newer, options_for("x.crl"))), "issuer_unknown");
    builder.import(root.certificate, options_for("root.cer"));
    EXPECT_EQ(builder.import(newer, options_for("x.crl")).count(Outcome::added), 1U);
    EXPECT_EQ(builder.import(newer, options_for("x.crl")).count(Outcome::known), 1U);
    what.number = 6;
    EXPECT_EQ(only_reason(builder.import(issue_revocation_list(what, root), options_for("x.crl"))), "rollback");
    what.number = 8;
    EXPECT_EQ(builder.import(issue_revocation_list(what, root), options_for("x.crl")).count(Outcome::changed), 1U);
    EXPECT_EQ(store()->revocation_list_count(), 1U);
}

TEST_F(StoreBuilderTest, LdifIsReadInBothSpellingsAndMakesNoAnchorsByItself) {
    pin(root.certificate);
    const CertifiedKey signer = specimen::document_signer(root);
    RevocationTemplate revocation;
    revocation.this_update = at(2026, 3);
    const Bytes list = list_of({other.certificate}, at(2026, 1));
    const Bytes newer_list = list_of({other.certificate}, at(2026, 2));
    const std::string ldif =
        "version: 1\n\n# a comment\ndn: c=UT,dc=data\nobjectClass: top\nuserCertificate;binary:: " +
        folded(to_base64(signer.certificate)) + "\n\ndn: c=UT\ncertificateRevocationList;binary:: " +
        folded(to_base64(issue_revocation_list(revocation, root))) +
        "\n\ndn: c=UT\ncscaCertificate:: AAAA\nCscaMasterListData:: " + folded(to_base64(list)) +
        "\n\ndn: c=UT\r\npkdMasterListContent:: " + folded(to_base64(newer_list)) + "\n";
    const ImportReport report = builder.import(as_bytes(ldif), options_for("pkd.ldif"));
    EXPECT_EQ(report.count(Outcome::refused), 0U);
    const auto result = store();
    EXPECT_EQ(result->revocation_list_count(), 1U);
    const auto found = result->by_issuer_and_serial(signer.parsed().issuer(), signer.parsed().serial());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(result->entry(found[0]).status, Status::certificate);
    EXPECT_EQ(result->sources().back().signed_at, at(2026, 2));
    const ImportReport anchorless =
        builder.import(as_bytes("dn: x\nuserCertificate;binary:: " + folded(to_base64(other.certificate)) + "\n"),
                       options_for("y.ldif"));
    EXPECT_EQ(anchorless.count(Outcome::known), 1U);
}

TEST_F(StoreBuilderTest, AContainerIsReadBackAsItWasWritten) {
    pin(root.certificate);
    builder.import(list_of({root.certificate, other.certificate}, at(2026, 1)), options_for("list.ml"));
    builder.record_hot_list({"UTO", 5, at(2026, 1), from_hex("03 04")}, false);
    const auto first = store();
    const Bytes again = encode(content_of(*first));
    EXPECT_EQ(to_hex(first->container()), to_hex(again));
    for (std::size_t at_byte = 0; at_byte < again.size(); at_byte += 7) {
        Bytes changed = again;
        changed[at_byte] ^= 1U;
        EXPECT_THROW(TrustStore::from_bytes(changed), MalformedData) << at_byte;
    }
}

TEST_F(StoreBuilderTest, AHotListGoesForwardOnly) {
    EXPECT_TRUE(builder.record_hot_list({"UTO", 5, at(2026, 1), from_hex("AA")}, false));
    EXPECT_FALSE(builder.record_hot_list({"UTO", 5, at(2026, 2), from_hex("BB")}, false));
    EXPECT_FALSE(builder.record_hot_list({"UTO", 6, at(2025, 2), from_hex("BB")}, false));
    EXPECT_TRUE(builder.record_hot_list({"IRN", 1, at(2025, 2), from_hex("BB")}, false));
    EXPECT_TRUE(builder.record_hot_list({"UTO", 4, at(2025, 2), from_hex("CC")}, true));
}

}  // namespace
}  // namespace tahvil::trust
