#include "crypto/trust/check.h"

#include <algorithm>

namespace tahvil {

std::string_view name(Result result) {
    switch (result) {
        case Result::passed:
            return "passed";
        case Result::failed:
            return "failed";
        case Result::undetermined:
            return "undetermined";
        case Result::not_supported:
            return "not_supported";
        case Result::not_performed:
            return "not_performed";
        case Result::aborted:
            return "aborted";
    }
    return "aborted";
}

std::string_view detail(const Check& check, std::string_view key) {
    const auto found =
        std::ranges::find(check.detail, key, [](const auto& entry) { return std::string_view(entry.first); });
    return found == check.detail.end() ? std::string_view() : std::string_view(found->second);
}

const Check* find(const std::vector<Check>& checks, std::string_view id) {
    const auto found = std::ranges::find(checks, id, [](const Check& check) { return std::string_view(check.id); });
    return found == checks.end() ? nullptr : &*found;
}

}  // namespace tahvil
