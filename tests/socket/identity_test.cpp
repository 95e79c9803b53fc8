// Relying parties over the socket of the whole daemon, as the kernel tells who calls, and their answers in the hands of
// others: the command line, the Python module, another library.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/trust/certificate.h"
#include "crypto/trust/issuer.h"
#include "daemon/daemon.h"
#include "daemon/private_file.h"
#include "daemon/receipt/sd_jwt.h"
#include "daemon/terminal/specimen_authority.h"
#include "daemon/terminal/terminal.h"
#include "served.h"
#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr uid_t kBank = 2001;
constexpr uid_t kNotary = 2002;

class IdentityTest : public testing::Test {
protected:
    /// A daemon in demo mode with one card in it, two relying parties and an enrolled terminal. This process itself is
    /// the bank too, for programs that it starts.
    void start(bool enrolled = true) {
        config_.pcsc = false;
        config_.demo = enrolled;  // a demonstration enrols its terminal by itself
        config_.roles = test_roles();
        config_.accounts = daemon::system_accounts();
        config_.embedded_readers.push_back({"desk", "Desk", "", "pace-gm", "ca", "contactless", ""});
        config_.parties = {party("bank", {std::to_string(kBank), std::to_string(::geteuid())}, {}),
                           party("notary", {std::to_string(kNotary)}, {"777"})};
        path_ = start_terminal("T1", enrolled);
    }

    /// Another daemon with the same configuration, and a state of its own. Answers with its socket.
    std::string start_terminal(const std::string& name, bool enrolled) {
        daemon::Config config = config_;
        config.state_directory = folder_.path() + "/" + name;
        if (enrolled) enrol(config, name);
        std::string path = folder_.path() + "/" + name + ".sock";
        auto& terminal = terminals_.emplace_back();
        terminal.daemon = std::make_unique<daemon::Daemon>(config, api::ListeningSocket{path, std::nullopt},
                                                           log_to_text_, [this](int socket) {
                                                               api::Peer peer = api::identify_peer(socket);
                                                               if (const auto uid = pretended_uid(socket))
                                                                   peer = {*uid, *uid, peer.pid, supplementary_};
                                                               return peer;
                                                           });
        terminal.thread = std::thread{[daemon = terminal.daemon.get()] { daemon->run(); }};
        return path;
    }

    ~IdentityTest() override {
        for (auto& terminal : terminals_) {
            terminal.daemon->stop();
            terminal.thread.join();
        }
    }

    daemon::RelyingParty party(const std::string& name, std::vector<std::string> users,
                               std::vector<std::string> groups) {
        const std::string key = folder_.path() + "/" + name + ".key";
        daemon::write_private_file(key, random_bytes(system_random, 32));
        daemon::RelyingParty party;
        party.name = name;
        party.users = std::move(users);
        party.groups = std::move(groups);
        party.purposes = {"account_opening"};
        party.predicates = {daemon::Predicate::age_over, daemon::Predicate::card_valid,
                            daemon::Predicate::holder_present};
        party.attributes = {daemon::Attribute::name};
        party.pseudonym_key = key;
        return party;
    }

