#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/error.h"

namespace tahvil::toml {

struct Node;

/// One table of a TOML document (toml.io, 1.0) as its reader sees it: every key is asked for with its type and its
/// bounds, and finish() then refuses the keys that nobody asked for. So a card profile, a person file, a policy and
/// the configuration all answer a slip of the pen the same way.
///
/// Everything thrown is InvalidInput whose text is "FILE:LINE:COLUMN: KEY: what is wrong", with what is allowed as its
/// remedy. Codes: toml.syntax, toml.unknown_key, toml.missing_key, toml.bad_value.
class Table {
public:
    /// Where the table stands as its keys are spelled: "application[0].file[2]"; empty at the top.
    std::string path() const;
    std::vector<std::string> keys() const;  ///< in the order of the document
    bool has(std::string_view key) const;   ///< counts as asking for it

    /// With a fallback the key may be missing; without one it must be there.
    std::string text(std::string_view key) const;
    std::string text(std::string_view key, std::string_view fallback) const;
    std::optional<std::string> text_if(std::string_view key) const;
    std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) const;
    std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t fallback) const;
    bool truth(std::string_view key) const;
    bool truth(std::string_view key, bool fallback) const;
    /// One of the words in `allowed`.
    std::string choice(std::string_view key, std::initializer_list<std::string_view> allowed) const;
    std::string choice(std::string_view key, std::initializer_list<std::string_view> allowed,
                       std::string_view fallback) const;
    /// An array of strings; empty when the key is missing.
    std::vector<std::string> texts(std::string_view key) const;
    /// An array of whole numbers; empty when the key is missing.
    std::vector<std::int64_t> numbers(std::string_view key, std::int64_t least, std::int64_t most) const;

    Table table(std::string_view key) const;
    std::optional<Table> table_if(std::string_view key) const;
    /// [[key]]: an array of tables; empty when the key is missing.
    std::vector<Table> tables(std::string_view key) const;

    /// Throws when the table holds a key that was not asked for.
    void finish() const;

    /// The error of a value that has the right type and still will not do. Throw what this returns.
    InvalidInput refuse(std::string_view key, std::string_view why, std::string_view allowed) const;

private:
    friend Table parse(std::string_view text, std::string_view source);

    struct Document;
    Table(std::shared_ptr<const Document> document, const Node& node);

    const Node* find(std::string_view key) const;
    const Node& require(std::string_view key) const;
    std::string path_of(std::string_view key) const;
    InvalidInput wrong_type(const Node& node, std::string_view expected) const;

    std::shared_ptr<const Document> document_;
    const Node* node_;
    mutable std::set<std::string, std::less<>> asked_;
};

/// Reads a whole document. `source` names it in errors (a path, or "built-in policy").
Table parse(std::string_view text, std::string_view source);

}  // namespace tahvil::toml
