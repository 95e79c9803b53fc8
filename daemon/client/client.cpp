#include "daemon/client/client.h"

#include <boost/json.hpp>

#include "daemon/api/percent.h"
#include "daemon/client/transport.h"

namespace tahvil::client {

namespace {

constexpr std::string_view kProblemPrefix = "urn:tahvil:problem:";

namespace status {
constexpr int kRefer = 3;
constexpr int kBadInput = 2;
constexpr int kNoCard = 4;
constexpr int kUnreachable = 5;
constexpr int kNotPermitted = 6;
}  // namespace status

std::string text_of(const boost::json::object& document, std::string_view key) {
    const auto* value = document.if_contains(key);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

Refused refusal_of(const RawAnswer& answer) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(answer.body, error);
    if (error || !parsed.is_object())
        return {answer.status,
                "http.status",
                "tahvild answered with status " + std::to_string(answer.status),
                {},
                false,
                {},
                answer.body};
    const boost::json::object& document = parsed.get_object();
    std::string code = text_of(document, "type");
    if (code.starts_with(kProblemPrefix)) code.erase(0, kProblemPrefix.size());
    std::vector<std::string> choices;
    if (const auto* listed = document.if_contains("choices"); listed != nullptr && listed->is_array())
        for (const auto& choice : listed->get_array())
            if (choice.is_string()) choices.emplace_back(choice.get_string());
    const auto* try_again = document.if_contains("try_again");
    return {answer.status,
            std::move(code),
            text_of(document, "detail"),
            text_of(document, "remedy"),
            try_again != nullptr && try_again->is_bool() && try_again->get_bool(),
            std::move(choices),
            answer.body};
}

/// Takes the lines of a stream of server-sent events (HTML, 9.2.6) apart.
class EventReader {
public:
    explicit EventReader(const std::function<bool(const Event&)>& each) : each_(each) {}

    bool take(std::string_view text) {
        rest_ += text;
        for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
            const std::string line = rest_.substr(0, end);
            rest_.erase(0, end + 1);
            if (line.empty()) {
                const bool go_on = event_.data.empty() || each_(event_);
                event_ = {};
                if (!go_on) return false;
            } else {
                field(line);
            }
        }
        return true;
    }

private:
    void field(std::string_view line) {
        const std::size_t colon = line.find(':');
        if (colon == 0 || colon == std::string_view::npos) return;
        const std::string_view name = line.substr(0, colon);
        std::string_view value = line.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (name == "id") event_.id = value;
        if (name == "event") event_.type = value;
        if (name == "data") event_.data += (event_.data.empty() ? "" : "\n") + std::string{value};
    }

    const std::function<bool(const Event&)>& each_;
    std::string rest_;
    Event event_;
};

}  // namespace

int exit_status(const Error& error) {
    if (dynamic_cast<const Unreachable*>(&error) != nullptr) return status::kUnreachable;
    if (const auto* refused = dynamic_cast<const Refused*>(&error)) {
        if (refused->status() == 403) return status::kNotPermitted;
        if (refused->code() == "reader.none" || refused->code() == "reader.not_found" ||
            refused->code() == "reader.no_card" || refused->code() == "reader.removed" ||
            refused->code() == "reader.stuck" || refused->code() == "card.removed")
            return status::kNoCard;
        if (refused->status() == 400 || refused->status() == 404 || refused->status() == 413 ||
            refused->status() == 422 || refused->code() == "reader.ambiguous")
            return status::kBadInput;
        return status::kRefer;
    }
    return dynamic_cast<const InvalidInput*>(&error) != nullptr ? status::kBadInput : status::kRefer;
}

struct Client::Connection {
    explicit Connection(const std::string& path) : transport(path) {}
    Transport transport;
};

Client::Client(std::string socket_path, std::chrono::milliseconds answer_time)
    : socket_path_(std::move(socket_path)), answer_time_(answer_time) {}
Client::~Client() = default;
Client::Client(Client&& other) noexcept = default;
Client& Client::operator=(Client&& other) noexcept = default;

Answer Client::send(std::string_view method, std::string_view target, std::string_view media, ByteView body,
                    std::string_view idempotency_key) {
    Transport::Fields fields;
    if (!media.empty()) fields.emplace_back("Content-Type", media);
    if (!idempotency_key.empty()) fields.emplace_back("Idempotency-Key", idempotency_key);

    const auto exchange = [&] {
        if (!connection_) connection_ = std::make_unique<Connection>(socket_path_);
        return connection_->transport.exchange(method, target, fields, body, answer_time_);
    };
    RawAnswer raw;
    const bool reused = connection_ != nullptr;
    try {
        raw = exchange();
    } catch (const Unreachable&) {
        connection_.reset();
        // An idle connection may have been closed just now; a request that changes nothing, or names itself by its
        // key, can be sent again.
        if (!reused || (method == "POST" && idempotency_key.empty())) throw;
        raw = exchange();
    }
    if (!raw.keep_alive) connection_.reset();
    if (raw.status < 200 || raw.status >= 300) throw refusal_of(raw);
    return {raw.status, std::move(raw.media), std::move(raw.body), std::move(raw.location)};
}

Answer Client::get(std::string_view target) {
    return send("GET", target, {}, {}, {});
}

Answer Client::post(std::string_view target, std::string_view json, std::string_view idempotency_key) {
    return send("POST", target, "application/json", as_bytes(json), idempotency_key);
}

Answer Client::post_secret(std::string_view target, const SecretBytes& json, std::string_view idempotency_key) {
    return send("POST", target, "application/json", json.view(), idempotency_key);
}

Answer Client::post_file(std::string_view target, ByteView file, std::string_view idempotency_key) {
    return send("POST", target, "application/octet-stream", file, idempotency_key);
}

Answer Client::remove(std::string_view target) {
    return send("DELETE", target, {}, {}, {});
}

void Client::events(const std::function<bool(const Event&)>& each, std::string_view last_event_id,
                    std::chrono::milliseconds silence) {
    Transport transport{socket_path_};
    Transport::Fields fields;
    if (!last_event_id.empty()) fields.emplace_back("Last-Event-ID", last_event_id);
    EventReader reader{each};
    const RawAnswer answer = transport.stream(
        "/v1/events", fields, [&](std::string_view text) { return reader.take(text); }, silence);
    if (answer.status != 200) throw refusal_of(answer);
}

std::string encode(std::string_view part) {
    return daemon::api::percent_encode(part);
}

}  // namespace tahvil::client
