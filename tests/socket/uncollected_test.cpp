// Cards that nobody fetches, through the socket of a whole daemon: lists, notices, the way back, and the printed
// receipt.

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "crypto/base64.h"
#include "crypto/trust/signed_data.h"
#include "desk_daemon.h"

namespace tahvil::test {
namespace {

using testing::HasSubstr;

std::string text(const boost::json::value& value) {
    return std::string(std::string_view(value.as_string()));
}

class UncollectedSocket : public DeskDaemon {
protected:
    UncollectedSocket() {
        config_.desk.office.time_zone = "Asia/Tehran";
        config_.desk.notices.command = {"/bin/sh", "-c", "cat >> $1/sent; echo sms-1", "sh", folder_.path()};
    }

    void arrive() {
        ASSERT_EQ(
            import(signed_manifest(
                       "tracking_code,national_code,given_name,family_name,birth_date,can,phone,office\n"
                       "TRACK-0,1234567891,\u0646\u0645\u0648\u0646\u0647,\u0622\u0632\u0645\u0627\u06cc\u0634\u06cc,"
                       "1369-01-01,123456,09120000000,12\n"))
                .status,
            201);
        id_ = text(call("POST", "/v1/deliveries/search", R"({"tracking_code":"TRACK-0"})", 200)
                       .at("deliveries")
                       .at(0)
                       .at("id"));
        ASSERT_EQ(text(ended(begin("/v1/deliveries/" + id_ + "/check-in", act())).at("outcome")), "arrived");
    }
    boost::json::array notices(const std::string& state) {
        return get("/v1/notices?state=" + state, 200, kAuditor).at("notices").as_array();
    }
    boost::json::value sent_notice() {
        for (int i = 0; i < 2000; ++i) {
            if (const boost::json::array sent = notices("sent"); !sent.empty()) return sent.front();
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
        ADD_FAILURE() << "no notice was sent";
        return {};
    }

    std::string id_;
};

TEST_F(UncollectedSocket, TheHolderIsToldWhenTheCardArrivesAndTheGatewayTellsWhatBecameOfIt) {
    start();
    arrive();
    const auto notice = sent_notice();
    EXPECT_EQ(text(notice.at("kind")), "arrival");
    EXPECT_EQ(text(notice.at("delivery")), id_);
    EXPECT_EQ(text(notice.at("reference")), "sms-1");
    EXPECT_EQ(text(get("/v1/deliveries/" + id_).at("stage")), "notified");
    std::ifstream file(folder_.path() + "/sent");
    const std::string sent{std::istreambuf_iterator<char>(file), {}};
    EXPECT_THAT(sent, HasSubstr(R"("phone":"09120000000")"));
    EXPECT_THAT(sent, HasSubstr("\u06a9\u0627\u0631\u062a \u0634\u0645\u0627"));

    const std::string feedback = "/v1/notices/" + text(notice.at("id")) + "/feedback";
    EXPECT_EQ(text(call("POST", feedback, R"({"state":"delivered"})", 200).at("state")), "delivered");
    EXPECT_EQ(text(call("POST", feedback, R"({"state":"delivered"})", 200).at("state")), "delivered");
    call("POST", feedback, R"({"state":"failed"})", 409);
    call("POST", feedback, R"({"state":"lost"})", 400);
    call("POST", "/v1/notices/DEMO-N9/feedback", R"({"state":"delivered"})", 404);
    EXPECT_EQ(notices("delivered").size(), 1U);
    get("/v1/notices?state=unknown", 400);
}

TEST_F(UncollectedSocket, ListsWhatWaitsAndSendsItBackWithASignedManifest) {
    start();
    arrive();
    sent_notice();
    const auto page = get("/v1/uncollected?days=0", 200, kAuditor).at("uncollected").as_array();
    ASSERT_EQ(page.size(), 1U);
    EXPECT_EQ(text(page[0].at("id")), id_);
    EXPECT_EQ(page[0].at("days").as_int64(), 0);
    EXPECT_EQ(text(page[0].at("notice")), "arrival");
    EXPECT_TRUE(get("/v1/uncollected?days=1").at("uncollected").as_array().empty());
    get("/v1/uncollected?days=x", 400);

    const std::string body = act(R"("why":"not fetched","deliveries":[")" + id_ + R"("])");
    call("POST", "/v1/shipments", act(R"("why":"not fetched")"), 400);
    call("POST", "/v1/shipments", act(R"("why":"not fetched","overdue":true)"), 400);
    const auto made = call("POST", "/v1/shipments", body, 201, kOperator, "s1");
    EXPECT_EQ(call("POST", "/v1/shipments", body, 201, kOperator, "s1"), made);
    EXPECT_EQ(text(get("/v1/deliveries/" + id_).at("stage")), "returned");
    const auto shipment = get("/v1/shipments/" + text(made.at("id")), 200, kAuditor);
    EXPECT_EQ(shipment.at("cards").as_int64(), 1);
    const Bytes manifest = from_base64(text(shipment.at("manifest")), Base64::standard);
    const trust::SignedData data = trust::SignedData::parse(manifest);
    EXPECT_EQ(trust::verify_signer(data, data.signers().front()).result, Result::passed);
    EXPECT_THAT(std::string(as_text(data.content())), HasSubstr("TRACK-0"));
    get("/v1/shipments/DEMO-S0000009", 404);
}

TEST_F(UncollectedSocket, OneCardGoesBackAsAShipmentOfItsOwn) {
    start();
    arrive();
    const std::string target = "/v1/deliveries/" + id_ + "/return";
    EXPECT_EQ(text(call("POST", target, act(), 400).at("type")), "urn:tahvil:problem:delivery.reason");
    const std::string body = act(R"("why":"moved abroad")");
    const auto made = call("POST", target, body, 201, kOperator, "r1");
    EXPECT_EQ(call("POST", target, body, 201, kOperator, "r1"), made);
    EXPECT_EQ(get("/v1/shipments/" + text(made.at("id"))).at("cards").as_int64(), 1);
    EXPECT_EQ(text(get("/v1/deliveries/" + id_).at("stage")), "returned");
    call("POST", target, body, 409, kOperator, "r2");
}

TEST_F(UncollectedSocket, AReasonIsAsLongInPersianAsInEnglish) {
    start();
    arrive();
    std::string longest;
    for (int i = 0; i < 500; ++i) longest += "\u06a9";
    const std::string target = "/v1/deliveries/" + id_ + "/return";
    EXPECT_EQ(text(call("POST", target, act("\"why\":\"" + longest + "x\""), 400).at("type")),
              "urn:tahvil:problem:body.bad_value");
    call("POST", target, act("\"why\":\"" + longest + "\""), 201);
}

TEST_F(UncollectedSocket, AReceiptIsPrintedOnlyOfAHandover) {
    start();
    arrive();
    EXPECT_EQ(text(get("/v1/deliveries/" + id_ + "/receipt.html", 404).at("type")), "urn:tahvil:problem:receipt.none");
    EXPECT_EQ(text(get("/v1/deliveries/DEMO-9/receipt.html", 404).at("type")), "urn:tahvil:problem:delivery.unknown");
}

}  // namespace
}  // namespace tahvil::test
