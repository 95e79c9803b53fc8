#include "daemon/api/refusals.h"

#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "daemon/text/time.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

void RefusalLog::add(const Caller& caller, std::string_view code, std::string_view method, std::string_view path,
                     std::string_view right, std::size_t count) {
    Refusal refusal{now_(),
                    std::string{code},
                    caller.peer,
                    caller.roles,
                    std::string{method},
                    std::string{path},
                    std::string{right},
                    count};
    const std::lock_guard lock{mutex_};
    refusals_.push_back(std::move(refusal));
    if (refusals_.size() > kKept) refusals_.pop_front();
}

std::vector<Refusal> RefusalLog::all() const {
    const std::lock_guard lock{mutex_};
    return {refusals_.begin(), refusals_.end()};
}

json::object to_json(const Refusal& refusal) {
    json::array roles;
    for (const Role& role : refusal.roles) roles.emplace_back(name(role));
    json::object object{{"at", daemon::to_iso(refusal.at)}, {"code", refusal.code},    {"uid", refusal.peer.uid},
                        {"gid", refusal.peer.gid},          {"pid", refusal.peer.pid}, {"roles", std::move(roles)}};
    if (!refusal.method.empty()) object["method"] = refusal.method;
    if (!refusal.path.empty()) object["path"] = refusal.path;
    if (!refusal.right.empty()) object["right"] = refusal.right;
    if (refusal.count > 1) object["count"] = refusal.count;
    return object;
}

Response Handlers::list_refusals(const Call& /*call*/) {
    json::array refusals;
    for (const Refusal& refusal : services_.refusals.all()) refusals.push_back(to_json(refusal));
    return json_response(json::serialize(json::object{{"refusals", std::move(refusals)}}));
}

}  // namespace tahvil::daemon::api
