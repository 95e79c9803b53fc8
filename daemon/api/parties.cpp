#include <algorithm>

#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "daemon/api/party_request.h"
#include "daemon/error.h"
#include "daemon/party/party_json.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::string_view kAny = "parties.any";

/// A relying party sees itself.
bool may_see(const Caller& caller, const ServedParty& party) {
    return caller.may(kAny) || caller.is_party(party.rights.name);
}

Response nothing() {
    Response response;
    response.status = 204;
    return response;
}

}  // namespace

Response Handlers::list_parties(const Call& call) {
    json::array parties;
    for (const auto& party : services_.parties.all())
        if (may_see(*call.caller, *party)) parties.push_back(daemon::to_json(*party));
    return json_response(json::serialize(json::object{{"parties", std::move(parties)}}));
}

Response Handlers::add_party(const Call& call) {
    const RelyingParty party = read_party_request(call.body);
    services_.parties.add(party);
    return created_response(*call.route, party.name);
}

Response Handlers::get_party(const Call& call) {
    const auto party = services_.parties.find(call.path[0]);
    if (!party || !may_see(*call.caller, *party))
        throw NotFound("party.not_found", "there is no such relying party", "See: tahvil party list.");
    return json_response(json::serialize(daemon::to_json(*party)));
}

Response Handlers::remove_party(const Call& call) {
    services_.parties.remove(call.path[0]);
    return nothing();
}

}  // namespace tahvil::daemon::api
