#include "daemon/api/call.h"

#include <boost/json.hpp>

#include "daemon/api/contract.h"
#include "daemon/api/percent.h"

namespace tahvil::daemon::api {

bool match_path(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters) {
    parameters.clear();
    while (!pattern.empty() && !path.empty()) {
        if (pattern.front() != '/' || path.front() != '/') return false;
        pattern.remove_prefix(1);
        path.remove_prefix(1);
        const std::string_view wanted = pattern.substr(0, pattern.find('/'));
        const std::string_view segment = path.substr(0, path.find('/'));
        pattern.remove_prefix(wanted.size());
        path.remove_prefix(segment.size());
        if (wanted.starts_with('{')) {
            std::optional<std::string> value = percent_decode(segment);
            if (!value || value->empty()) return false;
            parameters.push_back(*std::move(value));
        } else if (wanted != segment) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

std::optional<std::string_view> Call::query_value(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

Response json_response(std::string text) {
    Response response;
    response.media = "application/json";
    response.body = std::move(text);
    return response;
}

Response created_response(const Route& route, std::string_view id) {
    Response response = json_response(boost::json::serialize(boost::json::object{{"id", id}}));
    response.status = route.success;
    response.created = id;
    const std::string_view collection = route.created.substr(0, route.created.rfind('/') + 1);
    response.fields.emplace_back("Location", std::string{collection} + percent_encode(id));
    return response;
}

}  // namespace tahvil::daemon::api
