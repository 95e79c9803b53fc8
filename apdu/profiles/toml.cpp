#include "apdu/profiles/toml.h"

#include <algorithm>
#include <utility>
#include <variant>

// toml++ asserts, and in a release assumes, that a key begins where its own grammar does not make sure of it ("[=");
// a little later it refuses the same text in an orderly way. So nothing is asserted here and nothing assumed.
#undef NDEBUG
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

namespace tahvil::toml {

struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

struct Node {
    struct Unsupported {};
    using Items = std::vector<Node>;
    using Entries = std::vector<std::pair<std::string, Node>>;

    std::string path;
    Position at;
    std::variant<Unsupported, std::string, std::int64_t, bool, Items, Entries> value;
};

struct Table::Document {
    std::string source;
    Node root;
};

namespace {

Position position_of(const ::toml::source_region& region) {
    return {region.begin.line, region.begin.column};
}

std::string join(const std::string& path, std::string_view key) {
    return path.empty() ? std::string{key} : path + "." + std::string{key};
}

Node take(const ::toml::node& from, std::string path) {
    Node node{std::move(path), position_of(from.source()), {}};
    if (const auto* table = from.as_table()) {
        std::vector<std::pair<Position, std::pair<std::string, Node>>> found;
        for (const auto& [key, value] : *table) {
            Node entry = take(value, join(node.path, key.str()));
            const Position at = position_of(key.source());
            // A header's table begins where its header stands; the key is the better place for everything else.
            if (at.line != 0) entry.at = at;
            const Position place = entry.at;
            found.push_back({place, {std::string{key.str()}, std::move(entry)}});
        }
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return std::pair{a.first.line, a.first.column} < std::pair{b.first.line, b.first.column};
        });
        Node::Entries entries;
        for (auto& item : found) entries.push_back(std::move(item.second));
        node.value = std::move(entries);
    } else if (const auto* array = from.as_array()) {
        Node::Items items;
        for (const auto& value : *array)
            items.push_back(take(value, node.path + "[" + std::to_string(items.size()) + "]"));
        node.value = std::move(items);
    } else if (const auto* text = from.as_string()) {
        node.value = text->get();
    } else if (const auto* number = from.as_integer()) {
        node.value = number->get();
    } else if (const auto* truth = from.as_boolean()) {
        node.value = truth->get();
    }
    return node;
}

std::string place(const std::string& source, Position at) {
    return source + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

std::string range(std::int64_t least, std::int64_t most) {
    return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

template <typename Words>
std::string listed(const Words& words) {
    std::string list;
    for (const std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string{word};
    return list;
}

}  // namespace

Table::Table(std::shared_ptr<const Document> document, const Node& node)
    : document_(std::move(document)), node_(&node) {}

std::string Table::path() const {
    return node_->path;
}

std::string Table::path_of(std::string_view key) const {
    return join(node_->path, key);
}

std::vector<std::string> Table::keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : std::get<Node::Entries>(node_->value)) keys.push_back(key);
    return keys;
}

const Node* Table::find(std::string_view key) const {
    asked_.emplace(key);
    for (const auto& [name, value] : std::get<Node::Entries>(node_->value))
        if (name == key) return &value;
    return nullptr;
}

const Node& Table::require(std::string_view key) const {
    if (const Node* node = find(key)) return *node;
    throw InvalidInput("toml.missing_key", place(document_->source, node_->at) + path_of(key) + ": the key is missing",
                       "Add it.");
}

InvalidInput Table::wrong_type(const Node& node, std::string_view expected) const {
    return {"toml.bad_value", place(document_->source, node.at) + node.path + ": the value is of the wrong kind",
            "Allowed: " + std::string{expected} + "."};
}

InvalidInput Table::refuse(std::string_view key, std::string_view why, std::string_view allowed) const {
    const Node* node = find(key);
    return {"toml.bad_value",
            place(document_->source, node == nullptr ? node_->at : node->at) + path_of(key) + ": " + std::string{why},
            "Allowed: " + std::string{allowed} + "."};
}

bool Table::has(std::string_view key) const {
    return find(key) != nullptr;
}

std::string Table::text(std::string_view key) const {
    const Node& node = require(key);
    if (const auto* text = std::get_if<std::string>(&node.value)) return *text;
    throw wrong_type(node, "a text in quotes");
}