    void enrol(const daemon::Config& config, const std::string& name) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        fs::create_directories(config.state_directory);
        daemon::Terminal terminal{fs::path{config.state_directory} / "terminal"};
        const Bytes request = terminal.enrol({name, "office.example/12", "", ""}, now);
        const daemon::SpecimenCertificate made = daemon::certify_as_specimen(request, now);
        terminal.accept(made.certificate,
                        *trust::specimen::store_of({made.authority}, {}, {}, {trust::Purpose::receipts}), now);
        certificate_ = made.certificate;
        std::ofstream{folder_.path() + "/" + name + ".authority", std::ios::binary} << as_text(made.authority);
    }

    /// The certificate of an authority that certified no terminal here.
    static Bytes some_authority() {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        return trust::issue_self_signed(trust::CertificateTemplate::country_signer(
                                            trust::NameWriter().common_name("Another authority").der(),
                                            {now - std::chrono::days{1}, now + std::chrono::days{365}}),
                                        PrivateKey::generate_ec(Curve::secp256r1))
            .certificate;
    }

    static std::string question(const std::string& nonce, const std::string& party = "bank",
                                const std::string& want = R"({"age_over":18})") {
        return R"({"party":")" + party + R"(","nonce":")" + nonce +
               R"(","audience":"https://bank.example","purpose":"account_opening","want":)" + want +
               R"(,"consent":{"method":"operator","operator_id":"op-7","language":"en","text":"I agree.",)" +
               R"("to":["age_over","card_valid","holder_present","name"]},"access":{"can":"123456"}})";
    }

    RawClient connect(uid_t as = kBank) { return {path_, as}; }

    std::string code_of(const RawResponse& response) {
        return std::to_string(response.status) + " " +
               json::parse(response.body).at("type").as_string().subview(11).data();
    }

    json::object ended(const std::string& id, uid_t as = kBank) {
        while (true) {
            json::object check = json::parse(connect(as).call("GET", "/v1/identity-checks/" + id).body).as_object();
            const auto& state = check.at("state").as_string();
            if (state != "waiting" && state != "queued" && state != "running") return check;
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }

    std::string answer_to(const std::string& body, uid_t as = kBank) {
        const RawResponse created = connect(as).call("POST", "/v1/identity-checks", body);
        EXPECT_EQ(created.status, 202) << created.body;
        if (created.status != 202) return {};
        const json::object check = ended(json::parse(created.body).at("id").as_string().c_str(), as);
        EXPECT_EQ(check.at("state").as_string(), "finished") << json::serialize(check);
        return check.contains("answer") ? check.at("answer").as_string().c_str() : "";
    }

    /// What a program prints, and how it ends.
    std::pair<int, std::string> run(const std::string& command) {
        const std::string output = folder_.path() + "/output";
        const int status =
            std::system(("TAHVIL_SOCKET='" + path_ + "' " + command + " > " + output + " 2>&1").c_str());  // NOLINT
        std::ifstream file{output};
        return {WEXITSTATUS(status), std::string{std::istreambuf_iterator<char>{file}, {}}};
    }

    std::string log() {
        const std::lock_guard lock{mutex_};
        return log_;
    }

    TemporaryFolder folder_;
    daemon::Config config_;
    Bytes certificate_;
    std::string path_;
    std::vector<gid_t> supplementary_;
    std::mutex mutex_;
    std::string log_;
    daemon::Log log_to_text_{[this](daemon::LogLevel, std::string_view line) {
        const std::lock_guard lock{mutex_};
        log_ += std::string{line} + "\n";
    }};
    struct RunningTerminal {
        std::unique_ptr<daemon::Daemon> daemon;
        std::thread thread;
    };
    std::vector<RunningTerminal> terminals_;
};

TEST_F(IdentityTest, AnAnswerIsVerifiedByAnotherLibraryAndNothingElseIs) {
    if (std::system("/usr/bin/python3 -c 'import jwcrypto' 2> /dev/null") != 0)  // NOLINT(concurrency-mt-unsafe)
        GTEST_SKIP() << "python3-jwcrypto is not installed";
    start();
    const std::string nonce = "nonce-of-the-first-question";
    const std::string answer = answer_to(question(nonce, "bank", R"({"age_over":18,"attributes":["name"]})"));
    const std::string other = answer_to(question("nonce-of-another-question"));
    const std::string at_file = folder_.path() + "/answer";
    std::ofstream{folder_.path() + "/terminal.cer", std::ios::binary} << as_text(certificate_);
    const auto verify = [&](const std::string& text, const std::string& expected_nonce, const std::string& audience,
                            const std::string& at = "") {
        std::ofstream{at_file} << text;
        return run("/usr/bin/python3 " TAHVIL_SOCKET_TESTS "/verify_answer.py " + at_file + " " + folder_.path() +
                   "/terminal.cer " + expected_nonce + " " + audience + " " + at);
    };
    const std::string bank = "https://bank.example";
    const auto good = verify(answer, nonce, bank);
    EXPECT_EQ(good.first, 0) << good.second;
    EXPECT_THAT(good.second, HasSubstr(R"("age_over": {"answer": "true", "asked": 18})"));
    EXPECT_THAT(good.second, HasSubstr("\"name\": "));
    const auto less = verify(daemon::withhold(answer, {"age_over"}), nonce, bank);
    EXPECT_EQ(less.first, 0) << less.second;
    EXPECT_THAT(less.second, Not(HasSubstr("\"name\": "))) << "the party passed on less than it got";

    EXPECT_THAT(verify(other, nonce, bank).second, HasSubstr("replayed"));
    EXPECT_THAT(verify(answer, nonce, "https://notary.example").second, HasSubstr("another audience"));
    EXPECT_THAT(verify(answer, nonce, bank, "9999999999").second, HasSubstr("expired"));
    for (const std::size_t place : {answer.find('.') + 20, answer.find('~') - 20, answer.find('~') + 20}) {
        std::string altered = answer;
        altered[place] = altered[place] == 'A' ? 'B' : 'A';
        EXPECT_EQ(verify(altered, nonce, bank).first, 1) << place;
        const auto by_us = [&] {
            try {
                return daemon::SdJwt::parse(altered)
                    .check(trust::Certificate::parse(certificate_).public_key(),
                           std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()))
                    .result;
            } catch (const MalformedData&) {
                return daemon::SdJwtCheck::Result::bad_signature;
            }
        }();
        EXPECT_EQ(by_us, daemon::SdJwtCheck::Result::bad_signature) << place;
    }
}

