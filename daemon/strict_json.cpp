#include "daemon/strict_json.h"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

/// Counts the names in a text. The parser that builds values keeps one of two alike without a word.
struct NameCounter {
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    std::size_t names = 0;

    using Error = json::error_code;
    bool on_document_begin(Error&) { return true; }
    bool on_document_end(Error&) { return true; }
    bool on_object_begin(Error&) { return true; }
    bool on_object_end(std::size_t, Error&) { return true; }
    bool on_array_begin(Error&) { return true; }
    bool on_array_end(std::size_t, Error&) { return true; }
    bool on_key_part(json::string_view, std::size_t, Error&) { return true; }
    bool on_key(json::string_view, std::size_t, Error&) {
        ++names;
        return true;
    }
    bool on_string_part(json::string_view, std::size_t, Error&) { return true; }
    bool on_string(json::string_view, std::size_t, Error&) { return true; }
    bool on_number_part(json::string_view, Error&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Error&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Error&) { return true; }
    bool on_double(double, json::string_view, Error&) { return true; }
    bool on_bool(bool, Error&) { return true; }
    bool on_null(Error&) { return true; }
    bool on_comment_part(json::string_view, Error&) { return true; }
    bool on_comment(json::string_view, Error&) { return true; }
};

std::size_t names_in(const json::value& value) {
    std::size_t names = 0;
    if (const json::object* const object = value.if_object()) {
        names += object->size();
        for (const auto& member : *object) names += names_in(member.value());
    } else if (const json::array* const array = value.if_array()) {
        for (const json::value& element : *array) names += names_in(element);
    }
    return names;
}

}  // namespace

json::value parse_strict_json(std::string_view text, std::size_t depth) {
    json::parse_options options;
    options.max_depth = depth;
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error, {}, options);
    if (error) throw MalformedData("json.malformed", "a text that is not JSON");
    if (!names_stand_once(text, value, depth))
        throw MalformedData("json.name_twice", "an object of JSON in which a name stands twice");
    return value;
}

bool names_stand_once(std::string_view text, const json::value& value, std::size_t depth) {
    json::parse_options options;
    options.max_depth = depth;
    json::basic_parser<NameCounter> counter(options);
    json::error_code error;
    counter.write_some(false, text.data(), text.size(), error);
    return !error && counter.handler().names == names_in(value);
}

}  // namespace tahvil::daemon
