#include "daemon/delivery/shipment.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <boost/json.hpp>

#include "crypto/trust/issuer.h"
#include "crypto/trust/signed_data.h"
#include "daemon/delivery/manifest.h"
#include "tests/support/thrown_code.h"
#include "tests/unit/daemon/delivery/desk.h"

namespace tahvil::daemon {
namespace {

using test::kNow;

class ShipmentTest : public test::DeskTest {
protected:
    void SetUp() override {
        test::DeskTest::SetUp();
        ids_ = add(4);
        for (const char* const id : {"T1-00000001", "T1-00000002", "T1-00000003"}) move(id, Stage::arrived);
        make();
    }
    void make() { shipments_ = std::make_unique<Shipments>(*database_, keys_, *journal_, *deliveries_); }

    static trust::CertifiedKey self_signed() {
        trust::CertificateTemplate what = trust::CertificateTemplate::document_signer(
            trust::NameWriter().country("UT").common_name("Office 12").der(),
            {kNow - std::chrono::days(1), kNow + std::chrono::days(9)});
        return trust::issue_self_signed(what, PrivateKey::generate_ec(Curve::secp256r1));
    }
    ReceiptSigner signer() const { return {signer_.get(), {certificate_}, "office.example/12"}; }
    Shipment send(const std::vector<std::string>& ids, const std::string& key = "key-1",
                  const std::string& why = "not fetched") {
        return shipments_->send_back(ids, key, signer(), {"operator-7", kNow, why, {}});
    }

    std::vector<std::string> ids_;
    trust::CertifiedKey office_ = self_signed();
    Bytes certificate_ = office_.certificate;
    std::unique_ptr<Signer> signer_ = signer_in_memory(std::move(office_.key));
    std::unique_ptr<Shipments> shipments_;
};

TEST_F(ShipmentTest, SendsCardsBackWithAManifestThatIsSigned) {
    const Shipment shipment = send({ids_[1], ids_[0]});
    EXPECT_EQ(shipment.id, "T1-S0000001");
    EXPECT_EQ(shipment.cards, 2U);
    EXPECT_FALSE(shipment.again);
    EXPECT_EQ(deliveries_->get(ids_[0]).stage, Stage::returned);
    EXPECT_EQ(deliveries_->get(ids_[2]).stage, Stage::arrived);
    EXPECT_EQ(deliveries_->history(ids_[0]).back().why, "not fetched");

    const trust::SignedData data = trust::SignedData::parse(shipment.manifest);
    ASSERT_EQ(data.signers().size(), 1U);
    EXPECT_EQ(trust::verify_signer(data, data.signers().front()).result, Result::passed);
    const std::string lines(as_text(data.content()));
    EXPECT_EQ(std::ranges::count(lines, '\n'), 2);
    const boost::json::value first = boost::json::parse(lines.substr(0, lines.find('\n')));
    EXPECT_EQ(first.at("record"), "T1-00000001");
    EXPECT_EQ(first.at("tracking_code"), "TRACK-1");
    EXPECT_EQ(first.at("card_serial"), "SERIAL-1");
    EXPECT_TRUE(first.as_object().contains("arrived_at"));
    EXPECT_EQ(lines.find(card(1).national_code), std::string::npos);
    EXPECT_EQ(lines.find(card(1).family_name), std::string::npos);

    const boost::json::value entry = boost::json::parse(journal_->entries(shipment.journal, 1).front());
    EXPECT_EQ(entry.at("kind"), "shipment.send");
    EXPECT_TRUE(journal_verifies());
}

TEST_F(ShipmentTest, OpenSslTakesItsSignature) {
    const Shipment shipment = send({ids_[0]});
    const auto path = [this](const char* name) { return (folder_ / name).string(); };
    const auto put = [&](const char* name, const Bytes& bytes) {
        std::ofstream(path(name), std::ios::binary) << as_text(bytes);
    };
    put("manifest.p7m", shipment.manifest);
    put("office.cer", certificate_);
    const auto run = [](const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()); };
    ASSERT_EQ(run("openssl x509 -inform DER -in " + path("office.cer") + " -out " + path("office.pem")), 0);
    const std::string verify = "openssl cms -verify -inform DER -in " + path("manifest.p7m") + " -CAfile " +
                               path("office.pem") + " -purpose any -no_check_time -partial_chain -out ";
    EXPECT_EQ(run(verify + path("content")), 0);
    EXPECT_GT(std::filesystem::file_size(path("content")), 50U);
    Bytes changed = shipment.manifest;
    changed[changed.size() / 4] ^= 1U;
    put("manifest.p7m", changed);
    EXPECT_NE(run(verify + path("content")), 0);
}

TEST_F(ShipmentTest, TheSameRequestIsAnsweredAsBeforeAlsoAfterARestart) {
    const Shipment first = send({ids_[0], ids_[1]});
    const std::uint64_t size = journal_->size();
    open();
    make();
    const Shipment second = send({ids_[1], ids_[0]});
    EXPECT_TRUE(second.again);
    EXPECT_EQ(second.id, first.id);
    EXPECT_EQ(second.manifest, first.manifest);
    EXPECT_EQ(shipments_->get(first.id).manifest, first.manifest);
    EXPECT_EQ(journal_->size(), size);
    EXPECT_EQ(thrown_code([&] { send({ids_[2]}); }), "shipment.key");
    EXPECT_EQ(send({ids_[2]}, "key-2").id, "T1-S0000002");
}

TEST_F(ShipmentTest, AllGoOrNoneDoes) {
    EXPECT_EQ(thrown_code([&] { send({ids_[0], ids_[3]}); }), "delivery.stage");  // the last is not here
    EXPECT_EQ(thrown_code([&] { send({ids_[0], "T1-99999999"}); }), "delivery.unknown");
    EXPECT_EQ(thrown_code([&] { send({ids_[0]}, "key-1", ""); }), "delivery.reason");
    EXPECT_EQ(thrown_code([&] { send({}); }), "shipment.empty");
    EXPECT_EQ(thrown_code([&] { send(std::vector<std::string>(kMaxShipment + 1, ids_[0])); }), "shipment.too_many");
    EXPECT_EQ(thrown_code([&] { shipments_->get("T1-S0000001"); }), "shipment.unknown");
    EXPECT_EQ(deliveries_->get(ids_[0]).stage, Stage::arrived);
    EXPECT_EQ(send({ids_[0], ids_[0]}).cards, 1U);
}

TEST_F(ShipmentTest, ACardThatWentBackCanBeOrderedAgain) {
    send({ids_[0]});
    ExpectedCard again = card(1);
    again.tracking_code = "TRACK-1-AGAIN";
    Transaction transaction(*database_);
    const std::string id = deliveries_->add(transaction, again, 1, kNow);
    transaction.commit();
    EXPECT_EQ(deliveries_->by_national_code(again.national_code), (std::vector<std::string>{ids_[0], id}));
}

}  // namespace
}  // namespace tahvil::daemon
