#include <charconv>

#include <boost/json.hpp>

#include "crypto/trust/certificate_request.h"
#include "daemon/api/act.h"
#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/error.h"
#include "daemon/terminal/terminal_json.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kSource = 1024;  // characters
constexpr std::size_t kName = 128;
constexpr std::size_t kKeyName = 32;

std::string id_of(KeyRole role, unsigned number) {
    return std::string(name(role)) + "-" + std::to_string(number);
}

/// "receipts-2"
std::pair<KeyRole, unsigned> parse_id(std::string_view id) {
    const std::size_t dash = id.find('-');
    const auto role = key_role_by_name(id.substr(0, dash));
    unsigned number = 0;
    if (role && dash != std::string_view::npos) {
        const std::string_view digits = id.substr(dash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error == std::errc{} && end == digits.data() + digits.size()) return {*role, number};
    }
    throw NotFound("terminal.no_key", "this terminal has no such key", "See tahvil terminal show.");
}

std::string newest(const Terminal& terminal, KeyRole role) {
    unsigned number = 0;
    for (const TerminalKey& key : terminal.keys())
        if (key.role == role) number = std::max(number, key.number);
    return id_of(role, number);
}

json::object key_json(const TerminalKey& key, const std::string& origin) {
    json::object object = daemon::to_json(key, origin);
    object["id"] = id_of(key.role, key.number);
    return object;
}

}  // namespace

std::string Handlers::change_keys(const Act& act, const std::string& kind, const std::function<std::string()>& change) {
    if (services_.desk.config().keys.empty()) return change();
    std::string key = services_.desk.work([&](OpenDesk& desk) {
        Transaction transaction(desk.database);
        std::string changed = change();
        desk.journal.append(transaction, {kind, act.at, changed, act.actor, act.facts, {}});
        transaction.commit();
        return changed;
    });
    services_.desk.reopen();
    return key;
}

void Handlers::tell_of_new_keys(const Act& act, const std::string& kind, const std::string& key) {
    if (services_.desk.config().keys.empty()) return;
    services_.desk.reopen();
    services_.desk.work([&](OpenDesk& desk) {
        Transaction transaction(desk.database);
        json::object facts = act.facts;
        facts["verifier_key"] = desk.journal.key().text();
        desk.journal.append(transaction, {kind, act.at, key, act.actor, std::move(facts), {}});
        transaction.commit();
    });
}

Response Handlers::get_terminal(const Call& /*call*/) {
    const Terminal& terminal = services_.terminal;
    if (!terminal.enrolled())
        return json_response(json::serialize(json::object{{"enrolled", false}, {"keys", json::array{}}}));
    json::array keys;
    const std::string origin = terminal.journal_origin();
    for (const TerminalKey& key : terminal.keys()) keys.push_back(key_json(key, origin));
    return json_response(json::serialize(json::object{{"enrolled", true},
                                                      {"terminal", terminal.terminal()},
                                                      {"office", terminal.office()},
                                                      {"journal", origin},
                                                      {"keys", std::move(keys)}}));
}

Response Handlers::get_terminal_key(const Call& call) {
    const auto [role, number] = parse_id(call.path[0]);
    for (const TerminalKey& key : services_.terminal.keys()) {
        if (key.role != role || key.number != number) continue;
        json::object object = key_json(key, services_.terminal.journal_origin());
        if (key.state == KeyState::requested)
            object["request"] = trust::write_pem("CERTIFICATE REQUEST", services_.terminal.request());
        return json_response(json::serialize(object));
    }
    throw NotFound("terminal.no_key", "this terminal has no such key", "See tahvil terminal show.");
}

Response Handlers::enrol_terminal(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    const Enrolment enrolment{members.text("terminal", kName), members.text("office", kName),
                              members.text_if("receipts_key", kSource).value_or(""),
                              members.text_if("checkpoints_key", kSource).value_or("")};
    members.finish();
    services_.terminal.enrol(enrolment, act.at);
    const std::string id = newest(services_.terminal, KeyRole::receipts);
    tell_of_new_keys(act, "terminal.enrol", id);
    return created_response(*call.route, id);
}

Response Handlers::renew_terminal_key(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    const KeyRole role = *key_role_by_name(members.choice("role", {"receipts", "checkpoints"}));
    const std::string source = members.text_if("key", kSource).value_or("");
    members.finish();
    services_.terminal.renew(role, source, act.at);
    const std::string id = newest(services_.terminal, role);
    tell_of_new_keys(act, "terminal.renew", id);
    return created_response(*call.route, id);
}

Response Handlers::certify_terminal(const Call& call) {
    const Act act = read_act_of_query(call, services_.now());
    const std::string id = change_keys(act, "terminal.certify", [&] {
        return id_of(KeyRole::receipts, services_.terminal.accept(call.body, *services_.trust.store(), act.at));
    });
    return created_response(*call.route, id);
}

Response Handlers::revoke_terminal_key(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    const std::string id = members.text("key", kKeyName);
    members.finish();
    change_keys(act, "terminal.revoke", [&] {
        const auto [role, number] = parse_id(id);
        services_.terminal.revoke(role, number, act.why, act.at);
        return id;
    });
    return created_response(*call.route, id);
}

}  // namespace tahvil::daemon::api