TEST_F(IdentityTest, AForgedNameAReusedNonceAndAStrangersQuestionAreRefusedAndTheAuditorSeesThem) {
    start();
    EXPECT_EQ(code_of(connect(kNotary).call("POST", "/v1/identity-checks", question("0123456789abcdef"))),
              "403 problem:access.denied");
    EXPECT_EQ(code_of(connect(kBank).call("POST", "/v1/identity-checks", question("0123456789abcdef", "nobody"))),
              "403 problem:access.denied");
    for (const uid_t uid : {kOperator, kSupervisor, kField, kAuditor, kAdministrator, kStranger})
        EXPECT_EQ(code_of(connect(uid).call("POST", "/v1/identity-checks", question("0123456789abcdef"))),
                  "403 problem:access.denied");
    answer_to(question("0123456789abcdef"));
    EXPECT_EQ(code_of(connect().call("POST", "/v1/identity-checks", question("0123456789abcdef"))),
              "403 problem:identity_check.nonce");
    EXPECT_EQ(code_of(connect().call("POST", "/v1/identity-checks",
                                     question("0123456789abcdeg", "bank", R"({"attributes":["portrait"]})"))),
              "403 problem:identity_check.not_granted");

    EXPECT_EQ(connect(kOperator).call("GET", "/v1/refusals").status, 403);
    const json::value seen = json::parse(connect(kAuditor).call("GET", "/v1/refusals").body);
    std::map<std::string, int> counted;
    for (const json::value& refusal : seen.at("refusals").as_array()) {
        ++counted[std::to_string(refusal.at("uid").as_int64()) + " " + refusal.at("code").as_string().c_str()];
        EXPECT_EQ(refusal.as_object().contains("path"), true);
    }
    EXPECT_EQ(counted[std::to_string(kNotary) + " access.denied"], 1);
    EXPECT_EQ(counted[std::to_string(kBank) + " access.denied"], 1);
    EXPECT_EQ(counted[std::to_string(kBank) + " identity_check.nonce"], 1);
    EXPECT_EQ(counted[std::to_string(kBank) + " identity_check.not_granted"], 1);
    EXPECT_EQ(counted[std::to_string(kStranger) + " access.denied"], 1);
    EXPECT_THAT(log(), HasSubstr("audit: answered id="));
    EXPECT_EQ(log().find("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(log().find("123456 "), std::string::npos);
}

TEST_F(IdentityTest, ACheckIsSeenByWhoeverAskedAndASupplementaryGroupDoes) {
    start();
    supplementary_ = {5, 777};
    constexpr uid_t clerk = 2003;
    const RawResponse created =
        connect(clerk).call("POST", "/v1/identity-checks", question("a-nonce-of-the-notary", "notary"));
    ASSERT_EQ(created.status, 202) << created.body;
    const std::string id = json::parse(created.body).at("id").as_string().c_str();
    EXPECT_EQ(ended(id, clerk).at("state").as_string(), "finished");
    EXPECT_EQ(connect(kBank).call("GET", "/v1/identity-checks/" + id).status, 404);
    EXPECT_EQ(connect(kNotary).call("GET", "/v1/identity-checks/" + id).status, 404) << "of its role, and not its own";
    EXPECT_EQ(connect(kNotary).call("DELETE", "/v1/identity-checks/" + id).status, 404);
    EXPECT_EQ(connect(clerk).call("GET", "/v1/parties/bank").status, 404);
    EXPECT_EQ(connect(clerk).call("GET", "/v1/parties/notary").status, 200);
    EXPECT_EQ(json::parse(connect(clerk).call("GET", "/v1/parties").body).at("parties").as_array().size(), 1U);
    supplementary_.clear();
    EXPECT_EQ(connect(kSupervisor).call("GET", "/v1/identity-checks/" + id).status, 403);
    const RawResponse as_check = connect(kSupervisor).call("GET", "/v1/checks/" + id);
    EXPECT_EQ(as_check.body.find("1234567891"), std::string::npos);
    EXPECT_EQ(as_check.body.find("\"holder\""), std::string::npos) << "nothing of the holder is kept";
}

TEST_F(IdentityTest, APartyThatIsAddedIsServedAndOneThatIsRemovedIsNot) {
    start();
    constexpr uid_t agency = 2004;
    const std::string key = folder_.path() + "/agency.key";
    daemon::write_private_file(key, random_bytes(system_random, 32));
    const std::string body = R"({"name":"agency","users":["2004"],"purposes":["account_opening"],)"
                             R"("predicates":["age_over"],"pseudonym_key":")" +
                             key + "\"}";
    EXPECT_EQ(connect(kOperator).call("POST", "/v1/parties", body).status, 403);
    EXPECT_EQ(connect(kBank).call("POST", "/v1/parties", body).status, 403);
    const RawResponse added = connect(kAdministrator).call("POST", "/v1/parties", body);
    EXPECT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(added.fields.at("location"), "/v1/parties/agency");
    EXPECT_EQ(code_of(connect(kAdministrator).call("POST", "/v1/parties", body)), "409 problem:party.exists");
    EXPECT_THAT(connect(kAuditor).call("GET", "/v1/parties/agency").body, HasSubstr(R"("predicates":["age_over"])"));
    EXPECT_FALSE(answer_to(question("a-nonce-of-the-agency", "agency"), agency).empty());
    EXPECT_EQ(connect(kAdministrator).call("DELETE", "/v1/parties/agency").status, 204);
    EXPECT_EQ(connect(agency).call("POST", "/v1/identity-checks", question("a-nonce-of-the-agency2", "agency")).status,
              403);
    EXPECT_EQ(code_of(connect(kAdministrator).call("DELETE", "/v1/parties/bank")), "409 problem:party.configured");
    EXPECT_EQ(code_of(connect(kAdministrator)
                          .call("POST", "/v1/parties",
                                R"({"name":"../x","users":["1"],)"
                                R"("purposes":["a"],"pseudonym_key":"k"})")),
              "400 problem:body.bad_value");
}

TEST_F(IdentityTest, WithoutASigningKeyTheCardIsLeftAlone) {
    start(false);
    EXPECT_EQ(code_of(connect().call("POST", "/v1/identity-checks", question("0123456789abcdef"))),
              "503 problem:terminal.not_enrolled");
}

TEST_F(IdentityTest, WhatASignedAnswerRestsOnIsRead) {
    start();
    const auto refused = [&](const std::string& body) {
        const RawResponse response = connect().call("POST", "/v1/identity-checks", body);
        const auto problem = json::parse(response.body).as_object();
        return std::to_string(response.status) + " " +
               (problem.contains("pointer") ? problem.at("pointer").as_string().c_str() : "");
    };
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = question("0123456789abcdef");
        return text.replace(text.find(from), from.size(), to);
    };
    EXPECT_EQ(refused(with("0123456789abcdef", "short")), "400 /nonce");
    EXPECT_EQ(refused(with(R"({"age_over":18})", "{}")), "400 /want");
    EXPECT_EQ(refused(with(R"({"age_over":18})", R"({"age_over":18.5})")), "400 /want/age_over");
    EXPECT_EQ(refused(with(R"({"age_over":18})", R"({"age_over":-1})")), "400 /want/age_over");
    EXPECT_EQ(refused(with(R"({"age_over":18})", R"({"birth_date_is":"2001-02-29"})")), "400 /want/birth_date_is");
    EXPECT_EQ(refused(with(R"("I agree.")", R"("")")), "400 /consent/text");
    EXPECT_EQ(refused(with(R"("en")", R"("e n")")), "400 /consent/language");
    EXPECT_EQ(refused(with(R"("operator_id":"op-7",)", "")), "400 /consent/operator_id");
    EXPECT_EQ(refused(with(R"("purpose")", R"("purpose":"x","purpose")")), "400 ") << "a name that stands twice";
}

