// Manifests, deliveries and check-in through the socket of a whole daemon.

#include <gmock/gmock.h>

#include "daemon/private_file.h"
#include "desk_daemon.h"

namespace tahvil::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class DeliveriesSocket : public DeskDaemon {
protected:
    DeliveriesSocket() : DeskDaemon({"", "cloned"}) {}

    void SetUp() override { start(); }

    std::string type_of(const RawResponse& response) {
        return boost::json::parse(response.body).at("type").as_string().c_str();
    }

    boost::json::value search(const std::string& key, const std::string& value) {
        return call("POST", "/v1/deliveries/search", boost::json::serialize(boost::json::object{{key, value}}), 200);
    }

    std::string id_of(const std::string& tracking_code) {
        return search("tracking_code", tracking_code).at("deliveries").at(0).at("id").as_string().c_str();
    }

    std::string stage_of(const std::string& id) { return get("/v1/deliveries/" + id).at("stage").as_string().c_str(); }

    static std::string at(const std::string& reader) { return R"("reader":")" + reader + R"(")"; }
};

TEST_F(DeliveriesSocket, TakeASignedManifestAndFindItsRecords) {
    const RawResponse imported = import(signed_manifest(manifest_of(3)));
    ASSERT_EQ(imported.status, 201) << imported.body;
    EXPECT_EQ(imported.fields.at("location"), "/v1/manifests/1");
    const auto manifest = get("/v1/manifests/1");
    EXPECT_EQ(manifest.at("cards").as_int64(), 4);
    EXPECT_EQ(manifest.at("stages").at("expected").as_int64(), 4);
    EXPECT_THAT(manifest.at("signer").as_string().c_str(), HasSubstr("Sender"));

    const auto found = search("tracking_code", "TRACK-\u06f0").at("deliveries").at(0);
    EXPECT_EQ(found.at("holder").at("national_code").as_string(), "1234567891");
    EXPECT_EQ(found.at("opened_by").as_string(), "can");
    EXPECT_THAT(boost::json::serialize(found), Not(HasSubstr("123456,")));
    EXPECT_EQ(search("name", "\u0643\u0631\u064a\u0645\u064a").at("deliveries").as_array().size(), 3U)
        << "Arabic letters";
    EXPECT_EQ(search("national_code", "\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9\u06f1")
                  .at("deliveries")
                  .as_array()
                  .size(),
              1U);
    EXPECT_EQ(get("/v1/manifests/2", 404).at("type").as_string(), "urn:tahvil:problem:manifest.unknown");
    EXPECT_EQ(get("/v1/deliveries/T9-1", 404).at("type").as_string(), "urn:tahvil:problem:delivery.unknown");
    EXPECT_EQ(call("POST", "/v1/deliveries/search", R"({"name":"x","card_serial":"y"})", 400).at("type").as_string(),
              "urn:tahvil:problem:body.bad_value");
}

TEST_F(DeliveriesSocket, ListThemByPage) {
    ASSERT_EQ(import(signed_manifest(manifest_of(4))).status, 201);
    std::vector<std::string> ids;
    std::string after;
    do {
        const auto page = get("/v1/deliveries?stage=expected&limit=2" + after, 200, kAuditor);
        for (const auto& line : page.at("deliveries").as_array()) ids.push_back(line.at("id").as_string().c_str());
        const auto* next = page.as_object().if_contains("next");
        after = next == nullptr ? "" : std::string("&after=") + next->as_string().c_str();
    } while (!after.empty());
    EXPECT_EQ(ids.size(), 5U);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 5U);
    for (const char* query : {"", "?stage=lost", "?stage=expected&limit=0", "?stage=expected&after=x"})
        get("/v1/deliveries" + std::string(query), 400);
}

