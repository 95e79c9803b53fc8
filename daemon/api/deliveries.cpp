#include <algorithm>

#include <boost/json.hpp>

#include "daemon/api/act.h"
#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"
#include "daemon/api/query.h"
#include "daemon/delivery/delivery_json.h"
#include "daemon/text/collation.h"
#include "daemon/text/digits.h"
#include "daemon/text/national_code.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kCode = 64;  // characters
constexpr std::size_t kName = 256;

/// What a search is for, taken apart; the ids that it finds.
std::vector<std::string> search(Deliveries& deliveries, const Members& members) {
    std::vector<std::string> found;
    int asked = 0;
    if (const auto code = members.text_if("tracking_code", kCode); code && ++asked)
        found = deliveries.by_tracking_code(with_ascii_digits(*code));
    if (const auto code = members.text_if("national_code", kCode); code && ++asked)
        found = deliveries.by_national_code(parse_national_code(*code));
    if (const auto serial = members.text_if("card_serial", kCode); serial && ++asked)
        found = deliveries.by_card_serial(with_ascii_digits(*serial));
    if (const auto name = members.text_if("name", kName); name && ++asked) found = deliveries.by_name(*name);
    members.finish();
    if (asked != 1)
        throw BadRequest("body.bad_value", "a search is for one thing",
                         "Name one of tracking_code, national_code, card_serial, name.");
    return found;
}

}  // namespace

Response Handlers::list_deliveries(const Call& call) {
    const auto stage = stage_by_name(call.query_value("stage").value_or(""));
    if (!stage)
        throw bad_parameter("stage",
                            "expected, arrived, notified, presented, handed_over, returned, withdrawn, missing");
    const std::size_t limit = page_size(call);
    std::optional<DeliveryLine> after;
    if (auto end = page_end(call)) after = DeliveryLine{std::move(end->id), *stage, end->at, {}, {}};
    const std::vector<DeliveryLine> lines =
        services_.desk.work([&](OpenDesk& desk) { return desk.deliveries.page(*stage, limit, after); });
    json::object page;
    json::array& deliveries = page["deliveries"].emplace_array();
    for (const DeliveryLine& line : lines) deliveries.push_back(daemon::to_json(line));
    if (lines.size() == limit) page["next"] = PageEnd{lines.back().since, lines.back().id}.text();
    return json_response(json::serialize(page));
}

Response Handlers::search_deliveries(const Call& call) {
    const JsonBody body{call.body};
    json::object found = services_.desk.work([&](OpenDesk& desk) {
        std::vector<Delivery> sorted;
        for (const std::string& id : search(desk.deliveries, body.members())) sorted.push_back(desk.deliveries.get(id));
        std::ranges::stable_sort(sorted, {}, [](const Delivery& each) {
            return collation_key(each.card.family_name + "\n" + each.card.given_name);
        });
        json::array deliveries;
        for (const Delivery& each : sorted)
            deliveries.push_back(daemon::to_json(each, desk.deliveries.history(each.id)));
        return json::object{{"deliveries", std::move(deliveries)}};
    });
    return json_response(json::serialize(found));
}

Response Handlers::get_delivery(const Call& call) {
    const std::string& id = call.path[0];
    return json_response(json::serialize(services_.desk.work(
        [&](OpenDesk& desk) { return daemon::to_json(desk.deliveries.get(id), desk.deliveries.history(id)); })));
}

Response Handlers::move_delivery(const Call& call, Stage to) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    members.finish();
    return change(call, [&](OpenDesk& desk) {
        Transaction transaction(desk.database);
        desk.deliveries.move(transaction, call.path[0], to, act);
        transaction.commit();
    });
}

Response Handlers::change(const Call& call, const std::function<void(OpenDesk&)>& work) {
    const std::string& id = call.path[0];
    services_.desk.once(
        desk_request(call), [&](Database&) { return id; }, work);
    publish_delivery(id);
    return created_response(*call.route, id);
}

void Handlers::publish_delivery(const std::string& id) {
    const Delivery delivery = services_.desk.work([&](OpenDesk& desk) { return desk.deliveries.get(id); });
    daemon::api::publish_delivery(services_.events, delivery);
}

Response Handlers::notify_delivery(const Call& call) {
    return move_delivery(call, Stage::notified);
}

Response Handlers::withdraw_delivery(const Call& call) {
    return move_delivery(call, Stage::withdrawn);
}

Response Handlers::miss_delivery(const Call& call) {
    return move_delivery(call, Stage::missing);
}

void publish_delivery(EventLog& events, const Delivery& delivery) {
    const DeliveryLine line{delivery.id, delivery.stage, delivery.since, delivery.card.batch, delivery.card.office};
    events.publish("delivery.changed", json::object{{"delivery", daemon::to_json(line)}}, std::nullopt,
                   "deliveries.list");
}

}  // namespace tahvil::daemon::api
