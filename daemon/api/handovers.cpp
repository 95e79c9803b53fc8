#include <boost/json.hpp>

#include "daemon/api/act.h"
#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"
#include "daemon/delivery/checklist_json.h"
#include "daemon/error.h"
#include "daemon/receipt/printed_receipt.h"
#include "daemon/receipt/sd_jwt.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kMethod = 40;  // bytes

ChecklistItem read_item(const Members& members) {
    const auto item = checklist_item_by_name(members.text("item", kMethod));
    if (!item) members.refuse("item", "an item of the checklist, see the handover");
    return *item;
}

/// A payment's reference, and why something was done, name people; the second person is known as the first is.
std::string read_second_person(const Members& members, Act& act) {
    const auto second = members.object_if("second_person");
    if (!second) return {};
    const Operator person = read_operator(*second);
    act.facts.emplace("second_established", person.established);
    return person.id;
}

std::string receipt_of(OpenDesk& desk, const std::string& id) {
    static_cast<void>(desk.deliveries.get(id));  // there is such a delivery
    std::optional<std::string> receipt = desk.handover.receipt(id);
    if (!receipt)
        throw NotFound("receipt.none", "that card was not handed over, so there is no receipt", "Hand it over first.");
    return *std::move(receipt);
}

}  // namespace

Response Handlers::get_handover(const Call& call) {
    const std::string& id = call.path[0];
    return json_response(json::serialize(services_.desk.work([&](OpenDesk& desk) {
        return daemon::to_json(desk.deliveries.get(id), desk.handover.checklist(id), services_.desk.config().handover);
    })));
}

Response Handlers::begin_handover(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    members.finish();
    return change(call, [&](OpenDesk& desk) { desk.handover.begin(call.path[0], act); });
}

Response Handlers::check_handover_card(const Call& call) {
    return start_desk_check(call, DeskPurpose::handover, call.path[0]);
}

Response Handlers::settle_handover_item(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    Act act = read_act(call, members, services_.now());
    const ChecklistItem item = read_item(members);
    const std::string method = members.text("method", kMethod);
    const std::string second_person = read_second_person(members, act);
    members.finish();
    return change(call, [&](OpenDesk& desk) { desk.handover.settle(call.path[0], item, method, second_person, act); });
}

Response Handlers::refer_handover_item(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    const ChecklistItem item = read_item(members);
    members.finish();
    return change(call, [&](OpenDesk& desk) { desk.handover.refer(call.path[0], item, act); });
}

Response Handlers::decide_handover_item(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    const ChecklistItem item = read_item(members);
    if (!members.has("approve")) members.refuse("approve", "true, false");
    const bool approve = members.truth("approve", false);
    members.finish();
    return change(call, [&](OpenDesk& desk) { desk.handover.decide(call.path[0], item, approve, act); });
}

Response Handlers::put_delivery_back(const Call& call) {
    return move_delivery(call, Stage::arrived);
}

Response Handlers::complete_handover(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const Act act = read_act(call, members, services_.now());
    members.finish();
    const DeskRequest request = desk_request(call);
    if (request.key.empty())
        throw HttpError(400, "idempotency.missing", "handing over takes an Idempotency-Key",
                        "Make one for this handover and send it again with every try.");
    const auto identity = services_.terminal.receipts();
    const ReceiptSigner signer{identity->key.get(), identity->certificates, identity->office};
    const HandedOver done = services_.desk.work([&](OpenDesk& desk) {
        return desk.handover.complete(call.path[0], std::to_string(request.caller) + " " + request.key, signer, act);
    });
    if (!done.again) publish_delivery(call.path[0]);
    return created_response(*call.route, call.path[0]);
}

Response Handlers::get_receipt(const Call& call) {
    const std::string& id = call.path[0];
    std::string receipt = services_.desk.work([&](OpenDesk& desk) { return receipt_of(desk, id); });
    if (!call.caller->may("deliveries.read")) receipt = withhold(receipt, {});
    return json_response(json::serialize(json::object{{"delivery", id}, {"receipt", receipt}}));
}

Response Handlers::print_receipt(const Call& call) {
    Response response;
    response.media = "text/html";
    response.body = services_.desk.work(
        [&](OpenDesk& desk) { return daemon::print_receipt(receipt_of(desk, call.path[0]), desk.calendar); });
    return response;
}

}  // namespace tahvil::daemon::api