std::string Table::text(std::string_view key, std::string_view fallback) const {
    return has(key) ? text(key) : std::string{fallback};
}

std::optional<std::string> Table::text_if(std::string_view key) const {
    if (!has(key)) return std::nullopt;
    return text(key);
}

std::int64_t Table::number(std::string_view key, std::int64_t least, std::int64_t most) const {
    const Node& node = require(key);
    const auto* number = std::get_if<std::int64_t>(&node.value);
    if (number == nullptr) throw wrong_type(node, range(least, most));
    if (*number < least || *number > most) throw refuse(key, "the number is out of range", range(least, most));
    return *number;
}

std::int64_t Table::number(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t fallback) const {
    return has(key) ? number(key, least, most) : fallback;
}

bool Table::truth(std::string_view key) const {
    const Node& node = require(key);
    if (const auto* truth = std::get_if<bool>(&node.value)) return *truth;
    throw wrong_type(node, "true, false");
}

bool Table::truth(std::string_view key, bool fallback) const {
    return has(key) ? truth(key) : fallback;
}

std::string Table::choice(std::string_view key, std::initializer_list<std::string_view> allowed) const {
    std::string word = text(key);
    if (std::find(allowed.begin(), allowed.end(), word) == allowed.end())
        throw refuse(key, "\"" + word + "\" is not known here", listed(allowed));
    return word;
}

std::string Table::choice(std::string_view key, std::initializer_list<std::string_view> allowed,
                          std::string_view fallback) const {
    return has(key) ? choice(key, allowed) : std::string{fallback};
}

std::vector<std::string> Table::texts(std::string_view key) const {
    std::vector<std::string> texts;
    const Node* node = find(key);
    if (node == nullptr) return texts;
    const auto* items = std::get_if<Node::Items>(&node->value);
    if (items == nullptr) throw wrong_type(*node, "an array of texts");
    for (const Node& item : *items) {
        const auto* text = std::get_if<std::string>(&item.value);
        if (text == nullptr) throw wrong_type(item, "a text in quotes");
        texts.push_back(*text);
    }
    return texts;
}

std::vector<std::int64_t> Table::numbers(std::string_view key, std::int64_t least, std::int64_t most) const {
    std::vector<std::int64_t> numbers;
    const Node* node = find(key);
    if (node == nullptr) return numbers;
    const auto* items = std::get_if<Node::Items>(&node->value);
    if (items == nullptr) throw wrong_type(*node, "an array of numbers");
    for (const Node& item : *items) {
        const auto* number = std::get_if<std::int64_t>(&item.value);
        if (number == nullptr || *number < least || *number > most) throw wrong_type(item, range(least, most));
        numbers.push_back(*number);
    }
    return numbers;
}

Table Table::table(std::string_view key) const {
    const Node& node = require(key);
    if (!std::holds_alternative<Node::Entries>(node.value)) throw wrong_type(node, "a table");
    return {document_, node};
}

std::optional<Table> Table::table_if(std::string_view key) const {
    if (!has(key)) return std::nullopt;
    return table(key);
}

std::vector<Table> Table::tables(std::string_view key) const {
    std::vector<Table> tables;
    const Node* node = find(key);
    if (node == nullptr) return tables;
    const auto* items = std::get_if<Node::Items>(&node->value);
    if (items == nullptr) throw wrong_type(*node, "an array of tables");
    for (const Node& item : *items) {
        if (!std::holds_alternative<Node::Entries>(item.value)) throw wrong_type(item, "a table");
        tables.push_back({document_, item});
    }
    return tables;
}

void Table::finish() const {
    for (const auto& [key, node] : std::get<Node::Entries>(node_->value)) {
        if (!asked_.contains(key))
            throw InvalidInput("toml.unknown_key",
                               place(document_->source, node.at) + node.path + ": there is no such key",
                               "Allowed: " + listed(asked_) + ".");
    }
}

Table parse(std::string_view text, std::string_view source) {
    try {
        const ::toml::table parsed = ::toml::parse(text);
        const auto document =
            std::make_shared<const Table::Document>(Table::Document{std::string{source}, take(parsed, {})});
        return {document, document->root};
    } catch (const ::toml::parse_error& error) {
        throw InvalidInput("toml.syntax",
                           place(std::string{source}, position_of(error.source())) + std::string{error.description()},
                           "The file must be TOML (toml.io).");
    }
}

}  // namespace tahvil::toml
