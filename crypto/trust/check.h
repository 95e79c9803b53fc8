#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tahvil {

/// What became of a check, in the terms of BSI TR-03135. Only `passed` is a yes.
enum class Result : std::uint8_t {
    passed,
    failed,
    undetermined,   ///< it ran and could not be decided: no anchor, a stale list, an unknown format
    not_supported,  ///< the card lacks it, and signed data says so
    not_performed,  ///< policy, rights or an earlier result left it out
    aborted,        ///< the card or the reader went away
};

std::string_view name(Result result);  ///< "not_supported"

/// Facts of a check as text, in the order in which they are to be shown. Never a secret.
using Details = std::vector<std::pair<std::string, std::string>>;

/// One fact about a card. A verdict is a list of these and a decision that follows from them.
struct Check {
    std::string id;  ///< "passive_authentication.signature"
    Result result = Result::not_performed;
    std::string reason;  ///< stable and short, "issuer_unknown"; empty when passed
    Details detail;

    bool passed() const { return result == Result::passed; }
};

/// The first detail of that name, or nothing as an empty text.
std::string_view detail(const Check& check, std::string_view key);

/// The check of that name, or null.
const Check* find(const std::vector<Check>& checks, std::string_view id);

}  // namespace tahvil
