#include "daemon/party/relying_party.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tahvil::daemon {

namespace {

constexpr std::size_t kLongestWord = 64;
constexpr std::size_t kLongestPath = 1024;

constexpr std::array<std::pair<Predicate, std::string_view>, 7> kPredicates{{
    {Predicate::age_over, "age_over"},
    {Predicate::national_code_is, "national_code_is"},
    {Predicate::name_is, "name_is"},
    {Predicate::birth_date_is, "birth_date_is"},
    {Predicate::nationality_is, "nationality_is"},
    {Predicate::card_valid, "card_valid"},
    {Predicate::holder_present, "holder_present"},
}};

constexpr std::array<std::pair<Attribute, std::string_view>, 9> kAttributes{{
    {Attribute::name, "name"},
    {Attribute::latin_name, "latin_name"},
    {Attribute::national_code, "national_code"},
    {Attribute::birth_date, "birth_date"},
    {Attribute::sex, "sex"},
    {Attribute::nationality, "nationality"},
    {Attribute::document_number, "document_number"},
    {Attribute::expiry_date, "expiry_date"},
    {Attribute::portrait, "portrait"},
}};

constexpr std::array<std::pair<HolderDemand, std::string_view>, 3> kDemands{{
    {HolderDemand::none, "none"},
    {HolderDemand::portrait, "portrait"},
    {HolderDemand::pin, "pin"},
}};

template <typename Table, typename Value>
std::string_view name_in(const Table& table, Value value) {
    return std::ranges::find(table, value, [](const auto& entry) { return entry.first; })->second;
}

template <typename Value, std::size_t Size>
std::optional<Value> value_in(const std::array<std::pair<Value, std::string_view>, Size>& table,
                              std::string_view name) {
    const auto found = std::ranges::find(table, name, [](const auto& entry) { return entry.second; });
    if (found == table.end()) return std::nullopt;
    return found->first;
}

template <typename Table>
std::string words_of(const Table& table) {
    std::string words;
    for (const auto& entry : table) words += (words.empty() ? "" : ", ") + std::string{entry.second};
    return words;
}

template <typename Value, std::size_t Size>
std::set<Value> values(const toml::Table& from, std::string_view key,
                       const std::array<std::pair<Value, std::string_view>, Size>& table) {
    std::set<Value> found;
    for (const std::string& word : from.texts(key)) {
        const auto value = value_in(table, word);
        if (!value) throw from.refuse(key, "there is no \"" + word + "\"", words_of(table));
        found.insert(*value);
    }
    return found;
}

/// A word of which purposes are made.
bool is_plain_word(std::string_view text) {
    return !text.empty() && text.size() <= kLongestWord && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

/// What a name of a user, a path or a credential may be made of.
bool is_plain_text(std::string_view text) {
    return !text.empty() && text.size() <= kLongestPath &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

template <typename Values>
std::string list(const Values& values) {
    std::string text;
    for (const auto& value : values) text += (text.empty() ? "\"" : ", \"") + std::string{value} + "\"";
    return "[" + text + "]";
}

template <typename Value>
std::vector<std::string_view> names_of(const std::set<Value>& values) {
    std::vector<std::string_view> names;
    for (const Value value : values) names.push_back(name(value));
    return names;
}

}  // namespace

std::string_view name(Predicate predicate) {
    return name_in(kPredicates, predicate);
}

std::optional<Predicate> predicate_by_name(std::string_view name) {
    return value_in(kPredicates, name);
}

std::string_view name(Attribute attribute) {
    return name_in(kAttributes, attribute);
}

std::optional<Attribute> attribute_by_name(std::string_view name) {
    return value_in(kAttributes, name);
}

std::string_view name(HolderDemand demand) {
    return name_in(kDemands, demand);
}

std::optional<HolderDemand> holder_demand_by_name(std::string_view name) {
    return value_in(kDemands, name);
}

std::string predicate_names() {
    return words_of(kPredicates);
}

std::string attribute_names() {
    return words_of(kAttributes);
}

std::optional<PartyFault> fault_of(const RelyingParty& party) {
    constexpr std::string_view word_rule = "a to z, 0 to 9, '-', '_' and '.', at most 64";
    // The name names a file as well, so it may not begin with a dot.
    if (!is_plain_word(party.name) || party.name.front() == '.')
        return PartyFault{"name", "it can not be the name of a party", word_rule};
    if (party.users.empty() && party.groups.empty())
        return PartyFault{"users", "nobody on this machine is this party", "users, groups, or both"};
    for (const auto& [key, names] : {std::pair{"users", &party.users}, std::pair{"groups", &party.groups}})
        if (!std::ranges::all_of(*names, is_plain_text))
            return PartyFault{key, "a name that no account can have", "names, or numbers as texts"};
    if (party.purposes.empty() || !std::ranges::all_of(party.purposes, is_plain_word))
        return PartyFault{"purposes", "there is none, or one that is no plain word", word_rule};
    if (party.rate < 1 || party.rate > kMostAMinute)
        return PartyFault{"rate", "so many checks a minute can not be", "1 to 10000"};
    if (!is_plain_text(party.pseudonym_key))
        return PartyFault{"pseudonym_key", "no file can have this name", "an absolute path, or a credential's name"};
    return std::nullopt;
}

RelyingParty read_party(const toml::Table& table) {
    RelyingParty party;
    party.name = table.text("name");
    party.users = table.texts("users");
    party.groups = table.texts("groups");
    for (std::string& purpose : table.texts("purposes")) party.purposes.insert(std::move(purpose));
    party.predicates = values(table, "predicates", kPredicates);
    party.attributes = values(table, "attributes", kAttributes);
    party.holder = *holder_demand_by_name(table.choice("holder", {"none", "portrait", "pin"}, "none"));
    party.rate = static_cast<std::size_t>(
        table.number("rate", 1, std::int64_t{kMostAMinute}, static_cast<std::int64_t>(party.rate)));
    party.pseudonym_key = table.text("pseudonym_key");
    if (const auto fault = fault_of(party)) throw table.refuse(fault->key, fault->why, fault->allowed);
    table.finish();
    return party;
}

std::string to_toml(const RelyingParty& party) {
    return "name = \"" + party.name + "\"\nusers = " + list(party.users) + "\ngroups = " + list(party.groups) +
           "\npurposes = " + list(party.purposes) + "\npredicates = " + list(names_of(party.predicates)) +
           "\nattributes = " + list(names_of(party.attributes)) + "\nholder = \"" + std::string{name(party.holder)} +
           "\"\nrate = " + std::to_string(party.rate) + "\npseudonym_key = \"" + party.pseudonym_key + "\"\n";
}

}  // namespace tahvil::daemon
