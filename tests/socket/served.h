#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "daemon/api/api.h"
#include "daemon/api/listening_socket.h"
#include "daemon/api/operations.h"
#include "daemon/log.h"
#include "raw_client.h"

namespace tahvil::test {

namespace api = daemon::api;

/// A folder that goes with the test.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// The methods of the contract, each as the test wants it; what it does not set answers like a daemon with nothing in
/// it. Counts the calls.
class ScriptedOperations : public api::Operations {
public:
    using Function = std::function<api::Response(const api::Call&)>;

    void set(const std::string& operation, Function function);
    std::size_t calls(const std::string& operation) const;

    api::Response get_contract(const api::Call& call) override;
    api::Response get_health(const api::Call& call) override;
    api::Response list_readers(const api::Call& call) override;
    api::Response get_reader(const api::Call& call) override;
    api::Response stream_events(const api::Call& call) override;
    api::Response create_check(const api::Call& call) override;
    api::Response get_check(const api::Call& call) override;
    api::Response cancel_check(const api::Call& call) override;
    api::Response create_probe(const api::Call& call) override;
    api::Response get_probe(const api::Call& call) override;
    api::Response cancel_probe(const api::Call& call) override;
    api::Response list_parties(const api::Call& call) override;
    api::Response add_party(const api::Call& call) override;
    api::Response get_party(const api::Call& call) override;
    api::Response remove_party(const api::Call& call) override;
    api::Response create_identity_check(const api::Call& call) override;
    api::Response get_identity_check(const api::Call& call) override;
    api::Response cancel_identity_check(const api::Call& call) override;
    api::Response list_refusals(const api::Call& call) override;
    api::Response get_trust(const api::Call& call) override;
    api::Response import_master_list(const api::Call& call) override;
    api::Response import_certificates(const api::Call& call) override;
    api::Response import_revocation_list(const api::Call& call) override;
    api::Response import_hot_list(const api::Call& call) override;
    api::Response decide_trust(const api::Call& call) override;
    api::Response get_trust_import(const api::Call& call) override;
    api::Response get_terminal(const api::Call& call) override;
    api::Response get_terminal_key(const api::Call& call) override;
    api::Response enrol_terminal(const api::Call& call) override;
    api::Response renew_terminal_key(const api::Call& call) override;
    api::Response certify_terminal(const api::Call& call) override;
    api::Response revoke_terminal_key(const api::Call& call) override;
    api::Response import_manifest(const api::Call& call) override;
    api::Response get_manifest(const api::Call& call) override;
    api::Response list_deliveries(const api::Call& call) override;
    api::Response search_deliveries(const api::Call& call) override;
    api::Response get_delivery(const api::Call& call) override;
    api::Response check_in_delivery(const api::Call& call) override;
    api::Response check_in_card(const api::Call& call) override;
    api::Response get_desk_check(const api::Call& call) override;
    api::Response notify_delivery(const api::Call& call) override;
    api::Response return_delivery(const api::Call& call) override;
    api::Response withdraw_delivery(const api::Call& call) override;
    api::Response miss_delivery(const api::Call& call) override;
    api::Response get_handover(const api::Call& call) override;
    api::Response begin_handover(const api::Call& call) override;
    api::Response check_handover_card(const api::Call& call) override;
    api::Response settle_handover_item(const api::Call& call) override;
    api::Response refer_handover_item(const api::Call& call) override;
    api::Response decide_handover_item(const api::Call& call) override;
    api::Response put_delivery_back(const api::Call& call) override;
    api::Response complete_handover(const api::Call& call) override;
    api::Response get_receipt(const api::Call& call) override;
    api::Response ask_inquiry(const api::Call& call) override;
    api::Response get_journal_checkpoint(const api::Call& call) override;
    api::Response get_journal_entries(const api::Call& call) override;
    api::Response get_journal_proof(const api::Call& call) override;
    api::Response list_uncollected(const api::Call& call) override;
    api::Response send_shipment(const api::Call& call) override;
    api::Response get_shipment(const api::Call& call) override;
    api::Response list_notices(const api::Call& call) override;
    api::Response tell_of_notice(const api::Call& call) override;
    api::Response print_receipt(const api::Call& call) override;

private:
    api::Response answer(const api::Call& call, const Function& otherwise);

    mutable std::mutex mutex_;
    std::map<std::string, Function> functions_;
    std::map<std::string, std::size_t> calls_;
};

/// The uid under which the clients of a test have the role, and one that has none.
inline constexpr uid_t kOperator = 1001;
inline constexpr uid_t kSupervisor = 1002;
inline constexpr uid_t kField = 1003;
inline constexpr uid_t kRelyingParty = 1004;
inline constexpr uid_t kAuditor = 1005;
inline constexpr uid_t kAdministrator = 1006;
inline constexpr uid_t kOtherOperator = 1007;
inline constexpr uid_t kStranger = 1008;

api::RoleMap test_roles();

/// A server on a thread of its own, on a socket in a temporary folder.
class RunningServer {
public:
    RunningServer(api::Operations& operations, const api::Limits& limits);
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;
    ~RunningServer();

    const std::string& path() const { return path_; }
    std::vector<std::string> log_lines() const;
    bool logged(std::string_view text) const;
    api::Server& server() { return *server_; }
    const api::RefusalLog& refusals() const { return refusals_; }

private:
    TemporaryFolder folder_;
    std::string path_;
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    daemon::Log log_;
    api::RefusalLog refusals_;
    api::ListeningSocket listening_;
    std::unique_ptr<api::Api> api_;
    std::unique_ptr<api::Server> server_;
    std::thread thread_;
};

/// Tests with a scripted daemon.
class Served : public testing::Test {
protected:
    /// Begins to serve.
    void serve(const api::Limits& limits = {}) { running_ = std::make_unique<RunningServer>(operations_, limits); }
    RawClient connect(uid_t as = kOperator) { return {running_->path(), as}; }
    RunningServer& running() { return *running_; }

    ScriptedOperations operations_;

private:
    std::unique_ptr<RunningServer> running_;
};

}  // namespace tahvil::test
