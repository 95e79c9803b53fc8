#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "apdu/profiles/toml.h"
#include "apdu/profiles/words.h"
#include "crypto/bytes.h"

/// The values of a profile's keys: words, bytes in hexadecimal, names. All throw what Table::refuse() makes.
namespace tahvil::profiles {

inline std::string listed(std::span<const std::string_view> all) {
    std::string text;
    for (const std::string_view one : all) text += (text.empty() ? "" : ", ") + std::string{one};
    return text;
}

template <typename Value>
Value value_of(const toml::Table& table, std::string_view key, const std::string& text) {
    const auto all = words<Value>();
    const auto found = std::ranges::find(all, text);
    if (found == all.end()) throw table.refuse(key, "\"" + text + "\" is not known here", listed(all));
    return static_cast<Value>(found - all.begin());
}

template <typename Value>
Value read_word(const toml::Table& table, std::string_view key) {
    return value_of<Value>(table, key, table.text(key));
}

template <typename Value>
Value read_word(const toml::Table& table, std::string_view key, Value fallback) {
    return table.has(key) ? read_word<Value>(table, key) : fallback;
}

inline Bytes hex(const toml::Table& table, std::string_view key, const std::string& text, std::size_t least,
                 std::size_t most) {
    const std::string allowed = std::to_string(least) + " to " + std::to_string(most) + " bytes in hexadecimal";
    Bytes bytes;
    try {
        bytes = from_hex(text);
    } catch (const InvalidInput&) {
        throw table.refuse(key, "\"" + text + "\" is not made of whole bytes", allowed);
    }
    if (bytes.size() < least || bytes.size() > most)
        throw table.refuse(key, "it has " + std::to_string(bytes.size()) + " bytes", allowed);
    return bytes;
}

/// A name that can stand in the id of a check and in the name of a file.
inline std::string identifier(const toml::Table& table, std::string_view key) {
    std::string text = table.text(key);
    const bool plain = std::ranges::all_of(
        text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
    if (text.empty() || !plain) throw table.refuse(key, "it is no name", "a to z, 0 to 9, '-' and '_'");
    return text;
}

inline std::uint8_t byte(const toml::Table& table, std::string_view key, std::int64_t least = 0,
                         std::int64_t most = 0xFF) {
    return static_cast<std::uint8_t>(table.number(key, least, most));
}

inline std::optional<std::uint8_t> byte_if(const toml::Table& table, std::string_view key) {
    if (!table.has(key)) return std::nullopt;
    return byte(table, key);
}

}  // namespace tahvil::profiles