TEST_F(IdentityTest, TheExamplesSayThatTheSpecimenIsOverEighteen) {
    start();
    const auto cpp = run(TAHVIL_OVER_18 " 123456 op-7 " + folder_.path() + "/T1.authority");
    EXPECT_EQ(cpp.first, 0) << cpp.second;
    EXPECT_EQ(cpp.second, "yes\n");
    std::ofstream{folder_.path() + "/other.authority", std::ios::binary} << as_text(some_authority());
    const auto unknown = run(TAHVIL_OVER_18 " 123456 op-7 " + folder_.path() + "/other.authority");
    EXPECT_EQ(unknown.first, 1);
    EXPECT_THAT(unknown.second, HasSubstr("answer.certificate"));
    const auto python = run("/usr/bin/python3 " TAHVIL_EXAMPLES "/over_18.py 123456 op-7");
    EXPECT_EQ(python.first, 0) << python.second;
    EXPECT_EQ(python.second, "yes\n");
    const auto wrong_can = run("/usr/bin/python3 " TAHVIL_EXAMPLES "/over_18.py 999999 op-7");
    EXPECT_EQ(wrong_can.first, 1);
    EXPECT_THAT(wrong_can.second, StartsWith("over_18: "));
}

TEST_F(IdentityTest, OnePartySeesOneSubjectAtTwoTerminalsAndTwoPartiesSeeTwo) {
    start();
    const std::string other = start_terminal("T2", true);
    const auto claims = [&](const std::string& path, const std::string& name, uid_t as) {
        path_ = path;
        const std::string answer = answer_to(question("a-nonce-of-the-" + name, name), as);
        return daemon::SdJwt::parse(answer)
            .check(trust::Certificate::parse(daemon::SdJwt::parse(answer).certificates().at(0)).public_key(),
                   std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()))
            .claims;
    };
    const std::string one = path_;
    const json::object here = claims(one, "bank", kBank);
    const json::object there = claims(other, "bank", kBank);
    const json::object notary = claims(other, "notary", kNotary);
    EXPECT_EQ(here.at("terminal").as_string(), "T1");
    EXPECT_EQ(there.at("terminal").as_string(), "T2");
    EXPECT_EQ(here.at("sub"), there.at("sub"));
    EXPECT_NE(notary.at("sub"), there.at("sub"));
    EXPECT_EQ(claims(one, "notary", kNotary).at("sub"), notary.at("sub"));
}

