#include "daemon/api/handlers.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "daemon/api/check_request.h"
#include "daemon/api/contract.h"
#include "daemon/api/json_body.h"
#include "daemon/api/problem.h"
#include "daemon/api/query.h"
#include "daemon/check/verdict_json.h"
#include "daemon/error.h"
#include "daemon/reader/reader_json.h"
#include "daemon/text/time.h"
#include "daemon/trust/trust_json.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

namespace {

Response answer(const json::value& value) {
    return json_response(json::serialize(value));
}

/// 204.
Response nothing() {
    Response response;
    response.status = 204;
    return response;
}

json::object progress_of(const CheckView& check) {
    json::object progress{{"step", check.step}, {"bytes", check.bytes}};
    if (check.of != 0) progress["of"] = check.of;
    return progress;
}

json::object to_json(const ShownReader& shown) {
    json::object object = daemon::to_json(shown.reader);
    if (!shown.profile.empty()) object["profile"] = shown.profile;
    return object;
}

json::object to_json(const DeskState& desk) {
    json::object object{{"state", !desk.configured ? "off" : (desk.open ? "open" : "closed")}};
    if (desk.configured && desk.fault)
        object["last_error"] =
            json::object{{"code", desk.fault->code}, {"detail", desk.fault->detail}, {"remedy", desk.fault->remedy}};
    return object;
}

json::object to_json(const CheckView& check) {
    json::object object = state_of(check);
    if (!check.result) return object;
    object["verdict"] = daemon::to_json(check.result->verdict, check.want);
    if (!check.want.contains(Part::files)) return object;
    json::object& files = object["files"].emplace_object();
    for (const auto& [file, bytes] : check.result->files) files[file] = to_base64(bytes, Base64::standard);
    return object;
}

}  // namespace

json::object state_of(const CheckView& check) {
    json::object object{{"id", check.id}, {"state", name(check.state)}, {"reader", check.reader}};
    if (check.state == CheckState::running && !check.step.empty()) object["progress"] = progress_of(check);
    if (check.problem) object["problem"] = problem_of(check.problem);
    return object;
}

json::value problem_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
        return json::parse(problem(thrown).body);
    }
}

Response Handlers::get_contract(const Call& /*call*/) {
    return json_response(std::string{contract_json()});
}

Response Handlers::get_health(const Call& /*call*/) {
    const std::vector<ReaderView> readers = services_.readers.readers();
    const auto with_card = std::count_if(readers.begin(), readers.end(), [](const ReaderView& reader) {
        return reader.state.card == CardPresence::present;
    });
    const ServiceView service = services_.readers.service();
    const auto store = services_.trust.store();
    json::object pcsc{{"state", !service.watched ? "off" : (service.available ? "connected" : "unavailable")}};
    if (service.last_error) pcsc["last_error"] = daemon::to_json(*service.last_error);
    const DeskState desk = services_.desk.state();
    const bool faulty =
        std::any_of(readers.begin(), readers.end(), [](const ReaderView& r) { return r.fault.has_value(); });
    const bool desk_works = !desk.configured || (desk.open && !desk.fault);
    const bool well = (!service.watched || service.available) && !faulty && desk_works;
    return answer(json::object{{"status", well ? "ok" : "degraded"},
                               {"version", TAHVIL_VERSION},
                               {"started_at", to_iso(started_at_)},
                               {"demo", services_.demo},
                               {"pcsc", std::move(pcsc)},
                               {"readers", {{"count", readers.size()}, {"with_card", with_card}}},
                               {"trust", {{"version", store->number()}, {"certificates", store->size()}}},
                               {"desk", to_json(desk)}});
}

ShownReader Handlers::shown(ReaderView reader) const {
    std::string profile = services_.checks.recognised_profile(reader);
    return {std::move(reader), std::move(profile)};
}

Response Handlers::list_readers(const Call& /*call*/) {
    std::vector<ShownReader> readers;
    for (ReaderView& reader : services_.readers.readers()) readers.push_back(shown(std::move(reader)));
    if (listed_text_.empty() || readers != listed_) {
        json::array array;
        for (const ShownReader& reader : readers) array.push_back(to_json(reader));
        listed_text_ = json::serialize(json::object{{"readers", std::move(array)}});
        listed_ = std::move(readers);
    }
    return json_response(listed_text_);
}

Response Handlers::get_reader(const Call& call) {
    return answer(to_json(shown(services_.readers.reader(call.path[0]))));
}

