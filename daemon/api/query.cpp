#include "daemon/api/query.h"

#include <charconv>

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kPage = 100;
constexpr std::size_t kLargestPage = 1000;

/// The whole text as a number.
template <typename Number>
std::optional<Number> parse(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

BadRequest bad_parameter(std::string_view name, std::string_view allowed) {
    return {"query.bad_value", "the parameter " + std::string{name} + " of the query will not do",
            "Allowed: " + std::string{allowed} + "."};
}

bool is_true(const Call& call, std::string_view name) {
    const auto text = call.query_value(name);
    if (!text) return false;
    if (*text != "true" && *text != "false") throw bad_parameter(name, "true, false");
    return *text == "true";
}

std::optional<std::uint64_t> number_if(const Call& call, std::string_view name, std::uint64_t least,
                                       std::uint64_t most) {
    const auto text = call.query_value(name);
    if (!text) return std::nullopt;
    const auto value = parse<std::uint64_t>(*text);
    if (!value || *value < least || *value > most)
        throw bad_parameter(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
}

std::size_t page_size(const Call& call) {
    return number_if(call, "limit", 1, kLargestPage).value_or(kPage);
}

std::string PageEnd::text() const {
    return std::to_string(at.time_since_epoch().count()) + "." + id;
}

std::optional<PageEnd> page_end(const Call& call) {
    const auto text = call.query_value("after");
    if (!text) return std::nullopt;
    const std::size_t dot = text->find('.');
    const auto at = parse<std::int64_t>(text->substr(0, dot));
    if (dot == std::string_view::npos || !at) throw bad_parameter("after", "what the page before gave as next");
    return PageEnd{std::chrono::sys_seconds(std::chrono::seconds(*at)), std::string{text->substr(dot + 1)}};
}

}  // namespace tahvil::daemon::api
