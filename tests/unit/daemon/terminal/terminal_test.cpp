#include "daemon/terminal/terminal.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/trust/certificate_request.h"
#include "crypto/trust/name.h"
#include "crypto/trust/store_builder.h"
#include "daemon/private_file.h"
#include "daemon/terminal/specimen_authority.h"
#include "tests/support/thrown_code.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'780'000'000}};

class TerminalTest : public testing::Test {
protected:
    TerminalTest() { fs::remove_all(folder_); }
    ~TerminalTest() override { fs::remove_all(folder_); }

    static trust::ImportOptions for_receipts() {
        trust::ImportOptions options;
        options.at = kNow;
        options.purposes = {trust::Purpose::receipts};
        return options;
    }

    static std::shared_ptr<const trust::TrustStore> trusting(ByteView authority) {
        trust::StoreBuilder builder(*trust::TrustStore::empty());
        builder.import(authority, for_receipts());
        return trust::TrustStore::from_bytes(builder.next(kNow));
    }

    static void certify(Terminal& terminal, ByteView request) {
        const SpecimenCertificate made = certify_as_specimen(request, kNow);
        terminal.accept(made.certificate, *trusting(made.authority), kNow);
    }

    static std::string states(const Terminal& terminal) {
        std::string all;
        for (const TerminalKey& key : terminal.keys())
            all += std::string(name(key.role)) + "-" + std::to_string(key.number) + ":" + std::string(name(key.state)) +
                   " ";
        return all;
    }

    fs::path folder_ = fs::temp_directory_path() / ("tahvil-terminal-" + std::to_string(::getpid()));
    const Enrolment enrolment_{"T1", "office.example/12", "", ""};
};

TEST_F(TerminalTest, SignsReceiptsOnceItsRequestIsCertified) {
    Terminal terminal(folder_);
    EXPECT_FALSE(terminal.enrolled());
    EXPECT_EQ(thrown_code([&] { terminal.receipts(); }), "terminal.not_enrolled");
    EXPECT_EQ(thrown_code([&] { terminal.checkpoints(); }), "terminal.not_enrolled");
    const Bytes request = terminal.enrol(enrolment_, kNow);
    EXPECT_EQ(terminal.journal_origin(), "office.example/12/T1");
    EXPECT_EQ(terminal.checkpoints()->key->public_key().kind(), KeyKind::ed25519);
    EXPECT_EQ(thrown_code([&] { terminal.receipts(); }), "terminal.no_certificate");
    EXPECT_EQ(thrown_code([&] { terminal.enrol(enrolment_, kNow); }), "terminal.enrolled");
    certify(terminal, request);
    const auto identity = terminal.receipts();
    EXPECT_EQ(identity->terminal, "T1");
    EXPECT_EQ(identity->office, "office.example/12");
    ASSERT_EQ(identity->certificates.size(), 1U);
    EXPECT_EQ(trust::Certificate::parse(identity->certificates[0]).public_key(), identity->key->public_key());
}

