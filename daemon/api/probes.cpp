#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/error.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kReaderId = 256;  // bytes

std::string status_word(StatusWord status) {
    return to_hex(to_big_endian(status.value, 2));
}

std::string_view name(profiles::Probe::File::Outcome outcome) {
    using Outcome = profiles::Probe::File::Outcome;
    switch (outcome) {
        case Outcome::read:
            return "read";
        case Outcome::refused:
            return "refused";
        case Outcome::malformed:
            break;
    }
    return "malformed";
}

json::object to_json(const profiles::Probe& probe) {
    json::array listed;
    for (const Bytes& aid : probe.listed) listed.push_back(json::string(to_hex(aid)));
    json::array applications;
    for (const profiles::Probe::Application& application : probe.applications) {
        json::array names;
        for (const std::string& profile : application.profiles) names.push_back(json::string(profile));
        applications.push_back(json::object{{"aid", to_hex(application.aid)},
                                            {"profiles", std::move(names)},
                                            {"status", status_word(application.status)}});
    }
    json::array files;
    for (const profiles::Probe::File& file : probe.files) {
        json::object& one =
            files
                .emplace_back(json::object{
                    {"application", file.application}, {"name", file.name}, {"outcome", name(file.outcome)}})
                .as_object();
        if (file.status) one["status"] = status_word(*file.status);
        if (file.outcome == profiles::Probe::File::Outcome::read) one["bytes"] = file.bytes;
    }
    json::object object{
        {"listed", std::move(listed)}, {"applications", std::move(applications)}, {"files", std::move(files)}};
    if (!probe.atr.empty()) object["atr"] = to_hex(probe.atr);
    if (!probe.draft.empty()) object["profile"] = probe.draft;
    return object;
}

}  // namespace

CheckView Handlers::probe_of(const Call& call) const {
    CheckView probe = services_.checks.get(call.path[0]);
    if (!probe.probe || !call.caller->may_touch(probe.owner, "checks.any"))
        throw NotFound("probe.not_found", "there is no such probe, or it is no longer kept", "Start a new one.");
    return probe;
}

Response Handlers::create_probe(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    CheckRequest request;
    request.owner = call.caller->peer.uid;
    request.reader = members.text_if("reader", kReaderId);
    request.probe = true;
    members.finish();
    return created_response(*call.route, services_.checks.start(std::move(request)));
}

Response Handlers::get_probe(const Call& call) {
    const CheckView view = probe_of(call);
    json::object object = state_of(view);
    if (view.result) object["probe"] = to_json(*view.result->probe);
    return json_response(json::serialize(object));
}

Response Handlers::cancel_probe(const Call& call) {
    services_.checks.cancel(probe_of(call).id);
    Response response;
    response.status = 204;
    return response;
}

}  // namespace tahvil::daemon::api
