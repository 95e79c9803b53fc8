#include "contract_samples.h"

#include <array>
#include <regex>

namespace tahvil::test {

namespace json = boost::json;

namespace {

/// The one that fits stands for all texts of a pattern.
constexpr std::array kTexts{"bank",
                            "123456",
                            "0123456789abcdef",
                            "1234567891",
                            "UTO",
                            "fa",
                            "0F",
                            "01",
                            "A1",
                            "0000000000000000000000000000000000000000000000000000000000000000",
                            "office.example/12"};

json::object const& at(const json::object& object, std::string_view pointer) {
    const json::object* here = &object;
    while (!pointer.empty()) {
        const std::string_view step = pointer.substr(0, pointer.find('/'));
        here = &here->at(step).as_object();
        pointer.remove_prefix(std::min(pointer.size(), step.size() + 1));
    }
    return *here;
}

void collect(json::value& value, std::vector<json::value*>& nodes) {
    nodes.push_back(&value);
    if (auto* const object = value.if_object())
        for (auto& member : *object) collect(member.value(), nodes);
    if (auto* const array = value.if_array())
        for (auto& element : *array) collect(element, nodes);
}

}  // namespace

std::vector<ContractMethod> methods_of(const json::object& contract) {
    std::vector<ContractMethod> methods;
    const auto resolve = [&](const json::value& node) -> const json::object& {
        const auto* const reference = node.as_object().if_contains("$ref");
        return reference == nullptr ? node.as_object()
                                    : at(contract, std::string_view{reference->as_string()}.substr(2));
    };
    for (const auto& [path, item] : contract.at("paths").as_object()) {
        for (const auto& [name, operation] : item.as_object()) {
            if (name == "parameters") continue;
            ContractMethod method{std::string{name}, std::string{path}, {}, {}, {}, {}};
            for (char& c : method.name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            if (const auto* const body = operation.as_object().if_contains("requestBody")) {
                const auto& content = *resolve(*body).at("content").as_object().begin();
                method.media = content.key();
                method.body = content.value().at("schema");
            }
            if (const auto* const parameters = operation.as_object().if_contains("parameters"))
                for (const auto& parameter : parameters->as_array())
                    if (const auto& found = resolve(parameter); found.at("in") == "query")
                        method.query.emplace_back(found.at("name").as_string());
            for (const auto& role : contract.at("x-rights").at(operation.at("x-right").as_string()).as_array())
                method.roles.emplace_back(role.as_string());
            methods.push_back(std::move(method));
        }
    }
    return methods;
}

const json::object& ContractSamples::resolved(const json::object& schema) const {
    const auto* const reference = schema.if_contains("$ref");
    if (reference == nullptr) return schema;
    return resolved(at(contract_, std::string_view{reference->as_string()}.substr(2)));
}

std::string ContractSamples::text_of(const json::object& schema) {
    const auto* const format = schema.if_contains("format");
    if (format != nullptr && *format == "date") return "2001-02-03";
    if (format != nullptr && *format == "date-time") return "2026-06-01T10:00:00Z";
    if (const auto* const pattern = schema.if_contains("pattern")) {
        const std::regex wanted{pattern->as_string().c_str()};
        for (const char* text : kTexts)
            if (std::regex_search(text, wanted)) return text;
    }
    return kTexts[below(kTexts.size())];
}

json::value ContractSamples::of(const json::value& schema_or_reference) {
    if (!schema_or_reference.is_object()) return nullptr;
    const json::object& schema = resolved(schema_or_reference.as_object());
    if (const auto* const fixed = schema.if_contains("const")) return *fixed;
    if (const auto* const words = schema.if_contains("enum")) return words->as_array()[below(words->as_array().size())];
    for (const char* choice : {"anyOf", "oneOf"})
        if (const auto* const some = schema.if_contains(choice))
            return of(some->as_array()[below(some->as_array().size())]);
    const auto* const type = schema.if_contains("type");
    const std::string_view kind = type != nullptr && type->is_string() ? std::string_view{type->as_string()} : "object";
    if (kind == "string") return json::string(text_of(schema));
    if (kind == "boolean") return below(2) == 0;
    if (kind == "integer" || kind == "number")
        return (schema.contains("minimum") ? schema.at("minimum").to_number<std::int64_t>() : 0) +
               static_cast<std::int64_t>(below(3));
    if (kind == "array") {
        json::array items;
        for (std::size_t count = below(4); count != 0; --count) items.push_back(of(schema.at("items")));
        return items;
    }
    json::object object;
    if (const auto* const members = schema.if_contains("properties")) {
        const auto* const required = schema.if_contains("required");
        for (const auto& [name, member] : members->as_object()) {
            const bool needed =
                required != nullptr && std::ranges::any_of(required->as_array(), [&name = name](const auto& word) {
                    return word.as_string() == name;
                });
            if (needed || below(2) == 0) object[name] = of(member);
        }
    }
    return object;
}

json::value ContractSamples::oddity() {
    switch (below(16)) {
        case 0:
            return nullptr;
        case 1:
            return -1;
        case 2:
            return 1e308;
        case 3:
            return std::numeric_limits<std::uint64_t>::max();
        case 4:
            return "";
        case 5:
            return json::string(std::string(5000, 'x'));
        case 6:
            return json::string(std::string("\0", 1));
        case 7:
            return "\u202e\u200f\u06f1";
        case 8:
            return json::array{};
        case 9:
            return json::object{};
        case 10:
            return below(2) == 0;
        case 11: {
            json::value deep = 1;
            for (int i = 0; i < 20; ++i) deep = json::array{deep};
            return deep;
        }
        case 12:
            return "../../etc/passwd";
        case 13:
            return 0.5;
        case 14:
            return std::numeric_limits<std::int64_t>::min();
        default:
            return json::string(kTexts[below(kTexts.size())]);
    }
}

void ContractSamples::spoil(json::value& value) {
    for (std::size_t times = 1 + below(3); times != 0; --times) {
        std::vector<json::value*> nodes;
        collect(value, nodes);
        json::value& node = *nodes[below(nodes.size())];
        auto* const object = node.if_object();
        if (object != nullptr && !object->empty() && below(3) == 0) {
            object->erase(object->begin() + static_cast<std::ptrdiff_t>(below(object->size())));
        } else if (object != nullptr && below(3) == 0) {
            (*object)[kTexts[below(kTexts.size())]] = oddity();
        } else {
            node = oddity();
        }
    }
}

void ContractSamples::spoil(std::string& text) {
    if (text.empty()) return;
    const std::size_t place = below(text.size());
    switch (below(5)) {
        case 0:
            text[place] = static_cast<char>(below(256));
            break;
        case 1:
            text.resize(place);
            break;
        case 2:
            text.insert(place, text.substr(place / 2, 40));
            break;
        case 3:
            text += static_cast<char>(below(256));
            break;
        default:
            text.insert(place, 1, "\"{}[]:,\\"[below(8)]);
    }
}

}  // namespace tahvil::test
