// A PIN on its way from the socket to a card that counts what it sees.

#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "daemon/api/check_request.h"
#include "daemon/api/problem.h"
#include "daemon/check/check_service.h"
#include "daemon/check/verdict_json.h"
#include "served.h"
#include "tests/unit/daemon/check/specimen_bench.h"

namespace tahvil::test {
namespace {

namespace json = boost::json;

constexpr std::string_view kPin = "482913";
constexpr std::string_view kWrongPin = "482914";

class PinOverTheSocket : public Served {
protected:
    void SetUp() override {
        emulator::SpecimenOptions options;
        options.pin = kPin;
        options.portrait_size = 600;
        bench_.insert(options);
        readers_.add(bench_.reader);
        operations_.set("create_check", [this](const api::Call& call) {
            return api::created_response(*call.route,
                                         checks_.start(api::read_check_request(call.body, call.caller->peer.uid)));
        });
        operations_.set("get_check", [this](const api::Call& call) {
            return api::json_response(json::serialize(show(checks_.get(call.path[0]))));
        });
        serve();
    }

    ~PinOverTheSocket() override {
        checks_.stop();
        readers_.stop();
    }

    static json::object show(const daemon::CheckView& check) {
        json::object shown{{"id", check.id}, {"state", name(check.state)}};
        if (check.result) shown["verdict"] = daemon::to_json(check.result->verdict, {});
        if (!check.problem) return shown;
        try {
            std::rethrow_exception(check.problem);
        } catch (const std::exception& error) {
            shown["problem"] = json::parse(api::problem(error).body);
        }
        return shown;
    }

    static std::string request(std::string_view pin, std::string_view more = "") {
        return R"({"purpose":"handover","holder":{"method":"pin"},"access":{"pin":")" + std::string{pin} + "\"" +
               std::string{more} + R"(},"expected":{"national_code":"1234567891"},"nonce":"n-17"})";
    }

    /// The decision, or the kind of problem.
    std::string answer_to(const std::string& body, const std::string& headers = "") {
        const RawResponse created = connect().call("POST", "/v1/checks", body, "application/json", headers);
        EXPECT_EQ(created.status, 202) << created.body;
        const std::string target = created.fields.at("location");
        for (;;) {
            const RawResponse response = connect().call("GET", target);
            EXPECT_EQ(response.body.find(kPin), std::string::npos);
            const json::object check = json::parse(response.body).as_object();
            if (check.contains("problem")) return check.at("problem").at("type").as_string().c_str();
            if (check.contains("verdict")) {
                EXPECT_EQ(check.at("verdict").at("nonce").as_string(), "n-17");
                return check.at("verdict").at("decision").as_string().c_str();
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }

    const emulator::Tally& seen() const { return bench_.specimen.system->tally(); }

    daemon::specimen_bench::Bench bench_;
    daemon::ReaderPool readers_{{}, [](const daemon::ReaderEvent&) {}};
    daemon::CheckService checks_{
        readers_, [this] { return bench_.knowledge(); }, system_random, {}, [](const daemon::CheckEvent&) {}};
};

TEST_F(PinOverTheSocket, SpendsOneTryForARequestAndTheLastOnlyWhereThatIsAllowed) {
    const std::string problem = "urn:tahvil:problem:";
    const std::string allowed = R"(,"can":")" + bench_.person.card_access_number + R"(","allow_last_try":true)";

    EXPECT_EQ(answer_to(R"({"purpose":"read","access":{"can":"123456"},"holder":{"method":"pin"},"nonce":"n-17"})"),
              "accept");
    EXPECT_EQ(seen().pace_with_pin, 0U) << "without the caller's PIN none is tried";

    EXPECT_EQ(answer_to(request(kPin)), "accept");
    EXPECT_EQ(answer_to(request(kWrongPin)), problem + "access.pin_wrong");
    EXPECT_EQ(answer_to(request(kWrongPin)), problem + "access.pin_wrong");
    EXPECT_EQ(seen().pace_with_pin, 3U);

    EXPECT_EQ(answer_to(request(kPin)), problem + "access.last_try");
    EXPECT_EQ(answer_to(request(kPin, R"(,"allow_last_try":true)")), problem + "access.pin_suspended");
    EXPECT_EQ(seen().pace_with_pin, 3U) << "refused before a try is spent";

    EXPECT_EQ(answer_to(request(kWrongPin, allowed)), problem + "access.pin_wrong");
    EXPECT_EQ(answer_to(request(kPin, allowed)), problem + "access.pin_blocked");
    EXPECT_EQ(seen().pace_with_pin, 4U);
    EXPECT_EQ(seen().verify_tries, 0U);

    EXPECT_FALSE(running().logged(kPin));
    EXPECT_FALSE(running().logged(kWrongPin));
}

TEST_F(PinOverTheSocket, SpendsOneTryForARequestThatComesTwice) {
    const std::string key = "Idempotency-Key: k\r\n";
    EXPECT_EQ(answer_to(request(kWrongPin), key), "urn:tahvil:problem:access.pin_wrong");
    EXPECT_EQ(answer_to(request(kPin), key), "urn:tahvil:problem:access.pin_wrong") << "the answer of the first";
    EXPECT_EQ(seen().pace_with_pin, 1U);
}

TEST_F(PinOverTheSocket, IsNotSentWhenItCanBeNone) {
    for (const char* pin : {"123", "12 456", "123456789012345678901234567890123"}) {
        const RawResponse response = connect().call("POST", "/v1/checks", request(pin));
        EXPECT_EQ(response.status, 400) << pin;
        EXPECT_NE(response.body.find("/access/pin"), std::string::npos) << response.body;
        EXPECT_EQ(response.body.find(pin), std::string::npos);
    }
    EXPECT_EQ(seen().commands, 0U);
}

}  // namespace
}  // namespace tahvil::test