TEST_F(TerminalTest, IsTheSameAfterARestart) {
    Bytes certificate;
    {
        Terminal terminal(folder_);
        certify(terminal, terminal.enrol(enrolment_, kNow));
        certificate = terminal.receipts()->certificates[0];
    }
    Terminal again(folder_);
    EXPECT_EQ(again.receipts()->certificates[0], certificate);
    EXPECT_EQ(again.terminal(), "T1");
    for (const auto& entry : fs::directory_iterator(folder_)) {
        struct stat about {};
        ASSERT_EQ(::stat(entry.path().c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 0777U, 0600U) << entry.path();
    }
}

TEST_F(TerminalTest, KeepsOldKeysForWhatTheySigned) {
    Terminal terminal(folder_);
    certify(terminal, terminal.enrol(enrolment_, kNow));
    const PublicKey first = terminal.receipts()->key->public_key();
    const Bytes request = terminal.renew(KeyRole::receipts, "", kNow);
    EXPECT_EQ(terminal.receipts()->key->public_key(), first) << "until the new one is certified";
    certify(terminal, request);
    EXPECT_FALSE(terminal.receipts()->key->public_key() == first);
    EXPECT_TRUE(terminal.renew(KeyRole::checkpoints, "", kNow).empty());
    EXPECT_EQ(states(terminal), "receipts-1:retired checkpoints-1:retired receipts-2:current checkpoints-2:current ");
    EXPECT_EQ(terminal.checkpoint_keys().size(), 2U);
    EXPECT_EQ(terminal.checkpoint_keys()[0].key(), terminal.checkpoints()->key->public_key());
    terminal.revoke(KeyRole::checkpoints, 1, "the disk was sold", kNow);
    EXPECT_EQ(terminal.checkpoint_keys().size(), 1U);
    terminal.revoke(KeyRole::receipts, 2, "seen by a stranger", kNow);
    EXPECT_EQ(thrown_code([&] { terminal.receipts(); }), "terminal.no_certificate");
    EXPECT_EQ(thrown_code([&] { terminal.revoke(KeyRole::receipts, 3, "x", kNow); }), "terminal.no_key");
    EXPECT_EQ(thrown_code([&] { terminal.revoke(KeyRole::receipts, 1, "", kNow); }), "terminal.reason");
}

TEST_F(TerminalTest, TakesNoCertificateThatItCanNotRelyUpon) {
    Terminal terminal(folder_);
    const Bytes request = terminal.enrol(enrolment_, kNow);
    const SpecimenCertificate made = certify_as_specimen(request, kNow);
    EXPECT_EQ(thrown_code([&] { terminal.accept(made.certificate, *trust::TrustStore::empty(), kNow); }),
              "terminal.certificate");
    const auto store = trusting(made.authority);
    EXPECT_EQ(thrown_code([&] { terminal.accept(made.certificate, *store, kNow + std::chrono::days{366}); }),
              "terminal.certificate");
    EXPECT_EQ(thrown_code([&] { terminal.accept(made.authority, *store, kNow); }), "terminal.no_request");
    EXPECT_EQ(thrown_code([&] { terminal.accept(as_bytes("nothing"), *store, kNow); }), "asn1.malformed");
    terminal.accept(as_bytes(trust::write_pem("CERTIFICATE", made.certificate)), *store, kNow);
    EXPECT_NO_THROW(terminal.receipts());
}

TEST_F(TerminalTest, RefusesNamesAndKeysThatWillNotDo) {
    Terminal terminal(folder_);
    const auto refused = [&](const Enrolment& enrolment) {
        return thrown_code([&] { terminal.enrol(enrolment, kNow); });
    };
    EXPECT_EQ(refused({"", "office.example", "", ""}), "terminal.name");
    EXPECT_EQ(refused({"T 1", "office.example", "", ""}), "terminal.name");
    EXPECT_EQ(refused({"T1", "office example", "", ""}), "terminal.office");
    EXPECT_EQ(refused({"T1", "office.example", "receipts.key", ""}), "terminal.key");
    const fs::path key = folder_ / "own.pem";
    write_private_file(key, PrivateKey::generate_ed25519().pem().view());
    EXPECT_EQ(refused({"T1", "office.example", key.string(), ""}), "terminal.key");
    ASSERT_EQ(::chmod(key.c_str(), 0640), 0);
    EXPECT_EQ(refused({"T1", "office.example", "", key.string()}), "private_file.open_to_others");
    ASSERT_EQ(::chmod(key.c_str(), 0600), 0);
    terminal.enrol({"T1", "office.example", "", key.string()}, kNow);
    EXPECT_EQ(terminal.keys()[1].source, key.string());
}

TEST_F(TerminalTest, SaysSoWhenItsFileIsDamaged) {
    { Terminal(folder_).enrol(enrolment_, kNow); }
    write_private_file(folder_ / "checkpoints-1.key", PrivateKey::generate_ed25519().pem().view());
    EXPECT_EQ(thrown_code([&] { Terminal{folder_}; }), "terminal.state");
    write_private_file(folder_ / "terminal.json", as_bytes("{}"));
    EXPECT_EQ(thrown_code([&] { Terminal{folder_}; }), "terminal.state");
}

TEST_F(TerminalTest, AsksForCertificatesInAWayThatOpensslTakes) {
    if (std::system("command -v openssl > /dev/null") != 0) GTEST_SKIP() << "openssl is not installed";
    Terminal terminal(folder_);
    const fs::path file = folder_ / "request.pem";
    std::ofstream(file) << trust::write_pem("CERTIFICATE REQUEST", terminal.enrol(enrolment_, kNow));
    const std::string out = (folder_ / "out").string();
    EXPECT_EQ(std::system(("openssl req -in " + file.string() + " -noout -verify -text > " + out + " 2>&1").c_str()),
              0);
    std::ifstream text(out);
    const std::string all{std::istreambuf_iterator<char>(text), {}};
    EXPECT_NE(all.find("Tahvil terminal T1"), std::string::npos) << all;
    EXPECT_NE(all.find("Digital Signature"), std::string::npos) << all;
}

TEST(CertificateRequest, IsRefusedWhenItsSignatureIsAnothers) {
    const auto signer = signer_in_memory(PrivateKey::generate_ec(Curve::secp256r1));
    Bytes request = trust::make_certificate_request(trust::NameWriter().common_name("x").der(), *signer);
    EXPECT_EQ(trust::read_certificate_request(request).key, signer->public_key());
    request.back() ^= 1U;
    EXPECT_EQ(thrown_code([&] { trust::read_certificate_request(request); }), "request.signature");
    request.pop_back();
    EXPECT_EQ(thrown_code([&] { trust::read_certificate_request(request); }), "request.malformed");
}

}  // namespace
}  // namespace tahvil::daemon
