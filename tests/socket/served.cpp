#include "served.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "daemon/api/contract.h"

namespace tahvil::test {

TemporaryFolder::TemporaryFolder() : path_("/tmp/tahvil-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void ScriptedOperations::set(const std::string& operation, Function function) {
    const std::lock_guard lock{mutex_};
    functions_[operation] = std::move(function);
}

std::size_t ScriptedOperations::calls(const std::string& operation) const {
    const std::lock_guard lock{mutex_};
    const auto found = calls_.find(operation);
    return found == calls_.end() ? 0 : found->second;
}

api::Response ScriptedOperations::answer(const api::Call& call, const Function& otherwise) {
    Function function;
    {
        const std::lock_guard lock{mutex_};
        const std::string operation{call.route->operation};
        ++calls_[operation];
        const auto found = functions_.find(operation);
        function = found == functions_.end() ? otherwise : found->second;
    }
    return function(call);
}

namespace {

ScriptedOperations::Function text(const char* json) {
    return [json](const api::Call&) { return api::json_response(json); };
}

ScriptedOperations::Function created() {
    return [](const api::Call& call) { return api::created_response(*call.route, "01"); };
}

}  // namespace

api::Response ScriptedOperations::get_contract(const api::Call& call) {
    return answer(call, [](const api::Call&) { return api::json_response(std::string{api::contract_json()}); });
}
api::Response ScriptedOperations::get_health(const api::Call& call) {
    return answer(call, text(R"({"status":"ok","version":"0","started_at":"2026-01-01T00:00:00Z","pcsc":{"state":"off"},
        "readers":{"count":0,"with_card":0},"trust":{"version":0,"certificates":0},"desk":{"state":"off"}})"));
}
api::Response ScriptedOperations::list_readers(const api::Call& call) {
    return answer(call, text(R"({"readers":[]})"));
}
api::Response ScriptedOperations::get_reader(const api::Call& call) {
    return answer(call,
                  text(R"({"id":"r","name":"R","kind":"pcsc","state":"empty","in_use_elsewhere":false,"queued":0})"));
}
api::Response ScriptedOperations::stream_events(const api::Call& call) {
    return answer(call, [](const api::Call&) {
        class Silent : public api::Stream {
            std::string take(std::size_t /*most*/) override { return {}; }
        };
        api::Response response;
        response.media = "text/event-stream";
        response.stream = std::make_shared<Silent>();
        return response;
    });
}
api::Response ScriptedOperations::create_check(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_check(const api::Call& call) {
    return answer(call, text(R"({"id":"01","state":"queued"})"));
}
api::Response ScriptedOperations::cancel_check(const api::Call& call) {
    return answer(call, [](const api::Call&) {
        api::Response response;
        response.status = 204;
        return response;
    });
}
namespace {

constexpr const char* kParty = R"({"name":"bank","configured":true,"users":["1004"],"groups":[],"purposes":["account"],
    "predicates":["age_over"],"attributes":[],"holder":"none","rate":30,"pseudonym_key_check":"0123456789ABCDEF"})";

ScriptedOperations::Function removed() {
    return [](const api::Call&) {
        api::Response response;
        response.status = 204;
        return response;
    };
}

}  // namespace

