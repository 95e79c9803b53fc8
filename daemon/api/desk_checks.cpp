#include "daemon/desk/desk_checks.h"

#include <boost/json.hpp>

#include "daemon/api/act.h"
#include "daemon/api/check_request.h"
#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"
#include "daemon/error.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kReaderId = 256;  // bytes

std::string_view state_name(CheckState state) {
    return state == CheckState::finished ? "done" : name(state);
}

json::object to_json(const DeskCheck& check) {
    json::object object{{"id", check.id}, {"purpose", name(check.purpose)}, {"state", state_name(check.state)}};
    const bool done = check.state == CheckState::finished;
    if (!check.delivery.empty()) object["delivery"] = check.delivery;
    if (check.decision) object["decision"] = name(*check.decision);
    if (done && check.purpose == DeskPurpose::handover) object["outcome"] = "entered";
    if (done && check.checked_in) {
        object["outcome"] = check.checked_in->set_aside.empty() ? "arrived" : "set_aside";
        if (!check.checked_in->set_aside.empty()) object["reason"] = check.checked_in->set_aside;
        object["journal"] = check.checked_in->journal;
    }
    if (check.problem) object["problem"] = problem_of(check.problem);
    return object;
}

}  // namespace

Response Handlers::start_desk_check(const Call& call, DeskPurpose purpose, const std::string& delivery) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    CheckRequest request;
    request.owner = call.caller->peer.uid;
    request.reader = members.text_if("reader", kReaderId);
    read_question(members, request.check);
    members.finish();
    return created_response(*call.route, services_.desk_checks.start(purpose, delivery, std::move(request), act));
}

Response Handlers::check_in_delivery(const Call& call) {
    return start_desk_check(call, DeskPurpose::check_in, call.path[0]);
}

Response Handlers::check_in_card(const Call& call) {
    return start_desk_check(call, DeskPurpose::check_in, {});
}

Response Handlers::get_desk_check(const Call& call) {
    const DeskCheck check = services_.desk_checks.get(call.path[0]);
    if (!call.caller->may_touch(check.owner, "checks.any"))
        throw NotFound("check.not_found", "there is no such check, or it is no longer kept", "Start a new one.");
    return json_response(json::serialize(to_json(check)));
}

}  // namespace tahvil::daemon::api
