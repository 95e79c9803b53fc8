// The handing over of a card through the socket of a whole daemon, with its receipt and the journal.

#include <sstream>

#include <gmock/gmock.h>

#include "crypto/signed_note.h"
#include "crypto/trust/certificate.h"
#include "daemon/journal/export_format.h"
#include "daemon/journal/verification.h"
#include "daemon/receipt/sd_jwt.h"
#include "desk_daemon.h"

namespace tahvil::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text(const boost::json::value& value) {
    return std::string(std::string_view(value.as_string()));
}

class HandoverSocket : public DeskDaemon {
protected:
    HandoverSocket() : DeskDaemon({"", "cloned"}) {
        // The specimen persons' card has neither a hot list that is fresh forever nor an old card.
        config_.desk.handover.rules[daemon::ChecklistItem::transport_pin_changed].need =
            daemon::ItemRule::Need::ignored;
    }

    void SetUp() override {
        start();
        ASSERT_EQ(import(signed_manifest(manifest_of(1))).status, 201);
        id_ = text(call("POST", "/v1/deliveries/search", R"({"tracking_code":"TRACK-0"})", 200)
                       .at("deliveries")
                       .at(0)
                       .at("id"));
        target_ = "/v1/deliveries/" + id_;
        const auto check = ended(begin(target_ + "/check-in", act(R"("reader":"good")")));
        ASSERT_EQ(text(check.at("outcome")), "arrived");
    }

    std::string type(const boost::json::value& problem) {
        return text(problem.at("type")).substr(std::string_view("urn:tahvil:problem:").size());
    }

    std::string state_of(const std::string& item) {
        const auto handover = get(target_ + "/handover");
        for (const auto& each : handover.at("items").as_array())
            if (text(each.at("item")) == item) return text(each.at("state"));
        return "not there";
    }

    std::string open() { return boost::json::serialize(get(target_ + "/handover").at("open")); }

    void settle(const std::string& item, const std::string& method, const std::string& more = {}) {
        call("POST", target_ + "/handover/settle", act(R"("item":")" + item + R"(","method":")" + method + '"' + more),
             201);
    }

    /// Everything up to the last word.
    void go_through() {
        call("POST", target_ + "/handover", act(), 201);
        const auto check = ended(begin(target_ + "/handover/check", act(R"("reader":"good")")));
        ASSERT_EQ(text(check.at("outcome")), "entered") << boost::json::serialize(check);
        ASSERT_EQ(text(check.at("decision")), "accept");
        settle("holder_verified", "portrait");
        settle("old_card_collected", "collected");
    }

    /// The whole journal, as it is exported.
    std::string exported(std::string& note, std::vector<signed_note::VerifierKey>& keys) {
        const auto head = get("/v1/journal/checkpoint", 200, kAuditor);
        note = text(head.at("checkpoint"));
        for (const auto& key : head.at("keys").as_array()) keys.push_back(signed_note::VerifierKey::parse(text(key)));
        std::string out = std::string(daemon::kExportFormat) + "\n";
        const auto size = head.at("size").as_int64();
        for (std::int64_t from = 0; from < size;) {
            const auto page =
                get("/v1/journal/entries?count=3&from=" + std::to_string(from), 200, kAuditor).at("entries");
            for (const auto& entry : page.as_array())
                if (from < size) out += text(entry) + "\n", ++from;
        }
        return out + "\n" + note;
    }

    std::string id_, target_;
};