api::Response ScriptedOperations::create_probe(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_probe(const api::Call& call) {
    return answer(call, text(R"({"id":"01","state":"queued"})"));
}
api::Response ScriptedOperations::cancel_probe(const api::Call& call) {
    return answer(call, removed());
}
api::Response ScriptedOperations::list_parties(const api::Call& call) {
    return answer(call, text(R"({"parties":[]})"));
}
api::Response ScriptedOperations::add_party(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_party(const api::Call& call) {
    return answer(call, text(kParty));
}
api::Response ScriptedOperations::remove_party(const api::Call& call) {
    return answer(call, removed());
}
api::Response ScriptedOperations::create_identity_check(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_identity_check(const api::Call& call) {
    return answer(call, text(R"({"id":"01","party":"bank","state":"waiting"})"));
}
api::Response ScriptedOperations::cancel_identity_check(const api::Call& call) {
    return answer(call, removed());
}
api::Response ScriptedOperations::list_refusals(const api::Call& call) {
    return answer(call, text(R"({"refusals":[]})"));
}

api::Response ScriptedOperations::get_trust(const api::Call& call) {
    return answer(
        call,
        text(R"({"version":0,"certificates":[],"sources":[],"revocation_lists":[],"ocsp_answers":[],"hot_lists":[]})"));
}
api::Response ScriptedOperations::import_master_list(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::import_certificates(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::import_revocation_list(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::decide_trust(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::import_hot_list(const api::Call& call) {
    return answer(call, created());
}

api::Response ScriptedOperations::get_trust_import(const api::Call& call) {
    return answer(call, text(R"({"id":"01","version":1,"changed":true,"items":[]})"));
}

api::Response ScriptedOperations::get_terminal(const api::Call& call) {
    return answer(call, text(R"({"enrolled":false,"keys":[]})"));
}
api::Response ScriptedOperations::get_terminal_key(const api::Call& call) {
    return answer(
        call,
        text(
            R"({"id":"receipts-1","role":"receipts","number":1,"state":"retired","since":"2026-01-01T00:00:00Z","kind":"EC","key_id":"00"})"));
}
api::Response ScriptedOperations::enrol_terminal(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::renew_terminal_key(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::certify_terminal(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::revoke_terminal_key(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::import_manifest(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_manifest(const api::Call& call) {
    return answer(call, text(R"({"id":"1","signer":"","imported_at":"2026-01-01T00:00:00Z","cards":0,"stages":{}})"));
}
api::Response ScriptedOperations::list_deliveries(const api::Call& call) {
    return answer(call, text(R"({"deliveries":[]})"));
}
api::Response ScriptedOperations::search_deliveries(const api::Call& call) {
    return answer(call, text(R"({"deliveries":[]})"));
}
api::Response ScriptedOperations::get_delivery(const api::Call& call) {
    return answer(call, text(R"({"id":"T1-1","custodian":"T1","stage":"expected","since":"2026-01-01T00:00:00Z",
        "manifest":"1","batch":"","office":"","fee":0,"tracking_code":"","opened_by":"nothing","next":[],"history":[],
        "holder":{"national_code":"","given_name":"","family_name":""}})"));
}
api::Response ScriptedOperations::check_in_delivery(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::check_in_card(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_desk_check(const api::Call& call) {
    return answer(call, text(R"({"id":"01","purpose":"check_in","state":"queued"})"));
}
api::Response ScriptedOperations::notify_delivery(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::return_delivery(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::withdraw_delivery(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::miss_delivery(const api::Call& call) {
    return answer(call, created());
}

api::Response ScriptedOperations::get_handover(const api::Call& call) {
    return answer(call, text(R"({"delivery":"T1-1","stage":"presented","items":[],"open":[]})"));
}
api::Response ScriptedOperations::begin_handover(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::check_handover_card(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::settle_handover_item(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::refer_handover_item(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::decide_handover_item(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::put_delivery_back(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::complete_handover(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_receipt(const api::Call& call) {
    return answer(call, text(R"({"delivery":"T1-1","receipt":""})"));
}
api::Response ScriptedOperations::print_receipt(const api::Call& call) {
    return answer(call, [](const api::Call&) {
        api::Response page;
        page.media = "text/html";
        page.body = "<!DOCTYPE html>";
        return page;
    });
}
api::Response ScriptedOperations::list_uncollected(const api::Call& call) {
    return answer(call, text(R"({"uncollected":[]})"));
}
api::Response ScriptedOperations::send_shipment(const api::Call& call) {
    return answer(call, created());
}
api::Response ScriptedOperations::get_shipment(const api::Call& call) {
    return answer(call, text(R"({"id":"T1-S0000001","cards":1,"journal":0,"manifest":""})"));
}
api::Response ScriptedOperations::list_notices(const api::Call& call) {
    return answer(call, text(R"({"notices":[]})"));
}
api::Response ScriptedOperations::tell_of_notice(const api::Call& call) {
    return answer(call, text(R"({"id":"T1-N1","delivery":"T1-1","kind":"arrival","state":"delivered",)"
                             R"("raised_at":"2026-01-01T00:00:00Z","tries":1})"));
}
api::Response ScriptedOperations::ask_inquiry(const api::Call& call) {
    return answer(call, text(R"({"text":"","bring":[]})"));
}
api::Response ScriptedOperations::get_journal_checkpoint(const api::Call& call) {
    return answer(call, text(R"({"origin":"o","size":0,"checkpoint":"","keys":[]})"));
}
api::Response ScriptedOperations::get_journal_entries(const api::Call& call) {
    return answer(call, text(R"({"from":0,"entries":[]})"));
}
api::Response ScriptedOperations::get_journal_proof(const api::Call& call) {
    return answer(call, text(R"({"size":0,"hashes":[]})"));
}

api::RoleMap test_roles() {
    api::RoleMap roles;
    roles.grant_user(kOperator, {api::RoleKind::operator_, {}});
    roles.grant_user(kOtherOperator, {api::RoleKind::operator_, {}});
    roles.grant_user(kSupervisor, {api::RoleKind::supervisor_, {}});
    roles.grant_user(kField, {api::RoleKind::field_, {}});
    roles.grant_user(kRelyingParty, {api::RoleKind::relying_party_, "bank"});
    roles.grant_user(kAuditor, {api::RoleKind::auditor_, {}});
    roles.grant_user(kAdministrator, {api::RoleKind::administrator_, {}});
    return roles;
}

RunningServer::RunningServer(api::Operations& operations, const api::Limits& limits)
    : path_(folder_.path() + "/t.sock"),
      log_([this](daemon::LogLevel, std::string_view line) {
          const std::lock_guard lock{mutex_};
          lines_.emplace_back(line);
      }),
      refusals_([] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }),
      listening_(path_, std::nullopt),
      api_(std::make_unique<api::Api>(
          operations, [roles = test_roles()](const api::Peer& peer) { return roles.roles_of(peer); }, refusals_, limits,
          log_)),
      server_(std::make_unique<api::Server>(listening_.release(), *api_, limits, log_,
                                            [](int socket) {
                                                api::Peer peer = api::identify_peer(socket);
                                                if (const auto pretended = pretended_uid(socket)) {
                                                    peer = {*pretended, *pretended, peer.pid, {}};
                                                } else {
                                                    peer = {kOperator, kOperator, peer.pid, {}};
                                                }
                                                return peer;
                                            })),
      thread_([this] { server_->run(); }) {}

RunningServer::~RunningServer() {
    server_->stop();
    thread_.join();
}

std::vector<std::string> RunningServer::log_lines() const {
    const std::lock_guard lock{mutex_};
    return lines_;
}

bool RunningServer::logged(std::string_view text) const {
    const std::lock_guard lock{mutex_};
    for (const auto& line : lines_)
        if (line.find(text) != std::string::npos) return true;
    return false;
}

}  // namespace tahvil::test
