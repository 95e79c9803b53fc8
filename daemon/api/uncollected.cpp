#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/api/query.h"
#include "daemon/text/time.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kMostDays = 36'500;
constexpr std::size_t kProblem = 64;  // characters

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
    const auto days = static_cast<int>(number_if(call, "days", 0, kMostDays).value_or(0));
    const std::size_t limit = page_size(call);
    std::optional<UncollectedLine> after;
    if (auto end = page_end(call)) {
        after.emplace();
        after->arrived_at = end->at;
        after->id = std::move(end->id);
    }
    const std::vector<UncollectedLine> lines =
        services_.desk.work([&](OpenDesk& desk) { return desk.uncollected.page(services_.now(), days, limit, after); });
    json::object page;
    json::array& cards = page["uncollected"].emplace_array();
    for (const UncollectedLine& line : lines) cards.push_back(to_json(line));
    if (lines.size() == limit) page["next"] = PageEnd{lines.back().arrived_at, lines.back().id}.text();
    return json_response(json::serialize(page));
}

Response Handlers::list_notices(const Call& call) {
    const auto state = notice_state_by_name(call.query_value("state").value_or(""));
    if (!state) throw bad_parameter("state", "waiting, sent, delivered, failed, cancelled");
    const std::size_t limit = page_size(call);
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
