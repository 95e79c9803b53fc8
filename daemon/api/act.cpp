#include "daemon/api/act.h"

#include <algorithm>
#include <initializer_list>

#include "daemon/api/contract.h"
#include "daemon/api/json_body.h"
#include "daemon/api/query.h"

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kOperatorId = 64;  // bytes
constexpr std::size_t kWhy = 500;        // characters
const std::initializer_list<std::string_view> kEstablished{"os_login", "password", "badge", "card", "fingerprint"};
constexpr std::string_view kIdRule = "1 to 64 letters, digits, '.', '_', '@' and '-'";

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= kOperatorId && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '@' || c == '-';
    });
}

Act act_of(const Call& call, const Operator& person, std::string why, std::chrono::sys_seconds now) {
    return {person.id,
            now,
            std::move(why),
            {{"established", person.established}, {"uid", static_cast<std::int64_t>(call.caller->peer.uid)}}};
}

}  // namespace

Operator read_operator(const Members& members) {
    Operator person{members.text("id", kOperatorId), members.choice("established", kEstablished)};
    if (!is_id(person.id)) members.refuse("id", kIdRule);
    members.finish();
    return person;
}

Act read_act(const Call& call, const Members& members, std::chrono::sys_seconds now) {
    const auto person = members.object_if("operator");
    if (!person) members.refuse("operator", "the person whose act it is: id and established");
    auto why = members.text_if("why", kWhy);
    if (why && why->empty()) members.refuse("why", "a reason of up to 500 characters");
    return act_of(call, read_operator(*person), why.value_or(""), now);
}

Act read_act_of_query(const Call& call, std::chrono::sys_seconds now) {
    const Operator person{std::string(call.query_value("operator_id").value_or("")),
                          std::string(call.query_value("operator_established").value_or(""))};
    if (!is_id(person.id)) throw bad_parameter("operator_id", kIdRule);
    if (std::ranges::find(kEstablished, person.established) == kEstablished.end())
        throw bad_parameter("operator_established", "os_login, password, badge, card, fingerprint");
    return act_of(call, person, {}, now);
}

DeskRequest desk_request(const Call& call) {
    if (call.idempotency_key.empty()) return {call.caller->peer.uid, {}, {}};
    return {call.caller->peer.uid, std::string(call.route->method) + " " + call.target + " " + call.idempotency_key,
            call.body_digest};
}

}  // namespace tahvil::daemon::api
