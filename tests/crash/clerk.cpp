#include "tests/crash/clerk.h"

#include <chrono>
#include <optional>
#include <thread>

#include <unistd.h>

#include "tests/socket/raw_client.h"

namespace tahvil::daemon::test {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds kPause{5};
constexpr int kCheckTries = 5;
constexpr int kDayTries = 20;

std::string text(const json::object& object, std::string_view key) {
    const json::value* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// One row, of the person whose card is in the reader.
std::string manifest(const std::string& tracking_code) {
    return "tracking_code,national_code,given_name,family_name,birth_date,birth_certificate_serial,can,fee,office\n" +
           tracking_code + ",1234567891,نمونه,آزمایشی,1369-01-01,654321,123456,0,12\n";
}

}  // namespace

json::object Clerk::call(std::string_view method, const std::string& target, const std::string& body,
                         const std::string& key, std::string_view media) {
    std::optional<tahvil::test::RawResponse> response;
    try {
        tahvil::test::RawClient client(socket_path_, ::getuid());
        client.request(method, target, body, media, key.empty() ? "" : "Idempotency-Key: " + key + "\r\n");
        response = client.receive();
    } catch (const std::exception&) {  // refused, or ended within an answer
        throw DaemonGone();
    }
    if (!response) throw DaemonGone();
    json::object answer = json::parse(response->body).as_object();
    if (response->status >= 400 && text(answer, "type") != "urn:tahvil:problem:manifest.twice")
        throw std::runtime_error(std::string(method) + " " + target + ": " + response->body);
    return answer;
}

json::object Clerk::act(const std::string& target, const std::string& key, json::object more) {
    more["operator"] = json::object{{"id", "op-7"}, {"established", "badge"}};
    return call("POST", target, json::serialize(more), key);
}

std::string Clerk::import_and_find(const std::string& tracking_code) {
    call("POST", "/v1/manifests?operator_id=op-7&operator_established=badge", manifest(tracking_code),
         "manifest-" + tracking_code, "application/octet-stream");
    const json::object found =
        call("POST", "/v1/deliveries/search", json::serialize(json::object{{"tracking_code", tracking_code}}));
    return text(found.at("deliveries").at(0).as_object(), "id");
}

std::string Clerk::stage(const std::string& id) {
    return text(call("GET", "/v1/deliveries/" + id), "stage");
}

bool Clerk::is_open(const std::string& id, std::string_view item) {
    const json::object handover = call("GET", "/v1/deliveries/" + id + "/handover");
    for (const json::value& each : handover.at("open").as_array())
        if (std::string_view(each.as_string()) == item) return true;
    return false;
}

void Clerk::checked(const std::string& target) {
    for (int i = 0; i < kCheckTries; ++i) {
        const std::string id = text(act(target, {}), "id");
        while (true) {
            const json::object check = call("GET", "/v1/desk-checks/" + id);
            const std::string state = text(check, "state");
            if (state == "done") return;
            if (state != "queued" && state != "running") break;
            std::this_thread::sleep_for(kPause);
        }
    }
    throw std::runtime_error(target + " came to no end");
}

void Clerk::keep_checkpoint() {
    checkpoints_.push_back(text(call("GET", "/v1/journal/checkpoint"), "checkpoint"));
}

void Clerk::hand_over(const std::string& id) {
    const std::string handover = "/v1/deliveries/" + id + "/handover";
    act(handover, "begin");
    if (stage(id) == "presented") {
        if (is_open(id, "card_genuine")) checked(handover + "/check");
        const auto settle = [&](const char* item, const char* method) {
            act(handover + "/settle", std::string("settle-") + item, {{"item", item}, {"method", method}});
        };
        if (is_open(id, "holder_verified")) settle("holder_verified", "portrait");
        if (is_open(id, "transport_pin_changed")) settle("transport_pin_changed", "no_transport_pin");
        if (is_open(id, "old_card_collected")) settle("old_card_collected", "first_card");
        keep_checkpoint();
    }
    act(handover + "/complete", "complete");
    handed_over_ = true;
    const std::string receipt = text(call("GET", "/v1/deliveries/" + id + "/receipt"), "receipt");
    if (!receipt_.empty() && receipt != receipt_) throw std::runtime_error("another receipt for the same handover");
    receipt_ = receipt;
}

void Clerk::greet() {
    call("GET", "/v1/health");
}

void Clerk::play_to_the_end() {
    for (int i = 1;; ++i) {
        try {
            return play();
        } catch (const DaemonGone&) {
            throw;
        } catch (const std::runtime_error&) {
            if (i == kDayTries) throw;
        }
    }
}

void Clerk::play() {
    const std::string first = import_and_find("TRACK-0");
    if (stage(first) == "expected") checked("/v1/deliveries/" + first + "/check-in");
    keep_checkpoint();
    hand_over(first);

    const std::string second = import_and_find("TRACK-1");
    if (stage(second) == "expected") checked("/v1/deliveries/" + second + "/check-in");
    act("/v1/shipments", "back", {{"why", "not fetched"}, {"deliveries", json::array{second}}});
    sent_back_ = true;
    keep_checkpoint();
}

}  // namespace tahvil::daemon::test