TEST_F(IdentityTest, TheCommandLineVerifiesAnAnswerAndRefusesWhatIsNotTheAnswerToTheQuestion) {
    start();
    const std::string nonce = "nonce-of-the-first-question";
    const std::string answer = answer_to(question(nonce));
    const std::string file = folder_.path() + "/answer.sd-jwt";
    const std::string authority = folder_.path() + "/T1.authority";
    const auto verify = [&](const std::string& text, const std::string& options) {
        std::ofstream{file} << text << "\n";
        return run(TAHVIL_TOOL " receipt verify " + file + " " + options);
    };
    const std::string bound = " --nonce " + nonce + " --audience https://bank.example";
    const auto good = verify(answer, "--trust " + authority + bound);
    EXPECT_EQ(good.first, 0) << good.second;
    EXPECT_THAT(good.second, HasSubstr("age_over 18"));
    const auto replayed = verify(answer_to(question("nonce-of-another-question")), "--trust " + authority + bound);
    EXPECT_EQ(replayed.first, 1) << replayed.second;
    EXPECT_THAT(replayed.second, HasSubstr("other_nonce"));
    const auto elsewhere =
        verify(answer, "--trust " + authority + " --audience https://notary.example --nonce " + nonce);
    EXPECT_EQ(elsewhere.first, 1) << elsewhere.second;
    EXPECT_THAT(elsewhere.second, HasSubstr("other_audience"));
    const auto expired = verify(answer, "--at 2999-01-01 --trust " + authority + bound);
    EXPECT_EQ(expired.first, 1) << expired.second;
    EXPECT_THAT(expired.second, HasSubstr("expired"));
    EXPECT_EQ(verify(answer, "--at 2020-01-01 --trust " + authority + bound).first, 1);
    for (const std::size_t place : {answer.find('.') + 20, answer.find('~') - 20, answer.find('~') + 20}) {
        std::string altered = answer;
        altered[place] = altered[place] == 'A' ? 'B' : 'A';
        EXPECT_EQ(verify(altered, "--trust " + authority + bound).first, 1) << place;
    }
    std::ofstream{folder_.path() + "/other.authority", std::ios::binary} << as_text(some_authority());
    const auto unknown = verify(answer, "--trust " + folder_.path() + "/other.authority" + bound);
    EXPECT_EQ(unknown.first, 3) << unknown.second;
    EXPECT_THAT(unknown.second, HasSubstr("NOT"));
    EXPECT_EQ(verify(answer, "--trust " + authority).first, 2) << "without the question nothing is verified";
    EXPECT_EQ(verify(answer, "--trust " + authority + " --nonce " + nonce).first, 2);
}

