#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kTyped = 64;  // bytes

json::object to_json(const InquiryAnswer& answer) {
    json::object object{{"text", answer.text}, {"bring", json::value_from(answer.bring)}};
    if (answer.stage) object["stage"] = name(*answer.stage);
    if (!answer.office.empty()) object["office"] = answer.office;
    if (answer.fee > 0) object["fee"] = answer.fee;
    return object;
}

}  // namespace

Response Handlers::ask_inquiry(const Call& call) {
    const JsonBody body{call.body};
    const Members members = body.members();
    const auto tracking_code = members.text_if("tracking_code", kTyped);
    const auto national_code = members.text_if("national_code", kTyped);
    const auto serial = members.text_if("birth_certificate_serial", kTyped);
    const auto birth_date = members.text_if("birth_date", kTyped);
    members.finish();
    const bool by_identity = national_code && serial && birth_date && !tracking_code;
    const bool by_tracking_code = tracking_code && !national_code && !serial && !birth_date;
    if (!by_identity && !by_tracking_code)
        throw BadRequest("body.bad_value", "an inquiry is by a tracking code or by three things of the holder",
                         "Name tracking_code, or national_code, birth_certificate_serial and birth_date.");
    const std::string caller = std::to_string(call.caller->peer.uid);
    const auto now = std::chrono::steady_clock::now();
    const InquiryAnswer answer = services_.desk.inquire([&](Inquiry& inquiry, Deliveries& deliveries) {
        return by_tracking_code ? inquiry.by_tracking_code(deliveries, caller, *tracking_code, now)
                                : inquiry.by_identity(deliveries, caller, *national_code, *serial, *birth_date, now);
    });
    Response response = json_response(json::serialize(to_json(answer)));
    response.not_before = answer.not_before;
    return response;
}

}  // namespace tahvil::daemon::api
