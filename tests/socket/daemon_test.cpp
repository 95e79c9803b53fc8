// The whole daemon with embedded readers: a program on the machine asks, and gets a verdict.

#include "daemon/daemon.h"

#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "served.h"

namespace tahvil::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr const char* kFile = "application/octet-stream";

class DaemonTest : public testing::Test {
protected:
    /// A daemon in demo mode whose embedded readers have these faults; the id of each is its fault, or "good".
    void start(const std::vector<std::string>& faults, bool demo = true) {
        std::vector<daemon::EmbeddedReaderConfig> readers;
        for (const std::string& fault : faults) {
            const std::string id = fault.empty() ? "good" : fault.substr(0, fault.find('@'));
            readers.push_back({id, id, "", "pace-gm", "ca", "contactless", fault});
        }
        start_with(std::move(readers), demo);
    }

    void start_with(std::vector<daemon::EmbeddedReaderConfig> readers, bool demo = true) {
        daemon::Config config;
        config.state_directory = folder_.path() + "/state";
        config.pcsc = false;
        config.demo = demo;
        config.roles = test_roles();
        config.embedded_readers = std::move(readers);
        path_ = folder_.path() + "/t.sock";
        daemon_ =
            std::make_unique<daemon::Daemon>(config, api::ListeningSocket{path_, std::nullopt}, log_, [](int socket) {
                const uid_t uid = pretended_uid(socket).value_or(kStranger);
                return api::Peer{uid, uid, 1, {}};
            });
        thread_ = std::thread{[this] { daemon_->run(); }};
    }

    ~DaemonTest() override {
        if (!daemon_) return;
        daemon_->stop();
        thread_.join();
    }

    RawClient connect(uid_t as = kOperator) { return {path_, as}; }

    std::string start_check(const std::string& body, uid_t as = kOperator) {
        const RawResponse response = connect(as).call("POST", "/v1/checks", body);
        EXPECT_EQ(response.status, 202) << response.body;
        return response.status == 202 ? boost::json::parse(response.body).at("id").as_string().c_str() : "";
    }

    /// The check when it has ended.
    boost::json::value ended(const std::string& id) {
        while (true) {
            const RawResponse response = connect().call("GET", "/v1/checks/" + id);
            boost::json::value check = boost::json::parse(response.body);
            const auto& state = check.at("state").as_string();
            if (state != "queued" && state != "running") return check;
            std::this_thread::sleep_for(milliseconds{5});
        }
    }

    static std::string body(const std::string& reader, const std::string& more = "") {
        return R"({"purpose":"handover","reader":")" + reader +
               R"(","access":{"can":"123456"},"expected":{"national_code":"1234567891"})" + more + "}";
    }

    std::string decision(const std::string& reader) {
        const auto check = ended(start_check(body(reader)));
        return check.as_object().contains("verdict") ? check.at("verdict").at("decision").as_string().c_str()
                                                     : boost::json::serialize(check);
    }

    TemporaryFolder folder_;
    std::string path_;
    daemon::Log log_{[](daemon::LogLevel, std::string_view) {}};
    std::unique_ptr<daemon::Daemon> daemon_;
    std::thread thread_;
};

TEST_F(DaemonTest, GivesTheFiveAnswers) {
    start({"", "cloned", "dg2-changed", "unknown-issuer", "expired"});
    EXPECT_EQ(decision("good"), "accept");
    EXPECT_EQ(decision("cloned"), "reject");
    EXPECT_EQ(decision("dg2-changed"), "reject");
    EXPECT_EQ(decision("unknown-issuer"), "refer");
    EXPECT_EQ(decision("expired"), "reject");
}

TEST_F(DaemonTest, NeverAcceptsASpecimenOutsideOfDemoMode) {
    start({""}, false);
    EXPECT_EQ(decision("good"), "refer");
}

TEST_F(DaemonTest, ShowsOfTheHolderOnlyWhatWasAskedFor) {
    start({""});
    const auto without = ended(start_check(body("good")));
    EXPECT_FALSE(without.at("verdict").as_object().contains("holder"));
    EXPECT_FALSE(without.at("verdict").as_object().contains("document"));
    EXPECT_FALSE(without.as_object().contains("files"));
    const auto with = ended(start_check(body("good", R"(,"want":["document","holder","portrait","files"])")));
    EXPECT_EQ(with.at("verdict").at("holder").at("national_code").as_string(), "1234567891");
    EXPECT_TRUE(with.at("files").as_object().contains("EF.SOD"));
}