TEST_F(IdentityTest, TheCommandLineAsksAndItsAnswerIsVerifiedWithoutTheDaemon) {
    start();
    const std::string answer = folder_.path() + "/answer.sd-jwt";
    std::ofstream{folder_.path() + "/can"} << "123456\n";
    const auto ask = [&](const std::string& more) {
        return run(TAHVIL_TOOL " identity-check --purpose account_opening --can-fd 3 3<" + folder_.path() +
                   "/can --consent 'I agree.' --language en --operator op-7 " + more);
    };
    const auto yes = ask("--party bank --nonce 0123456789abcdef-1 --want age_over:18,name --out " + answer);
    EXPECT_EQ(yes.first, 0) << yes.second;
    EXPECT_TRUE(fs::exists(answer));
    const std::string by = " --trust " + folder_.path();
    EXPECT_EQ(ask("--party bank --nonce 0123456789abcdef-6 --want age_over:18" + by + "/T1.authority").first, 0);
    std::ofstream{folder_.path() + "/other.authority", std::ios::binary} << as_text(some_authority());
    const auto unknown_signer =
        ask("--party bank --nonce 0123456789abcdef-7 --want age_over:18" + by + "/other.authority");
    EXPECT_NE(unknown_signer.first, 0);
    EXPECT_THAT(unknown_signer.second, HasSubstr("answer.certificate"));
    const auto no = ask("--party bank --nonce 0123456789abcdef-2 --want age_over:120");
    EXPECT_EQ(no.first, 1) << no.second;
    const auto unknown = ask("--party bank --nonce 0123456789abcdef-3 --want holder_present");
    EXPECT_EQ(unknown.first, 3) << unknown.second;
    const auto forged = ask("--party notary --nonce 0123456789abcdef-4 --want age_over:18");
    EXPECT_EQ(forged.first, 6) << forged.second;
    EXPECT_EQ(ask("--party bank --nonce 0123456789abcdef-5 --want age_under:18").first, 2);
    const auto shown = run(TAHVIL_TOOL " party show bank");
    EXPECT_EQ(shown.first, 0) << shown.second;
    EXPECT_THAT(shown.second, HasSubstr("age_over"));
}

}  // namespace
}  // namespace tahvil::test
