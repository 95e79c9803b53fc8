#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "daemon/api/identity_check_request.h"
#include "daemon/api/problem.h"
#include "daemon/error.h"
#include "daemon/party/party_json.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

Response Handlers::create_identity_check(const Call& call) {
    IdentityQuestion question = read_identity_question(call.body);
    // The kernel says who calls: a name that is not the caller's own is refused as if no such party existed.
    if (!call.caller->is_party(question.party)) throw denied();
    return created_response(*call.route, services_.identity.start(std::move(question), call.caller->peer.uid));
}

IdentityView Handlers::identity_check_of(const Call& call) const {
    IdentityView check = services_.identity.get(call.path[0]);
    if (check.owner != call.caller->peer.uid)
        throw NotFound("identity_check.not_found", "there is no such identity check, or it is no longer kept",
                       "Ask anew.");
    return check;
}

Response Handlers::get_identity_check(const Call& call) {
    const IdentityView check = identity_check_of(call);
    json::object object = daemon::to_json(check);
    if (check.problem) object["problem"] = problem_of(check.problem);
    return json_response(json::serialize(object));
}

Response Handlers::cancel_identity_check(const Call& call) {
    services_.identity.cancel(identity_check_of(call).id);
    Response response;
    response.status = 204;
    return response;
}

void publish(EventLog& events, const IdentityView& check) {
    events.publish("identity_check.changed", json::object{{"id", check.id}, {"state", name(check.state)}}, check.owner);
}

}  // namespace tahvil::daemon::api