TEST_F(DeliveriesSocket, RefuseAManifestThatIsNotAsItShouldBe) {
    const std::string text = manifest_of(1);
    EXPECT_EQ(type_of(import(as_bytes(text))), "urn:tahvil:problem:manifest.unsigned");
    Bytes wrong = signed_manifest(text);
    wrong.back() ^= 1U;
    EXPECT_EQ(type_of(import(wrong)), "urn:tahvil:problem:manifest.signature");

    const Bytes faulty = signed_manifest(text + "TRACK-8,0012345670,A,B,,,,,,\nTRACK-1,1234567891,A,B,,,,,,\n");
    const RawResponse refused = import(faulty);
    EXPECT_EQ(refused.status, 422);
    const auto problem = boost::json::parse(refused.body);
    EXPECT_EQ(problem.at("faults").as_array().size(), 2U) << refused.body;
    EXPECT_EQ(problem.at("faults").at(0).at("line").as_int64(), 4);
    EXPECT_EQ(problem.at("faults").at(0).at("code").as_string(), "national_code.check_digit");
    EXPECT_EQ(problem.at("faults").at(1).at("code").as_string(), "manifest.tracking_code_twice");
    EXPECT_EQ(problem.at("good_rows").as_int64(), 2);
    EXPECT_EQ(get("/v1/deliveries?stage=expected").at("deliveries").as_array().size(), 0U) << "nothing half imported";
    EXPECT_EQ(import(faulty, "&good_rows_only=true").status, 201);
    EXPECT_EQ(type_of(import(faulty, "&good_rows_only=true")), "urn:tahvil:problem:manifest.twice");
    const RawResponse nobody = connect().call("POST", "/v1/manifests", as_text(faulty), "application/octet-stream");
    EXPECT_EQ(nobody.status, 400) << "a person does it";
}

TEST_F(DeliveriesSocket, HaveOneEffectForOneKeyAlsoAfterARestart) {
    const Bytes manifest = signed_manifest(manifest_of(2));
    const RawResponse first = import(manifest, "", kOperator, "m1");
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(import(manifest, "", kOperator, "m1").body, first.body);
    const std::string id = id_of("TRACK-1");
    const std::string body = act(R"("why":"torn envelope")");
    const std::string withdraw = "/v1/deliveries/" + id + "/withdraw";
    call("POST", withdraw, body, 201, kSupervisor, "w1");
    stop();
    start();
    EXPECT_EQ(import(manifest, "", kOperator, "m1").body, first.body);
    EXPECT_EQ(type_of(import(manifest, "", kOtherOperator, "m1")), "urn:tahvil:problem:manifest.twice")
        << "a key belongs to its caller";
    EXPECT_EQ(call("POST", withdraw, body, 201, kSupervisor, "w1").at("id").as_string(), id);
    EXPECT_EQ(call("POST", withdraw, act(R"("why":"another")"), 422, kSupervisor, "w1").at("type").as_string(),
              "urn:tahvil:problem:idempotency.other_body");
    call("POST", withdraw, body, 409, kSupervisor, "w2");
    EXPECT_EQ(get("/v1/deliveries/" + id).at("history").as_array().size(), 1U);
}

TEST_F(DeliveriesSocket, MoveByTheTableAndTellWho) {
    ASSERT_EQ(import(signed_manifest(manifest_of(1))).status, 201);
    const std::string id = id_of("TRACK-1");
    const std::string target = "/v1/deliveries/" + id;
    EXPECT_EQ(call("POST", target + "/return", act(R"("why":"x")"), 409).at("type").as_string(),
              "urn:tahvil:problem:delivery.stage");
    EXPECT_EQ(call("POST", target + "/miss", act(), 400).at("type").as_string(), "urn:tahvil:problem:delivery.reason");
    EXPECT_EQ(call("POST", target + "/miss", "{}", 400).at("pointer").as_string(), "/operator");
    EXPECT_EQ(call("POST", target + "/miss", R"({"operator":{"id":"a b","established":"badge"}})", 400)
                  .at("pointer")
                  .as_string(),
              "/operator/id");
    call("POST", target + "/withdraw", act(R"("why":"x")"), 403);
    call("POST", target + "/miss", act(R"("why":"not in the tray")"), 201);
    const auto delivery = get(target);
    EXPECT_EQ(delivery.at("stage").as_string(), "missing");
    EXPECT_EQ(delivery.at("history").at(0).at("actor").as_string(), "op-7");
    EXPECT_EQ(delivery.at("history").at(0).at("why").as_string(), "not in the tray");
}