TEST_F(HandoverSocket, EndsInAReceiptThatVerifies) {
    go_through();
    EXPECT_EQ(open(), "[]");
    EXPECT_EQ(type(call("POST", target_ + "/handover/complete", act(), 400)), "idempotency.missing");
    call("POST", target_ + "/handover/complete", act(), 201, kOperator, "h1");
    EXPECT_EQ(text(get(target_).at("stage")), "handed_over");
    const std::string receipt = text(get(target_ + "/receipt").at("receipt"));
    const daemon::SdJwt read = daemon::SdJwt::parse(receipt);
    const auto check = read.check(trust::Certificate::parse(read.certificates().at(0)).public_key(),
                                  std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    ASSERT_EQ(check.result, daemon::SdJwtCheck::Result::verified);
    EXPECT_EQ(text(check.claims.at("record")), id_);
    EXPECT_EQ(text(check.claims.at("operator")), "op-7");
    EXPECT_EQ(text(check.claims.at("national_code")), "1234567891");
    EXPECT_EQ(text(check.claims.at("iss")), "office.example/demo");

    const std::string for_audit = text(get(target_ + "/receipt", 200, kAuditor).at("receipt"));
    EXPECT_LT(for_audit.size(), receipt.size()) << "without disclosures";
    EXPECT_EQ(for_audit.substr(0, for_audit.find('~')), receipt.substr(0, receipt.find('~')));

    std::string head;
    std::vector<signed_note::VerifierKey> keys;
    std::istringstream journal(exported(head, keys));
    const std::vector<std::string> earlier{text(check.claims.at("journal").at("checkpoint"))};
    const auto verification = daemon::verify_journal(journal, keys, earlier);
    EXPECT_TRUE(verification.passed());
    EXPECT_THAT(journal.str(), Not(HasSubstr("1234567891")));
    EXPECT_THAT(journal.str(), HasSubstr("\"established\":\"badge\""));
}

TEST_F(HandoverSocket, HasOneEffectForOneKey) {
    go_through();
    std::vector<std::thread> clients;
    std::array<int, 4> statuses{};
    for (int& status : statuses)
        clients.emplace_back([&status, this] {
            // The first is under way, or done: 409 asks to try again, which gives the same answer.
            do {
                status = connect()
                             .call("POST", target_ + "/handover/complete", act(), "application/json",
                                   "Idempotency-Key: h1\r\n")
                             .status;
            } while (status == 409);
        });
    for (std::thread& client : clients) client.join();
    for (const int status : statuses) EXPECT_EQ(status, 201);
    const std::string receipt = text(get(target_ + "/receipt").at("receipt"));
    EXPECT_EQ(type(call("POST", target_ + "/handover/complete", act(), 409, kOperator, "h2")), "handover.not_begun");
    stop();
    start();
    call("POST", target_ + "/handover/complete", act(), 201, kOperator, "h1");
    EXPECT_EQ(text(get(target_ + "/receipt").at("receipt")), receipt);
    EXPECT_EQ(get(target_).at("history").as_array().size(), 3U);
}

TEST_F(HandoverSocket, HandsACardOverOnceAlsoFromTwoDaemons) {
    go_through();
    start_second();
    std::array<int, 2> statuses{};
    std::thread one([&] {
        statuses[0] =
            connect()
                .call("POST", target_ + "/handover/complete", act(), "application/json", "Idempotency-Key: a\r\n")
                .status;
    });
    std::thread other([&] {
        RawClient client(second_path(), kOtherOperator);
        statuses[1] = client
                          .call("POST", target_ + "/handover/complete", act("", "op-8"), "application/json",
                                "Idempotency-Key: b\r\n")
                          .status;
    });
    one.join();
    other.join();
    EXPECT_EQ(std::min(statuses[0], statuses[1]), 201);
    EXPECT_EQ(std::max(statuses[0], statuses[1]), 409);
    EXPECT_EQ(get(target_).at("history").as_array().size(), 3U);
}

TEST_F(HandoverSocket, IsStoppedByWhatIsOpenAndByACopy) {
    call("POST", target_ + "/handover/complete", act(), 409, kOperator, "h0");
    EXPECT_EQ(type(get(target_ + "/handover", 409)), "handover.not_begun");
    call("POST", target_ + "/handover/check", act(R"("reader":"good")"), 409);
    call("POST", target_ + "/handover", act(), 201);
    EXPECT_EQ(state_of("fee_settled"), "satisfied") << "none is due";
    EXPECT_EQ(state_of("holder_of_age"), "satisfied");
    const auto check = ended(begin(target_ + "/handover/check", act(R"("reader":"cloned")")));
    EXPECT_EQ(text(check.at("decision")), "reject");
    EXPECT_EQ(state_of("chip_proved"), "failed");
    const auto problem = call("POST", target_ + "/handover/complete", act(), 409, kOperator, "h1");
    EXPECT_EQ(type(problem), "handover.incomplete");
    EXPECT_THAT(boost::json::serialize(problem.at("choices")), HasSubstr("chip_proved"));
    EXPECT_EQ(type(call("POST", target_ + "/handover/refer", act(R"("item":"chip_proved","why":"x")"), 409)),
              "handover.not_referable");
    EXPECT_EQ(type(call("POST", target_ + "/handover/settle", act(R"("item":"chip_proved","method":"x")"), 400)),
              "handover.method");
    EXPECT_EQ(type(call("POST", target_ + "/handover/put-back", act(), 400)), "delivery.reason");
    call("POST", target_ + "/handover/put-back", act(R"("why":"a copy")"), 201);
    EXPECT_EQ(text(get(target_).at("stage")), "arrived");
    get(target_ + "/receipt", 404);
}

TEST_F(HandoverSocket, LeavesToASupervisorWhatOneMayDecide) {
    go_through();
    call("POST", target_ + "/handover/put-back", act(R"("why":"the holder comes tomorrow")"), 201);
    call("POST", target_ + "/handover", act(), 201);
    ended(begin(target_ + "/handover/check", act(R"("reader":"good")")));
    settle("old_card_collected", "first_card");
    EXPECT_EQ(type(call("POST", target_ + "/handover/settle",
                        act(R"("item":"holder_verified","method":"two_persons","why":"no usable finger")"), 400)),
              "handover.second_person");
    call("POST", target_ + "/handover/refer", act(R"("item":"holder_verified","why":"an old portrait")"), 201);
    EXPECT_EQ(state_of("holder_verified"), "referred");
    const std::string decision = R"("item":"holder_verified","approve":true,"why":"known to me")";
    call("POST", target_ + "/handover/decide", act(decision, "op-9"), 403, kOperator);
    EXPECT_EQ(type(call("POST", target_ + "/handover/decide", act(decision, "op-7"), 403, kSupervisor)),
              "handover.same_person");
    call("POST", target_ + "/handover/decide", act(decision, "op-9"), 201, kSupervisor);
    EXPECT_EQ(state_of("holder_verified"), "approved");
    EXPECT_EQ(open(), "[]");
    call("POST", target_ + "/handover/complete", act(), 201, kOperator, "h1");
}

TEST_F(HandoverSocket, AnswersInquiriesAlike) {
    const auto ask = [&](const std::string& body) { return call("POST", "/v1/inquiries", body, 200, kRelyingParty); };
    const auto known = ask(R"({"tracking_code":" TRACK-0"})");
    EXPECT_EQ(text(known.at("stage")), "arrived");
    EXPECT_EQ(known.at("bring").as_array().size(), 2U);
    const auto by_three =
        ask("{\"national_code\":\"\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9\u06f1\","
            "\"birth_certificate_serial\":\"654321\",\"birth_date\":\"1990-03-21\"}");
    EXPECT_EQ(text(by_three.at("stage")), "arrived");
    const std::string unknown = boost::json::serialize(ask(R"({"tracking_code":"TRACK-9"})"));
    EXPECT_EQ(unknown, boost::json::serialize(ask(R"({"national_code":"1234567891","birth_certificate_serial":"1",
        "birth_date":"1369-01-01"})")));
    EXPECT_THAT(unknown, Not(HasSubstr("stage")));
    const auto begun = std::chrono::steady_clock::now();
    ask(R"({"tracking_code":"TRACK-8"})");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{20});
    EXPECT_EQ(type(call("POST", "/v1/inquiries", R"({"national_code":"1234567891"})", 400)), "body.bad_value");
    EXPECT_EQ(type(call("POST", "/v1/inquiries", R"({"tracking_code":" "})", 400)), "inquiry.empty");
    for (int i = 0; i < 10; ++i) connect().call("POST", "/v1/inquiries", R"({"tracking_code":"TRACK-7"})");
    EXPECT_EQ(type(call("POST", "/v1/inquiries", R"({"tracking_code":"TRACK-7"})", 429)), "inquiry.too_many");
}

TEST_F(HandoverSocket, ProvesWhatIsInTheJournal) {
    const auto first = get("/v1/journal/checkpoint", 200, kAuditor);
    go_through();
    const auto second = get("/v1/journal/checkpoint", 200, kAuditor);
    const std::string older = std::to_string(first.at("size").as_int64());
    const std::string size = std::to_string(second.at("size").as_int64());
    EXPECT_FALSE(
        get("/v1/journal/proof?older=" + older + "&size=" + size, 200, kAuditor).at("hashes").as_array().empty());
    EXPECT_FALSE(get("/v1/journal/proof?position=1&size=" + size, 200, kAuditor).at("hashes").as_array().empty());
    get("/v1/journal/proof?position=1&size=1000", 400, kAuditor);
    get("/v1/journal/proof?size=" + size, 400, kAuditor);
    get("/v1/journal/entries?count=0", 400, kAuditor);
    get("/v1/journal/checkpoint", 403, kOperator);
}

TEST_F(HandoverSocket, IsSignedByTheKeysOfTheTerminal) {
    const auto before = get("/v1/terminal", 200, kAuditor);
    EXPECT_EQ(text(before.at("terminal")), "DEMO");
    EXPECT_EQ(before.at("keys").as_array().size(), 2U);
    const auto head = get("/v1/journal/checkpoint", 200, kAuditor);
    const auto renewed = call("POST", "/v1/terminal/renewals", act(R"("role":"checkpoints")"), 201, kAdministrator);
    EXPECT_EQ(text(renewed.at("id")), "checkpoints-2");
    std::string note;
    std::vector<signed_note::VerifierKey> keys;
    std::istringstream journal(exported(note, keys));
    EXPECT_EQ(keys.size(), 2U);
    EXPECT_TRUE(daemon::verify_journal(journal, keys, std::vector{text(head.at("checkpoint"))}).passed())
        << "with a head that the retired key signed";
    EXPECT_THAT(journal.str(), HasSubstr("terminal.renew"));

    call("POST", "/v1/terminal/renewals", act(R"("role":"receipts")"), 201, kAdministrator);
    EXPECT_THAT(text(get("/v1/terminal/keys/receipts-2").at("request")), HasSubstr("BEGIN CERTIFICATE REQUEST"));
    call("POST", "/v1/terminal/enrolments", act(R"("terminal":"T2","office":"o.example")"), 409, kAdministrator);
    call("POST", "/v1/terminal/revocations", act(R"("key":"receipts-1","why":"lost")"), 201, kAdministrator);
    EXPECT_EQ(text(get("/v1/terminal/keys/receipts-1").at("state")), "revoked");
    go_through();
    EXPECT_EQ(type(call("POST", target_ + "/handover/complete", act(), 503, kOperator, "h1")),
              "terminal.no_certificate");
    get("/v1/terminal/keys/other-1", 404);
    call("POST", "/v1/terminal/renewals", act(R"("role":"receipts")"), 403, kSupervisor);
}

}  // namespace
}  // namespace tahvil::test