Response Handlers::stream_events(const Call& call) {
    Response response;
    response.media = "text/event-stream";
    response.stream = std::make_shared<EventStream>(services_.events, call.last_event_id, *call.caller);
    return response;
}

Response Handlers::create_check(const Call& call) {
    CheckRequest request = read_check_request(call.body, call.caller->peer.uid);
    return created_response(*call.route, services_.checks.start(std::move(request)));
}

CheckView Handlers::check_of(const Call& call) const {
    CheckView check = services_.checks.get(call.path[0]);
    if (check.probe || !call.caller->may_touch(check.owner, "checks.any"))
        throw NotFound("check.not_found", "there is no such check, or it is no longer kept", "Start a new one.");
    return check;
}

Response Handlers::get_check(const Call& call) {
    return answer(to_json(check_of(call)));
}

Response Handlers::cancel_check(const Call& call) {
    services_.checks.cancel(check_of(call).id);
    return nothing();
}

Response Handlers::get_trust(const Call& /*call*/) {
    return answer(daemon::to_json(*services_.trust.store()));
}

Response Handlers::import(const Call& call, trust::ImportOptions options) {
    options.file = call.query_value("file").value_or("");
    options.at = services_.now();
    options.allow_rollback = is_true(call, "allow_rollback");
    return created_response(*call.route, services_.trust.import({to_bytes(call.body), std::move(options)}));
}

Response Handlers::import_master_list(const Call& call) {
    trust::ImportOptions options;
    if (const auto pin = call.query_value("pin")) {
        options.pin_fingerprint = from_hex(*pin);
        if (options.pin_fingerprint.size() != digest_size(DigestAlgorithm::sha256))
            throw bad_parameter("pin", "a SHA-256 in hexadecimal");
    }
    return import(call, std::move(options));
}

Response Handlers::import_certificates(const Call& call) {
    trust::ImportOptions options;
    options.pin = is_true(call, "pin_root");
    if (const auto purpose = call.query_value("purpose")) {
        const auto known = trust::purpose_by_name(*purpose);
        if (!known) throw bad_parameter("purpose", "the words of the contract");
        options.purposes = {*known};
    }
    return import(call, std::move(options));
}

Response Handlers::import_revocation_list(const Call& call) {
    return import(call, {});
}

Response Handlers::import_hot_list(const Call& call) {
    return import(call, {});
}

Response Handlers::decide_trust(const Call& call) {
    static constexpr std::size_t kFingerprintDigits = 64;
    const JsonBody body{call.body};
    const Members members = body.members();
    const std::string certificate = members.text("certificate", kFingerprintDigits);
    const std::string status = members.choice("status", {"trusted", "distrusted"});
    members.finish();
    const bool digits = certificate.size() == kFingerprintDigits && std::ranges::all_of(certificate, [](char c) {
                            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                        });
    if (!digits) members.refuse("certificate", "a SHA-256 in lower-case hexadecimal");
    const trust::Status decided = status == "trusted" ? trust::Status::trusted : trust::Status::distrusted;
    return created_response(*call.route, services_.trust.decide(from_hex(certificate), decided, services_.now()));
}

Response Handlers::get_trust_import(const Call& call) {
    const TrustImportView view = services_.trust.find_import(call.path[0]);
    return answer(json::object{{"id", view.id},
                               {"version", view.version},
                               {"changed", view.changed},
                               {"items", daemon::to_json(view.report)}});
}

void publish(EventLog& events, const ReaderEvent& event) {
    const bool of_service =
        event.kind == ReaderEvent::Kind::service_lost || event.kind == ReaderEvent::Kind::service_found;
    json::object members;
    if (of_service) {
        if (event.service.last_error) members["fault"] = daemon::to_json(*event.service.last_error);
    } else {
        members["reader"] = daemon::to_json(event.reader);
    }
    events.publish(name(event.kind), members);
}

void publish(EventLog& events, const CheckEvent& event) {
    const CheckView& check = event.check;
    json::object members{{"id", check.id}, {"reader", check.reader}, {"state", name(check.state)}};
    if (event.kind == CheckEvent::Kind::progress) {
        members["progress"] = progress_of(check);
        events.publish("check.progress", members, check.owner);
        return;
    }
    if (check.result && !check.probe) members["decision"] = name(check.result->verdict.decision);
    events.publish("check.ended", members, check.owner);
}

void publish_trust_changed(EventLog& events, std::uint64_t version) {
    events.publish("trust.changed", json::object{{"version", version}});
}

}  // namespace tahvil::daemon::api
