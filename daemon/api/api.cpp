#include "daemon/api/api.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "daemon/api/contract.h"
#include "daemon/api/json_body.h"
#include "daemon/api/operations.h"
#include "daemon/api/percent.h"
#include "daemon/api/problem.h"
#include "daemon/error.h"

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kDigestKeySize = 32;
constexpr std::size_t kLongestIdempotencyKey = 128;
constexpr std::size_t kLongestEventId = 64;
constexpr std::chrono::seconds kShedToldEvery{1};
constexpr std::string_view kJson = "application/json";

/// The type of a media type without its parameters.
std::string_view essence(std::string_view media) {
    media = media.substr(0, media.find(';'));
    while (!media.empty() && (media.back() == ' ' || media.back() == '\t')) media.remove_suffix(1);
    return media;
}

std::string printable_field(const Head& head, std::string_view name, std::size_t most) {
    const auto value = head.field(name).value_or(std::string_view{});
    const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (!printable || value.size() > most)
        throw HttpError(400, "http.bad_field", "the field " + std::string{name} + " will not do",
                        "At most " + std::to_string(most) + " printable characters without spaces.");
    return std::string{value};
}

std::vector<std::pair<std::string, std::string>> parse_query(const Route& route, std::string_view query) {
    std::vector<std::pair<std::string, std::string>> found;
    while (!query.empty()) {
        const std::string_view part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), part.size() + 1));
        const std::size_t equals = part.find('=');
        const auto name = percent_decode(part.substr(0, equals));
        const auto value =
            percent_decode(equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1));
        const bool known = name && std::find(route.query.begin(), route.query.end(), *name) != route.query.end();
        const bool twice = name && std::any_of(found.begin(), found.end(),
                                               [&](const auto& earlier) { return earlier.first == *name; });
        if (!known || !value || twice) {
            std::string allowed;
            for (const std::string_view word : route.query)
                allowed += (allowed.empty() ? "Allowed, each once: " : ", ") + std::string{word};
            throw HttpError(400, "http.bad_query", "the query has a parameter that is not known here, or one twice",
                            allowed.empty() ? "Leave the query out." : allowed + ".");
        }
        found.emplace_back(*name, *value);
    }
    return found;
}

/// What the path and the method mean. `allowed` lists the methods where only the method is wrong.
const Route* find_route(std::string_view method, std::string_view path, std::vector<std::string>& parameters,
                        std::string& allowed) {
    for (const Route& route : routes()) {
        if (!match_path(route.path, path, parameters)) continue;
        if (route.method == method) return &route;
        allowed += (allowed.empty() ? "" : ", ") + std::string{route.method};
    }
    return nullptr;
}

}  // namespace

struct Api::Request {
    const Route* route = nullptr;
    Call call;
};

Api::Api(Operations& operations, RolesOf roles, RefusalLog& refusals, const Limits& limits, const Log& log)
    : operations_(operations),
      roles_(std::move(roles)),
      refusals_(refusals),
      limits_(limits),
      log_(log),
      digest_key_(random_bytes(system_random, kDigestKeySize)),
      keys_(limits.idempotency_key_time, kIdempotencyKeys, std::chrono::steady_clock::now) {}

Caller Api::greet(Peer peer) {
    std::vector<Role> roles = roles_(peer);
    return {std::move(peer), std::move(roles)};
}

std::variant<Admitted, Response> Api::begin(const Head& head, const Caller& caller) {
    try {
        const std::string_view target = head.target;
        const std::string_view path = target.substr(0, target.find('?'));
        auto request = std::make_shared<Request>();
        std::string allowed;
        const Route* route = find_route(head.method, path, request->call.path, allowed);
        if (caller.roles.empty() || (route != nullptr && !caller.may(route->right))) {
            // One answer for both, so that a stranger learns nothing of what there is.
            const NotPermitted error = denied();
            audit(caller, route == nullptr ? "" : route->method, route == nullptr ? "" : route->path,
                  route == nullptr ? "" : route->right, error);
            return problem(error);
        }
        if (route == nullptr && !allowed.empty()) {
            Response response = problem(
                HttpError(405, "http.method", "this path does not know the method", "Use one of: " + allowed + "."));
            response.fields.emplace_back("Allow", allowed);
            return response;
        }
        if (route == nullptr) throw NotFound("http.no_such_path", "there is no such path", "See /v1/openapi.json.");

        request->route = route;
        request->call.target = target;
        request->call.query = parse_query(*route, target.substr(std::min(target.size(), path.size() + 1)));
        request->call.last_event_id = printable_field(head, "last-event-id", kLongestEventId);
        if (route->idempotent)
            request->call.idempotency_key = printable_field(head, "idempotency-key", kLongestIdempotencyKey);
        if (route->media.empty() && head.has_body())
            throw HttpError(400, "http.unexpected_body", "this method takes no body", "Leave the body out.");
        if (!route->media.empty() && essence(head.field("content-type").value_or("")) != route->media)
            throw HttpError(415, "http.media_type", "the body is of a kind that is not taken here",
                            "Send Content-Type: " + std::string{route->media} + ".");

        Admitted admitted;
        if (!route->media.empty())
            admitted.body_bytes = route->media == kJson ? limits_.body_bytes : limits_.file_bytes;
        admitted.worker = route->worker;
        admitted.context = std::move(request);
        return admitted;
    } catch (const Error& error) {
        return problem(error);
    }
}

