#include <charconv>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/random.h"
#include "daemon/api/act.h"
#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"
#include "daemon/error.h"
#include "daemon/receipt/printed_receipt.h"
#include "daemon/text/time.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::int64_t kPage = 100;
constexpr std::int64_t kLargestPage = 1000;
constexpr std::int64_t kMostDays = 36'500;
constexpr std::size_t kId = 64;       // bytes
constexpr std::size_t kProblem = 64;  // bytes
constexpr std::size_t kKeySize = 16;  // bytes

BadRequest bad_parameter(std::string_view name, const std::string& allowed) {
    return {"query.bad_value", "the parameter " + std::string(name) + " of the query will not do",
            "Allowed: " + allowed + "."};
}

std::int64_t number(const Call& call, std::string_view name, std::int64_t least, std::int64_t most,
                    std::int64_t fallback) {
    const auto text = call.query_value(name);
    if (!text) return fallback;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < least || value > most)
        throw bad_parameter(name, std::to_string(least) + " to " + std::to_string(most));
    return value;
}

/// Where a page ended: the time and the id of its last line, which is the order of the index.
std::optional<UncollectedLine> cursor(const Call& call) {
    const auto text = call.query_value("after");
    if (!text) return std::nullopt;
    const std::size_t dot = text->find('.');
    std::int64_t at = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + std::min(dot, text->size()), at);
    if (dot == std::string_view::npos || error != std::errc{} || end != text->data() + dot)
        throw bad_parameter("after", "what the page before gave as next");
    UncollectedLine line;
    line.arrived_at = std::chrono::sys_seconds(std::chrono::seconds(at));
    line.id = text->substr(dot + 1);
    return line;
}

json::object to_json(const UncollectedLine& line) {
    json::object object{{"id", line.id},
                        {"stage", name(line.stage)},
                        {"arrived_at", to_iso(line.arrived_at)},
                        {"days", line.days},
                        {"returns_on", to_iso(line.returns_on)},
                        {"batch", line.batch},
                        {"office", line.office}};
    if (line.notice) object.emplace("notice", name(*line.notice));
    return object;
}

json::object to_json(const Notice& notice, std::string id) {
    json::object object{
        {"id", std::move(id)},         {"delivery", notice.delivery},           {"kind", name(notice.kind)},
        {"state", name(notice.state)}, {"raised_at", to_iso(notice.raised_at)}, {"tries", notice.tries}};
    if (notice.next_try) object.emplace("next_try", to_iso(*notice.next_try));
    if (!notice.problem.empty()) object.emplace("problem", notice.problem);
    if (!notice.reference.empty()) object.emplace("reference", notice.reference);
    return object;
}

}  // namespace

Response Handlers::list_uncollected(const Call& call) {
    const auto days = static_cast<int>(number(call, "days", 0, kMostDays, 0));
    const auto limit = static_cast<std::size_t>(number(call, "limit", 1, kLargestPage, kPage));
    const auto after = cursor(call);
    const std::vector<UncollectedLine> lines =
        services_.desk.work([&](OpenDesk& desk) { return desk.uncollected.page(services_.now(), days, limit, after); });
    json::object page;
    json::array& cards = page["uncollected"].emplace_array();
    for (const UncollectedLine& line : lines) cards.push_back(to_json(line));
    if (lines.size() == limit)
        page["next"] = std::to_string(lines.back().arrived_at.time_since_epoch().count()) + "." + lines.back().id;
    return json_response(json::serialize(page));
}

Response Handlers::send_shipment(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    const bool overdue = members.truth("overdue", false);
    std::vector<std::string> ids = members.texts_if("deliveries", kMaxShipment, kId);
    members.finish();
    if (overdue != ids.empty())
        throw BadRequest("body.bad_value", "a shipment is of the deliveries that are named, or of all that are overdue",
                         "Give deliveries, or overdue with the value true.");
    const auto identity = services_.terminal.receipts();
    const auto last_shipment = [](Database& database) {
        Statement statement = database.prepare("SELECT id FROM shipment ORDER BY rowid DESC LIMIT 1");
        return statement.step() ? statement.text(0) : std::string();
    };
    const std::string id = services_.desk.once(desk_request(call), last_shipment, [&](OpenDesk& desk) {
        if (overdue) ids = desk.uncollected.overdue(act.at, kMaxShipment);
        const std::string key = to_hex(random_bytes(system_random, kKeySize));  // once() knows the request again
        desk.shipments.send_back(ids, key, {identity->key.get(), identity->certificates, identity->office}, act);
    });
    for (const std::string& each : ids) publish_delivery(each);
    return created_response(*call.route, id);
}

Response Handlers::get_shipment(const Call& call) {
    const Shipment shipment = services_.desk.work([&](OpenDesk& desk) { return desk.shipments.get(call.path[0]); });
    return json_response(json::serialize(json::object{{"id", shipment.id},
                                                      {"cards", shipment.cards},
                                                      {"journal", shipment.journal},
                                                      {"manifest", to_base64(shipment.manifest, Base64::standard)}}));
}

Response Handlers::print_receipt(const Call& call) {
    const std::string& id = call.path[0];
    std::string page = services_.desk.work([&](OpenDesk& desk) {
        static_cast<void>(desk.deliveries.get(id));
        const std::optional<std::string> receipt = desk.handover.receipt(id);
        if (!receipt)
            throw NotFound("receipt.none", "that card was not handed over, so there is no receipt",
                           "Hand it over first.");
        return daemon::print_receipt(*receipt, desk.calendar);
    });
    Response response;
    response.media = "text/html";
    response.body = std::move(page);
    return response;
}

Response Handlers::list_notices(const Call& call) {
    const auto state = notice_state_by_name(call.query_value("state").value_or(""));
    if (!state) throw bad_parameter("state", "waiting, sent, delivered, failed, cancelled");
    const auto limit = static_cast<std::size_t>(number(call, "limit", 1, kLargestPage, kPage));
    const std::string after(call.query_value("after").value_or(""));
    json::object page = services_.desk.work([&](OpenDesk& desk) {
        const std::vector<Notice> notices =
            desk.outbox.page(*state, limit, after.empty() ? 0 : desk.outbox.get(after).id);
        json::object listed;
        json::array& array = listed["notices"].emplace_array();
        for (const Notice& notice : notices) array.push_back(to_json(notice, desk.outbox.id_of(notice)));
        if (notices.size() == limit) listed["next"] = desk.outbox.id_of(notices.back());
        return listed;
    });
    return json_response(json::serialize(page));
}

Response Handlers::tell_of_notice(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const std::string state = members.choice("state", {"delivered", "failed"});
    const std::string problem = members.text_if("problem", kProblem).value_or("");
    members.finish();
    // A program tells of it, not a person.
    const Act act{"service", services_.now(), {}, {{"uid", static_cast<std::int64_t>(call.caller->peer.uid)}}};
    const std::string& id = call.path[0];
    const json::object notice = services_.desk.work([&](OpenDesk& desk) {
        desk.outbox.feedback(id, state == "delivered", problem, act);
        return to_json(desk.outbox.get(id), id);
    });
    return json_response(json::serialize(notice));
}

}  // namespace tahvil::daemon::api
