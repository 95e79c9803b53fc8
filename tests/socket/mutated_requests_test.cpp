// Requests made from the contract and spoilt, to the whole daemon: whatever comes, it is answered by the contract,
// never with 500, and the daemon goes on. TAHVIL_MUTATED_REQUESTS says how many, TAHVIL_SEED which.

#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "contract_samples.h"
#include "daemon/daemon.h"
#include "daemon/private_file.h"
#include "served.h"

namespace tahvil::test {
namespace {

namespace json = boost::json;

constexpr std::size_t kRequests = 3000;
constexpr std::array kCallers{kOperator, kSupervisor, kField, kRelyingParty, kAuditor, kAdministrator, kStranger};
const std::map<std::string, uid_t> kRoles{{"operator", kOperator}, {"supervisor", kSupervisor},
                                          {"field", kField},       {"relying_party", kRelyingParty},
                                          {"auditor", kAuditor},   {"administrator", kAdministrator}};

std::size_t number_from(const char* variable, std::size_t otherwise) {
    const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nothing sets one
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class MutatedRequests : public testing::Test {
protected:
    MutatedRequests() {
        daemon::Config config;
        config.state_directory = folder_.path() + "/state";
        config.pcsc = false;
        config.demo = true;
        config.roles = test_roles();
        config.limits.requests_per_second_per_uid = 1'000'000;
        config.limits.requests_burst_per_uid = 1'000'000;
        config.embedded_readers.push_back({"desk", "Desk", "", "pace-gm", "ca", "contactless", ""});
        daemon::write_private_file(folder_.path() + "/bank.key", Bytes(32, 1));
        daemon::RelyingParty bank;
        bank.name = "bank";
        bank.users = {std::to_string(kRelyingParty)};
        bank.purposes = {"bank"};  // the word that samples have
        bank.predicates = {daemon::Predicate::age_over};
        bank.pseudonym_key = folder_.path() + "/bank.key";
        bank.rate = daemon::kMostAMinute;
        config.parties = {bank};
        config.accounts = daemon::system_accounts();
        daemon_ =
            std::make_unique<daemon::Daemon>(config, api::ListeningSocket{path_, std::nullopt}, log_, [](int socket) {
                const uid_t uid = pretended_uid(socket).value_or(kStranger);
                return api::Peer{uid, uid, 1, {}};
            });
        thread_ = std::thread{[this] { daemon_->run(); }};
        contract_ = json::parse(RawClient{path_, kOperator}.call("GET", "/v1/openapi.json").body).as_object();
    }

    ~MutatedRequests() override {
        daemon_->stop();
        thread_.join();
    }

    TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/t.sock";
    daemon::Log log_{[](daemon::LogLevel, std::string_view) {}};
    std::unique_ptr<daemon::Daemon> daemon_;
    std::thread thread_;
    json::object contract_;
};

TEST_F(MutatedRequests, AreNeverAnsweredWith500) {
    const std::size_t requests = number_from("TAHVIL_MUTATED_REQUESTS", kRequests);
    ContractSamples samples{contract_, number_from("TAHVIL_SEED", 1)};
    const std::vector<ContractMethod> methods = methods_of(contract_);
    std::map<uid_t, std::unique_ptr<RawClient>> clients;
    std::map<int, std::size_t> statuses;
    for (std::size_t i = 0; i < requests; ++i) {
        const ContractMethod& method = methods[samples.below(methods.size())];
        std::string target = method.path;
        for (std::size_t open = target.find('{'); open != std::string::npos; open = target.find('{', open + 1)) {
            const std::string value = samples.below(4) == 0 ? "%2e%2e%2f%00" : (samples.below(2) == 0 ? "01" : "desk");
            target.replace(open, target.find('}', open) + 1 - open, value);
        }
        for (const std::string& name : method.query)
            if (samples.below(3) == 0) target += (target.find('?') == std::string::npos ? "?" : "&") + name + "=true";
        std::string body;
        if (method.media == "application/json") {
            json::value value = samples.of(method.body);
            if (samples.below(4) != 0) samples.spoil(value);
            body = json::serialize(value);
            if (samples.below(6) == 0) samples.spoil(body);
        } else if (!method.media.empty()) {
            body = std::string(samples.below(300), static_cast<char>(0x30 + samples.below(3)));
            samples.spoil(body);
        }
        if (samples.below(20) == 0) samples.spoil(target);
        for (char& c : target)
            if (c <= ' ' || c >= 0x7F) c = '%';
        const std::string name = samples.below(25) == 0 ? "PUT" : method.name;
        const std::string media = samples.below(25) == 0 ? "text/plain" : method.media;
        const std::string fields = samples.below(5) == 0 ? "Idempotency-Key: k" + std::to_string(i / 7) + "\r\n" : "";

        // Mostly somebody who may, so that the request gets as far as the work.
        const uid_t caller = samples.below(5) == 0 ? kCallers[samples.below(kCallers.size())]
                                                   : kRoles.at(method.roles[samples.below(method.roles.size())]);
        auto& client = clients[caller];
        if (!client) client = std::make_unique<RawClient>(path_, caller);
        client->request(name, target, body, media, fields);
        const bool stream = target.starts_with("/v1/events");
        const auto response = stream ? std::optional{client->receive_head()} : client->receive();
        ASSERT_TRUE(response.has_value()) << name << " " << target << "\n" << body;
        ++statuses[response->status];
        ASSERT_NE(response->status, 500) << name << " " << target << "\n" << body << "\n" << response->body;
        const auto connection = response->fields.find("connection");
        if (stream || (connection != response->fields.end() && connection->second == "close")) client.reset();
    }
    EXPECT_EQ(RawClient(path_, kOperator).call("GET", "/v1/health").status, 200);
    std::string counts;
    for (const auto& [status, count] : statuses) counts += " " + std::to_string(status) + ":" + std::to_string(count);
    std::cout << "mutated requests: " << requests << ", answered" << counts << "\n";
    EXPECT_GT(statuses[400], requests / 20);
    EXPECT_GT(statuses[200] + statuses[202], requests / 20);
}

}  // namespace
}  // namespace tahvil::test