Response Api::finish(const Admitted& admitted, const Caller& caller, const WipingBuffer& body) {
    const auto& request = *static_cast<const Request*>(admitted.context.get());
    try {
        return perform(request, caller, body);
    } catch (const NotPermitted& error) {
        audit(caller, request.route->method, request.route->path, request.route->right, error);
        return problem(error);
    } catch (const std::exception& error) {
        Response response = problem(error);
        if (response.status >= 500) log_.error(std::string{request.route->operation} + " failed: " + describe(error));
        return response;
    }
}

Response Api::perform(const Request& request, const Caller& caller, const WipingBuffer& body) {
    const Route& route = *request.route;
    Call call = request.call;
    call.route = &route;
    call.caller = &caller;
    call.body = body;
    if (call.idempotency_key.empty()) return (operations_.*route.function)(call);

    call.body_digest = route.media == kJson ? JsonBody{call.body}.digest_without(route.secrets, {})
                                            : digest(DigestAlgorithm::sha256, call.body);
    const IdempotencyKeys::Scope scope{caller.peer.uid, std::string{route.method}, call.target, call.idempotency_key};
    const Bytes keyed_digest = digest(DigestAlgorithm::sha256, {digest_key_, call.body_digest});
    if (const std::string made = keys_.begin(scope, keyed_digest); !made.empty()) return created_response(route, made);
    try {
        Response response = (operations_.*route.function)(call);
        keys_.made(scope, response.created);
        return response;
    } catch (...) {
        keys_.failed(scope);
        throw;
    }
}

void Api::audit(const Caller& caller, std::string_view method, std::string_view path, std::string_view right,
                const Error& why) {
    std::string roles;
    for (const Role& role : caller.roles) roles += (roles.empty() ? "" : ",") + name(role);
    refusals_.add(caller, why.code(), method, path, right);
    log_.warning("audit: refused code=" + std::string{why.code()} + " uid=" + std::to_string(caller.peer.uid) +
                 " gid=" + std::to_string(caller.peer.gid) + " pid=" + std::to_string(caller.peer.pid) +
                 " roles=" + (roles.empty() ? "-" : roles) + " method=" + std::string{method.empty() ? "-" : method} +
                 " path=" + std::string{path.empty() ? "-" : path} +
                 " right=" + std::string{right.empty() ? "-" : right});
}

void Api::refused(const Caller& caller, const std::exception& why) {
    // A flood must not flood the log: one line a second and uid, with the number of those that it stands for.
    const auto now = std::chrono::steady_clock::now();
    std::size_t count = 0;
    {
        const std::lock_guard lock{audit_mutex_};
        Shed& shed = shed_[caller.peer.uid];
        ++shed.since;
        if (shed.told != std::chrono::steady_clock::time_point{} && now - shed.told < kShedToldEvery) return;
        shed.told = now;
        count = std::exchange(shed.since, 0);
    }
    const auto* error = dynamic_cast<const Error*>(&why);
    const std::string_view code = error == nullptr ? "internal" : error->code();
    refusals_.add(caller, code, {}, {}, {}, count);
    log_.warning("audit: shed code=" + std::string{code} + " uid=" + std::to_string(caller.peer.uid) +
                 " pid=" + std::to_string(caller.peer.pid) + " count=" + std::to_string(count));
}

}  // namespace tahvil::daemon::api