TEST_F(DeliveriesSocket, CheckACardIn) {
    ASSERT_EQ(import(signed_manifest(manifest_of(1))).status, 201);
    const std::string mine = id_of("TRACK-0");
    const std::string other = id_of("TRACK-1");

    RawClient events = connect();
    events.request("GET", "/v1/events");
    events.receive_head();

    // The card is not that of the other record, whose CAN does not open it.
    auto check = ended(begin("/v1/deliveries/" + other + "/check-in", act(at("good"))));
    EXPECT_EQ(check.at("outcome").as_string(), "set_aside") << boost::json::serialize(check);
    EXPECT_EQ(check.at("reason").as_string(), "not_opened");
    check = ended(begin("/v1/deliveries/" + other + "/check-in", act(at("good") + R"(,"access":{"can":"123456"})")));
    EXPECT_EQ(check.at("reason").as_string(), "another_record");
    EXPECT_EQ(stage_of(other), "expected");

    // A copy of the card, in a tray.
    check = ended(begin("/v1/check-ins", act(at("cloned") + R"(,"access":{"can":"123456"})")));
    EXPECT_EQ(check.at("reason").as_string(), "not_genuine");

    check = ended(begin("/v1/check-ins", act(at("good") + R"(,"access":{"can":"123456"})")));
    EXPECT_EQ(check.at("outcome").as_string(), "arrived") << boost::json::serialize(check);
    EXPECT_EQ(check.at("delivery").as_string(), mine);
    EXPECT_EQ(check.at("decision").as_string(), "accept");
    EXPECT_EQ(stage_of(mine), "arrived");
    EXPECT_THAT(events.receive_until("delivery.changed"), Not(HasSubstr("1234567891")));

    check = ended(begin("/v1/deliveries/" + mine + "/check-in", act(at("good"))));
    EXPECT_EQ(check.at("reason").as_string(), "twice");
    call("POST", "/v1/deliveries/T9-1/check-in", act(at("good")), 404);
    EXPECT_EQ(get("/v1/desk-checks/" + std::string(check.at("id").as_string().c_str()), 404, kOtherOperator)
                  .at("type")
                  .as_string(),
              "urn:tahvil:problem:check.not_found");
}

TEST_F(DeliveriesSocket, ComeUnderANewKeyOfTheStore) {
    ASSERT_EQ(import(signed_manifest(manifest_of(2))).status, 201);
    const std::string id = id_of("TRACK-1");
    call("POST", "/v1/deliveries/" + id + "/miss", act(R"("why":"not in the tray")"), 201);
    stop();
    daemon::write_private_file(folder_.path() + "/new.key", Bytes(StoreKeys::kKeySize, 0x22));
    config_.desk.keys.push_back({7, "file:" + folder_.path() + "/new.key"});
    start();
    while (!logged("sealed with its newest key")) std::this_thread::sleep_for(std::chrono::milliseconds{5});
    EXPECT_EQ(id_of("TRACK-1"), id);
    stop();
    config_.desk.keys.erase(config_.desk.keys.begin());
    start();
    EXPECT_EQ(id_of("TRACK-1"), id) << "without the old key";
    const auto delivery = get("/v1/deliveries/" + id);
    EXPECT_EQ(delivery.at("holder").at("national_code").as_string(), "0012345679");
    EXPECT_EQ(delivery.at("history").at(0).at("why").as_string(), "not in the tray");
}

TEST_F(DeliveriesSocket, AreNotKeptWithoutAKeyOfTheStore) {
    stop();
    config_.demo = false;
    config_.desk.keys.clear();
    start();
    EXPECT_EQ(get("/v1/deliveries?stage=expected", 503).at("type").as_string(), "urn:tahvil:problem:store.no_key");
    stop();
    config_.desk.keys = {{1, "file:" + folder_.path() + "/nothing"}};
    start();
    EXPECT_EQ(get("/v1/deliveries?stage=expected", 503).at("type").as_string(),
              "urn:tahvil:problem:private_file.unreadable");
}

}  // namespace
}  // namespace tahvil::test
