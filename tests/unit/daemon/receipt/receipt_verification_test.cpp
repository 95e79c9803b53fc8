#include "daemon/receipt/receipt_verification.h"

#include <gtest/gtest.h>

#include "crypto/trust/issuer.h"
#include "crypto/trust/store_builder.h"
#include "daemon/receipt/sd_jwt.h"

namespace tahvil::daemon {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'780'000'000}};

/// An authority, a terminal below it, and receipts that it signs.
class ReceiptVerified : public testing::Test {
protected:
    static trust::Validity year() { return {kNow - std::chrono::days{1}, kNow + std::chrono::days{365}}; }

    static trust::CertifiedKey root() {
        return trust::issue_self_signed(
            trust::CertificateTemplate::country_signer(trust::NameWriter().common_name("Authority").der(), year()),
            PrivateKey::generate_ec(Curve::secp256r1));
    }

    static trust::CertifiedKey below(const trust::CertifiedKey& authority) {
        trust::CertificateTemplate terminal =
            trust::CertificateTemplate::document_signer(trust::NameWriter().common_name("T1").der(), year());
        terminal.serial = {0x02};
        return trust::issue(terminal, PrivateKey::generate_ec(Curve::secp256r1), authority);
    }

    std::string receipt(std::chrono::sys_seconds at, std::string_view type = kReceiptType) const {
        SdJwtContent content;
        content.type = type;
        content.certificates = {terminal_.certificate};
        content.open = {{"iss", "office.example/12"}, {"iat", at.time_since_epoch().count()}, {"record", "T1-1"}};
        content.disclosable = {{"national_code", "1234567891"}};
        return issue_sd_jwt(content, *signer_in_memory(terminal_.key));
    }

    static std::shared_ptr<const trust::TrustStore> store(const trust::CertifiedKey& authority, trust::Purpose purpose,
                                                          std::map<Bytes, std::chrono::sys_seconds> revoked = {}) {
        trust::StoreBuilder builder(*trust::TrustStore::empty());
        trust::ImportOptions options;
        options.at = kNow;
        options.purposes = {purpose};
        builder.import(authority.certificate, options);
        if (!revoked.empty()) {
            trust::RevocationTemplate list;
            list.this_update = kNow;
            list.next_update = kNow + std::chrono::days{30};
            list.revoked = std::move(revoked);
            builder.import(trust::issue_revocation_list(list, authority), options);
        }
        return trust::TrustStore::from_bytes(builder.next(kNow));
    }

    static std::string result(const ReceiptVerification& found, std::string_view id) {
        const Check* const check = find(found.checks, id);
        return std::string(name(check->result)) + " " + check->reason;
    }

    const trust::CertifiedKey authority_ = root();
    const trust::CertifiedKey terminal_ = below(authority_);
};

TEST_F(ReceiptVerified, PassesBelowAnAnchorForReceipts) {
    const auto found = verify_receipt(receipt(kNow) + "\n", *store(authority_, trust::Purpose::receipts));
    EXPECT_TRUE(found.passed());
    EXPECT_EQ(found.claims.at("national_code").as_string(), "1234567891");
}

TEST_F(ReceiptVerified, PassesLongAfterItsSignerRetired) {
    // The receipt is of a time at which the certificate was good; when it is looked at is no matter.
    const auto anchors = store(authority_, trust::Purpose::receipts);
    EXPECT_TRUE(verify_receipt(receipt(kNow + std::chrono::days{364}), *anchors).passed());
    EXPECT_FALSE(verify_receipt(receipt(kNow + std::chrono::days{366}), *anchors).passed());
    EXPECT_FALSE(verify_receipt(receipt(kNow - std::chrono::days{2}), *anchors).passed());
}

TEST_F(ReceiptVerified, IsNotByAnAnchorForSomethingElseOrByAnother) {
    const auto other = verify_receipt(receipt(kNow), *store(authority_, trust::Purpose::documents));
    EXPECT_FALSE(other.passed());
    EXPECT_EQ(result(other, "receipt.signature"), "passed ");
    EXPECT_FALSE(verify_receipt(receipt(kNow), *store(root(), trust::Purpose::receipts)).passed());
    EXPECT_FALSE(verify_receipt(receipt(kNow), *trust::TrustStore::empty()).passed());
}

TEST_F(ReceiptVerified, FailsWithARevokedCertificate) {
    const auto found =
        verify_receipt(receipt(kNow), *store(authority_, trust::Purpose::receipts, {{Bytes{0x02}, kNow}}));
    EXPECT_EQ(result(found, "receipt.certificate"), "failed revoked");
}

TEST_F(ReceiptVerified, FailsWhenAnythingInItWasChanged) {
    const auto anchors = store(authority_, trust::Purpose::receipts);
    const std::string good = receipt(kNow);
    for (std::size_t i = 0; i < good.size(); i += 37) {
        std::string changed = good;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        if (changed == good) continue;
        const auto found = verify_receipt(changed, *anchors);
        EXPECT_FALSE(found.passed()) << i;
        if (result(found, "receipt.signature") != "passed ") {
            EXPECT_TRUE(found.claims.empty()) << i;
        }
    }
    EXPECT_EQ(result(verify_receipt(receipt(kNow, "another+sd-jwt"), *anchors), "receipt.structure"),
              "failed other_type");
    EXPECT_EQ(result(verify_receipt("nothing", *anchors), "receipt.structure"), "failed malformed");
    EXPECT_EQ(result(verify_receipt("", *anchors), "receipt.signature"), "not_performed no_receipt");
}

}  // namespace
}  // namespace tahvil::daemon