TEST_F(DaemonTest, LeavesACheckToWhoeverStartedIt) {
    start({""});
    const std::string id = start_check(body("good"));
    EXPECT_EQ(connect(kOtherOperator).call("GET", "/v1/checks/" + id).status, 404);
    EXPECT_EQ(connect(kOtherOperator).call("DELETE", "/v1/checks/" + id).status, 404);
    EXPECT_EQ(connect(kSupervisor).call("GET", "/v1/checks/" + id).status, 200);
    EXPECT_EQ(connect(kRelyingParty).call("GET", "/v1/checks/" + id).status, 403);
    ended(id);
    EXPECT_EQ(connect().call("DELETE", "/v1/checks/" + id).status, 204);
}

TEST_F(DaemonTest, NamesWhatIsWrongWithARequestAndServesTheNext) {
    start({"", "cloned"});
    const auto refused = [&](const std::string& text) {
        const RawResponse response = connect().call("POST", "/v1/checks", text);
        const auto problem = boost::json::parse(response.body).as_object();
        return std::to_string(response.status) + " " + problem.at("type").as_string().c_str() + " " +
               (problem.contains("pointer") ? problem.at("pointer").as_string().c_str() : "");
    };
    EXPECT_EQ(refused("nonsense"), "400 urn:tahvil:problem:body.not_json ");
    EXPECT_EQ(refused("[]"), "400 urn:tahvil:problem:body.not_json ");
    EXPECT_EQ(refused(std::string(100, '[')), "400 urn:tahvil:problem:body.not_json ");
    EXPECT_EQ(refused("{}"), "400 urn:tahvil:problem:body.missing /purpose");
    EXPECT_EQ(refused(R"({"purpose":"party"})"), "400 urn:tahvil:problem:body.bad_value /purpose");
    EXPECT_EQ(refused(R"({"purpose":"read","colour":1})"), "400 urn:tahvil:problem:body.unknown_member ");
    EXPECT_EQ(refused(R"({"purpose":"read","access":{"can":"12345x"}})"),
              "400 urn:tahvil:problem:body.bad_value /access/can");
    EXPECT_EQ(refused(R"({"purpose":"read","access":{"document_number":"X","birth_date":"2000-02-30"}})"),
              "400 urn:tahvil:problem:body.bad_value /access/birth_date");
    EXPECT_EQ(refused(R"({"purpose":"read","access":{"mrz":["I<X","Y","Z"]}})"), "400 urn:tahvil:problem:input.mrz ");
    EXPECT_EQ(refused(R"({"purpose":"read","expected":{"national_code":"1111111111"}})"),
              "400 urn:tahvil:problem:body.bad_value /expected/national_code");
    EXPECT_EQ(refused(R"({"purpose":"read","want":["holder","holder"]})"),
              "400 urn:tahvil:problem:body.bad_value /want");
    EXPECT_EQ(refused(R"({"purpose":"read","reader":"none"})"), "404 urn:tahvil:problem:reader.not_found ");
    EXPECT_EQ(refused(R"({"purpose":"read"})"), "409 urn:tahvil:problem:reader.ambiguous ");
    EXPECT_EQ(decision("good"), "accept");
}

TEST_F(DaemonTest, TellsWhyACheckCouldNotBeDone) {
    start({"", "garbage", "removed@5"});
    const auto wrong_can =
        ended(start_check(R"({"purpose":"read","reader":"good","access":{"can":"000000"}})")).as_object();
    EXPECT_EQ(wrong_can.at("state").as_string(), "failed");
    EXPECT_EQ(wrong_can.at("problem").at("status").as_int64(), 422);
    const auto garbage = ended(start_check(body("garbage"))).as_object();
    EXPECT_TRUE(garbage.contains("problem") || garbage.at("verdict").at("decision").as_string() != "accept");
    const auto removed = ended(start_check(body("removed"))).as_object();
    EXPECT_TRUE(removed.contains("problem") || removed.at("verdict").at("decision").as_string() != "accept");
    EXPECT_EQ(decision("good"), "accept");
}

