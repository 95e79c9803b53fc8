#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/random.h"
#include "daemon/api/act.h"
#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kId = 64;       // characters
constexpr std::size_t kKeySize = 16;  // bytes

std::string last_shipment(Database& database) {
    Statement statement = database.prepare("SELECT id FROM shipment ORDER BY rowid DESC LIMIT 1");
    return statement.step() ? statement.text(0) : std::string();
}

}  // namespace

Response Handlers::send_back(const Call& call, const Act& act,
                             const std::function<std::vector<std::string>(OpenDesk&)>& which) {
    const auto identity = services_.terminal.receipts();
    std::vector<std::string> ids;
    const std::string id = services_.desk.once(desk_request(call), last_shipment, [&](OpenDesk& desk) {
        ids = which(desk);
        const std::string key = to_hex(random_bytes(system_random, kKeySize));  // once() knows the request again
        desk.shipments.send_back(ids, key, {identity->key.get(), identity->certificates, identity->office}, act);
    });
    for (const std::string& each : ids) publish_delivery(each);
    return created_response(*call.route, id);
}

Response Handlers::send_shipment(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    const bool overdue = members.truth("overdue", false);
    const std::vector<std::string> named = members.texts("deliveries", kMaxShipment, kId);
    members.finish();
    if (overdue != named.empty())
        throw BadRequest("body.bad_value", "a shipment is of the deliveries that are named, or of all that are overdue",
                         "Give deliveries, or overdue with the value true.");
    return send_back(call, act,
                     [&](OpenDesk& desk) { return overdue ? desk.uncollected.overdue(act.at, kMaxShipment) : named; });
}

Response Handlers::return_delivery(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    members.finish();
    return send_back(call, act, [&](OpenDesk&) { return std::vector{call.path[0]}; });
}

Response Handlers::get_shipment(const Call& call) {
    const Shipment shipment = services_.desk.work([&](OpenDesk& desk) { return desk.shipments.get(call.path[0]); });
    return json_response(json::serialize(json::object{{"id", shipment.id},
                                                      {"cards", shipment.cards},
                                                      {"journal", shipment.journal},
                                                      {"manifest", to_base64(shipment.manifest, Base64::standard)}}));
}

}  // namespace tahvil::daemon::api
