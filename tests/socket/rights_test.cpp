// Every method of the contract with every role, both ways, from the contract itself.

#include <cctype>
#include <map>
#include <set>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/api/contract.h"
#include "served.h"

namespace tahvil::test {
namespace {

using testing::HasSubstr;

const std::map<std::string, uid_t> kRoles{{"operator", kOperator},
                                          {"supervisor", kSupervisor},
                                          {"field", kField},
                                          {"relying_party", kRelyingParty},
                                          {"auditor", kAuditor},
                                          {"administrator", kAdministrator},
                                          {"nobody in particular", kStranger}};

class Rights : public Served {
protected:
    void SetUp() override {
        serve();
        contract_ = boost::json::parse(connect().call("GET", "/v1/openapi.json").body).as_object();
    }

    struct Method {
        std::string name;
        std::string path;
        std::string operation;
        std::string media;
        std::set<std::string> roles;
    };

    /// Of a body that stands in the operation or is named there.
    std::string media_of(const boost::json::object& body) const {
        if (const auto* name = body.if_contains("$ref"))
            return media_of(contract_.at("components")
                                .at("requestBodies")
                                .at(name->as_string().subview(std::string_view("#/components/requestBodies/").size()))
                                .as_object());
        return body.at("content").as_object().begin()->key();
    }

    std::vector<Method> methods() const {
        std::vector<Method> methods;
        for (const auto& [path, item] : contract_.at("paths").as_object()) {
            for (const auto& [name, operation] : item.as_object()) {
                if (name == "parameters") continue;
                const auto& object = operation.as_object();
                Method method{
                    std::string{name}, std::string{path}, object.at("operationId").as_string().c_str(), {}, {}};
                for (char& c : method.name) c = static_cast<char>(std::toupper(c));
                if (const auto start = method.path.find('{'); start != std::string::npos)
                    method.path.replace(start, method.path.find('}') + 1 - start, "01");
                if (object.contains("requestBody")) method.media = media_of(object.at("requestBody").as_object());
                for (const auto& role : contract_.at("x-rights").at(object.at("x-right").as_string()).as_array())
                    method.roles.insert(role.as_string().c_str());
                methods.push_back(std::move(method));
            }
        }
        return methods;
    }

    boost::json::object contract_;
};

TEST_F(Rights, AreHeldByTheRolesOfTheContractAndByNobodyElse) {
    ASSERT_EQ(methods().size(), api::routes().size());
    for (const Method& method : methods()) {
        for (const auto& [role, uid] : kRoles) {
            const std::size_t before = operations_.calls(method.operation);
            RawClient client = connect(uid);
            client.request(method.name, method.path, method.media.empty() ? "" : "{}", method.media);
            const int status =
                method.operation == "stream_events" ? client.receive_head().status : client.receive()->status;
            const bool may = method.roles.contains(role);
            EXPECT_EQ(status != 403, may) << method.name << " " << method.path << " as " << role;
            EXPECT_EQ(operations_.calls(method.operation), before + (may ? 1 : 0))
                << method.operation << " as " << role;
        }
    }
}

TEST_F(Rights, ThatAreAMatterOfSafetyStandFast) {
    for (const uid_t uid : {kOperator, kSupervisor, kField, kRelyingParty, kAuditor})
        EXPECT_EQ(connect(uid).call("POST", "/v1/trust/master-lists", "x", "application/octet-stream").status, 403);
    for (const uid_t uid : {kRelyingParty, kAuditor, kAdministrator}) {
        EXPECT_EQ(connect(uid).call("POST", "/v1/checks", "{}").status, 403);
        EXPECT_EQ(connect(uid).call("GET", "/v1/checks/01").status, 403);
    }
}

TEST_F(Rights, RefusedRevealNothingAndAreWrittenForTheAuditor) {
    const RawResponse known = connect(kStranger).call("GET", "/v1/readers/front-desk");
    const RawResponse unknown = connect(kStranger).call("GET", "/v1/no-such-thing");
    EXPECT_EQ(known.status, 403);
    EXPECT_EQ(known.body, unknown.body);
    EXPECT_TRUE(running().logged("audit: refused code=access.denied uid=1008 gid=1008"));
    EXPECT_TRUE(running().logged("roles=- method=GET path=/v1/readers/{id} right=readers.read"));
    EXPECT_FALSE(running().logged("front-desk"));
    const auto refusals = running().refusals().all();
    ASSERT_EQ(refusals.size(), 2U);
    EXPECT_EQ(boost::json::serialize(to_json(refusals[0]).at("right")), "\"readers.read\"");
    EXPECT_EQ(refusals[0].path, "/v1/readers/{id}");
    EXPECT_EQ(refusals[0].peer.uid, kStranger);
    EXPECT_EQ(refusals[1].path, "") << "what a stranger made up is not repeated";
}

TEST_F(Rights, AreAskedForBeforeTheBodyIsRead) {
    RawClient client = connect(kAuditor);
    client.send(
        "POST /v1/trust/hot-lists HTTP/1.1\r\nHost: t\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: 30000000\r\n\r\n");
    EXPECT_EQ(client.receive()->status, 403);
}

TEST_F(Rights, OfTheKernelsPeerAreThoseOfThisProcess) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const api::Peer peer = api::identify_peer(ends[0]);
    EXPECT_EQ(peer.uid, ::geteuid());
    EXPECT_EQ(peer.gid, ::getegid());
    EXPECT_EQ(peer.pid, ::getpid());
    std::vector<gid_t> groups(static_cast<std::size_t>(::getgroups(0, nullptr)));
    ASSERT_GE(::getgroups(static_cast<int>(groups.size()), groups.data()), 0);
    EXPECT_THAT(peer.groups, testing::UnorderedElementsAreArray(groups));
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace tahvil::test
