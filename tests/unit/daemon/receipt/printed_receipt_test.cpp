#include "daemon/receipt/printed_receipt.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "crypto/base64.h"
#include "crypto/signature.h"
#include "crypto/signer.h"
#include "crypto/trust/issuer.h"
#include "daemon/receipt/qr_code.h"
#include "daemon/receipt/sd_jwt.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'780'000'000}};

class PrintedReceiptTest : public testing::Test {
protected:
    static trust::CertifiedKey office() {
        return trust::issue_self_signed(trust::CertificateTemplate::document_signer(
                                            trust::NameWriter().country("UT").common_name("Office 12").der(),
                                            {kNow - std::chrono::days(1), kNow + std::chrono::days(365)}),
                                        PrivateKey::generate_ec(Curve::secp256r1));
    }
    std::string issue(const std::string& type = "tahvil-receipt+sd-jwt") const {
        SdJwtContent content;
        content.type = type;
        content.certificates = {certificate_};
        const auto item = [](const char* name, const char* state, const char* method) {
            return boost::json::object{{"item", name}, {"state", state}, {"method", method}};
        };
        content.open = {
            {"iss", "office.example/12"},
            {"jti", "T1-00000042-R"},
            {"iat", kNow.time_since_epoch().count()},
            {"record", "T1-00000042"},
            {"terminal", "T1"},
            {"operator", "operator-7"},
            {"verdict", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
            {"checklist",
             boost::json::array{
                 item("card_is_the_records", "satisfied", "check"), item("verdict_accepted", "satisfied", "check"),
                 item("card_genuine", "satisfied", "check"), item("chip_proved", "approved", "check"),
                 item("not_revoked", "satisfied", "check"), item("not_expired", "satisfied", "check"),
                 item("holder_of_age", "satisfied", ""), item("holder_verified", "satisfied", "fingerprint_on_card"),
                 item("fee_settled", "satisfied", "paid"), item("transport_pin_changed", "satisfied", "changed"),
                 item("old_card_collected", "not_applicable", "first_card")}},
            {"journal", {{"position", 1217}, {"checkpoint", ""}}}};
        content.disclosable = {{"given_name", "سارا"},
                               {"family_name", "راد <b>&\"'"},
                               {"national_code", "0012345679"},
                               {"tracking_code", "1405000042"},
                               {"card_serial", "SERIAL-42"}};
        return issue_sd_jwt(content, *signer_);
    }

    trust::CertifiedKey office_ = office();
    Bytes certificate_ = office_.certificate;
    std::unique_ptr<Signer> signer_ = signer_in_memory(std::move(office_.key));
    OfficeCalendar calendar_{{"Asia/Tehran", {"friday"}, {}}};
};

TEST_F(PrintedReceiptTest, IsAPersianPageThatSaysWhatTheReceiptSays) {
    const std::string page = print_receipt(issue(), calendar_);
    EXPECT_NE(page.find("<html lang=\"fa\" dir=\"rtl\">"), std::string::npos);
    for (const char* const text : {"T1-00000042-R", "سارا", "0012345679", "SERIAL-42", "operator-7", "1217",
                                   "۱۴۰۵/۰۳/۰۷ ساعت ۲۳:۵۶", "2026-05-28", "اثر انگشت روی کارت", "با تأیید سرپرست"})
        EXPECT_NE(page.find(text), std::string::npos) << text;
    if (const char* const folder = std::getenv("TAHVIL_KEEP"))
        std::ofstream(std::filesystem::path(folder) / "receipt.html") << page;
}

TEST_F(PrintedReceiptTest, RunsNothingAndLoadsNothing) {
    const std::string page = print_receipt(issue(), calendar_);
    EXPECT_NE(page.find("راد &lt;b&gt;&amp;&quot;&#39;"), std::string::npos);
    EXPECT_EQ(page.find("<b>"), std::string::npos);
    EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
    for (const char* const text : {"<script", "src=", "href=", "url(", "@import"})
        EXPECT_EQ(page.find(text), std::string::npos) << text;
}

TEST_F(PrintedReceiptTest, ShowsOnlyWhatIsDisclosed) {
    const std::string page = print_receipt(withhold(issue(), {"card_serial"}), calendar_);
    EXPECT_NE(page.find("SERIAL-42"), std::string::npos);
    EXPECT_EQ(page.find("0012345679"), std::string::npos);
    EXPECT_EQ(page.find("سارا"), std::string::npos);
}

TEST_F(PrintedReceiptTest, PrintsNothingThatNobodySigned) {
    std::string changed = issue();
    std::size_t at = changed.find('~') - 10;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(thrown_code([&] { print_receipt(changed, calendar_); }), "receipt.signature");
    EXPECT_EQ(thrown_code([&] { print_receipt(issue("other+sd-jwt"), calendar_); }), "receipt.type");
    EXPECT_EQ(thrown_code([&] { print_receipt("x", calendar_); }), "sd_jwt.malformed");
}

TEST_F(PrintedReceiptTest, TheShortFormVerifiesWithOpenSslAloneAndNamesNobody) {
    const std::string full = issue();
    const std::string text = short_form(full);
    EXPECT_EQ(short_form(withhold(full, {})), text);
    std::vector<std::string> parts;
    for (std::size_t from = 0, to = 0; to != std::string::npos; from = to + 1) {
        to = text.find(':', from);
        parts.push_back(text.substr(from, to - from));
    }
    ASSERT_EQ(parts.size(), 6U) << text;
    EXPECT_EQ(parts[0] + ":" + parts[1] + ":" + parts[2], "tahvil-receipt:1:T1-00000042-R");
    EXPECT_EQ(parts[5], to_base64(digest(DigestAlgorithm::sha256, certificate_), Base64::url));

    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("tahvil-short-form-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto put = [&](const char* name, const Bytes& bytes) {
        std::ofstream(folder / name, std::ios::binary) << as_text(bytes);
    };
    put("digest", from_base64(parts[3], Base64::url));
    put("signature", ecdsa_plain_to_der(Curve::secp256r1, from_base64(parts[4], Base64::url)));
    put("key.der", signer_->public_key().spki());
    const auto verifies = [&] {
        return std::system(("cd " + folder.string() +
                            " && openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -sigfile signature "
                            "-in digest >/dev/null 2>&1")
                               .c_str()) == 0;
    };
    EXPECT_TRUE(verifies());
    put("digest", Bytes(32, 0x11));
    EXPECT_FALSE(verifies());
    std::filesystem::remove_all(folder);
}

TEST(QrCode, HoldsTextsUpToItsLimit) {
    EXPECT_NE(qr_svg("a").find("viewBox=\"0 0 29 29\""), std::string::npos);  // version 1, 21 modules, quiet zone
    EXPECT_NE(qr_svg(std::string(2331, 'a')).find("viewBox=\"0 0 185 185\""), std::string::npos);  // version 40
    EXPECT_EQ(thrown_code([] { qr_svg(std::string(2332, 'a')); }), "qr.too_long");
    EXPECT_EQ(thrown_code([] { qr_svg(""); }), "qr.too_long");
}

}  // namespace
}  // namespace tahvil::daemon
