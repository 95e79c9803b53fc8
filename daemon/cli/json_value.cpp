#include "daemon/cli/json_value.h"

#include "crypto/error.h"

namespace tahvil::cli {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr) return {};
    if (value->is_string()) return std::string(value->get_string());
    return value->is_number() || value->is_bool() ? json::serialize(*value) : std::string();
}

std::int64_t number(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_number()) return 0;
    boost::system::error_code error;
    const auto result = value->to_number<std::int64_t>(error);
    return error ? 0 : result;
}

bool truth(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object& object(const json::object& object, std::string_view key) {
    static const json::object none;
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_object() ? value->get_object() : none;
}

const json::array& array(const json::object& object, std::string_view key) {
    static const json::array none;
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

json::object parse_answer(std::string_view body) {
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(body.data(), body.size()), error);
    if (error || !value.is_object()) {
        throw MalformedData("daemon.answer", "the daemon's answer is no JSON object",
                            "Client and daemon may be of different versions.");
    }
    return std::move(value.get_object());
}

}  // namespace tahvil::cli