TEST_F(DaemonTest, ReadsWhatCardsKeepForTerminalsThatTheyKnow) {
    daemon::EmbeddedReaderConfig guarded{"guarded", "guarded", "", "pace-gm", "ca", "contactless", ""};
    guarded.eac = true;
    daemon::EmbeddedReaderConfig eid{"eid", "eid", "", "pace-gm", "ca", "contactless", ""};
    eid.card = "npa";
    eid.pin = "482913";
    start_with({guarded, eid});
    const auto check = ended(start_check(body("guarded", R"(,"want":["files"])")));
    EXPECT_EQ(check.at("verdict").at("decision").as_string(), "accept");
    EXPECT_TRUE(check.at("files").as_object().contains("EF.DG3"));
    EXPECT_TRUE(check.at("files").as_object().contains("EF.DG4"));
    const auto person =
        ended(start_check(R"({"purpose":"read","reader":"eid","access":{"pin":"482913"},"want":["holder","files"]})"));
    EXPECT_THAT(boost::json::serialize(person.at("verdict").at("checks")),
                HasSubstr(R"({"id":"terminal.authentication","result":"passed")"));
    EXPECT_TRUE(person.at("files").as_object().contains("eID.DG4"));
    EXPECT_NE(person.at("verdict").at("holder").at("name").as_string(), "");
}

TEST_F(DaemonTest, ShowsReadersHealthAndTrust) {
    start({"", "cloned"});
    const auto health = boost::json::parse(connect(kAuditor).call("GET", "/v1/health").body);
    EXPECT_EQ(health.at("status").as_string(), "ok");
    EXPECT_EQ(health.at("readers").at("with_card").as_int64(), 2);
    EXPECT_EQ(connect().call("GET", "/v1/readers/good").status, 200);
    EXPECT_EQ(connect().call("GET", "/v1/readers/other").status, 404);
    EXPECT_THAT(connect().call("GET", "/v1/readers").body, HasSubstr("\"id\":\"cloned\""));
    EXPECT_THAT(connect(kAuditor).call("GET", "/v1/trust").body, HasSubstr("SPECIMEN Country Signer"));
}

TEST_F(DaemonTest, RefusesATrustFileThatIsNone) {
    start({});
    for (const char* kind : {"master-lists", "certificates", "revocation-lists", "hot-lists"}) {
        const RawResponse response =
            connect(kAdministrator)
                .call("POST", "/v1/trust/" + std::string{kind} + "?file=x.bin", "no such thing", kFile);
        EXPECT_EQ(response.status, 422) << response.body;
        EXPECT_THAT(response.body, HasSubstr("urn:tahvil:problem:trust."));
    }
    EXPECT_EQ(connect(kAdministrator).call("POST", "/v1/trust/master-lists?pin=12", "x", kFile).status, 400);
    EXPECT_EQ(connect(kAdministrator).call("GET", "/v1/trust/imports/none").status, 404);
}

TEST(ListeningSocketTest, IsForItsOwnerAndGroupOnlyAndGoesWithTheDaemon) {
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/t.sock";
    struct stat status {};
    {
        const api::ListeningSocket socket{path, std::nullopt};
        ASSERT_EQ(::stat(path.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, 0660U);
        EXPECT_THROW((api::ListeningSocket{path, std::nullopt}), Error);
    }
    EXPECT_NE(::stat(path.c_str(), &status), 0);
}

TEST(ListeningSocketTest, IsNotMadeWhereOthersCouldReplaceIt) {
    const TemporaryFolder folder;
    ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
    EXPECT_THROW((api::ListeningSocket{folder.path() + "/t.sock", std::nullopt}), Error);
    ASSERT_EQ(::chmod(folder.path().c_str(), 0770), 0);
    EXPECT_THROW((api::ListeningSocket{folder.path() + "/t.sock", std::nullopt}), Error);
    EXPECT_THROW((api::ListeningSocket{"t.sock", std::nullopt}), Error);
}

}  // namespace
}  // namespace tahvil::test
