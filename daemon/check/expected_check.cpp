#include "daemon/check/expected_check.h"

#include "daemon/text/folding.h"

namespace tahvil::daemon {

namespace {

Check compare(std::string_view id, const std::string& wanted, const std::string& found) {
    if (found.empty()) return {std::string{id}, Result::undetermined, "not_on_card", {}};
    const bool same = wanted == found;
    return {std::string{id}, same ? Result::passed : Result::failed, same ? "" : "differs", {}};
}

}  // namespace

std::vector<Check> check_expected(const Expected& expected, const HolderFacts& holder, const std::string& card_serial) {
    std::vector<Check> checks;
    if (expected.national_code)
        checks.push_back(compare("expected.national_code", *expected.national_code, holder.national_code));
    if (expected.birth_date) {
        checks.push_back(compare("expected.birth_date", to_iso(*expected.birth_date),
                                 holder.birth_date ? to_iso(*holder.birth_date) : std::string{}));
    }
    if (expected.card_serial) checks.push_back(compare("expected.card_serial", *expected.card_serial, card_serial));
    return checks;
}

Check check_expected_name(const std::string& wanted, const std::string& name, const std::string& other_order) {
    const std::string key = folding_key(wanted);
    const auto is = [&](const std::string& one) { return !one.empty() && folding_key(one) == key; };
    if (is(name) || is(other_order)) return {"expected.name", Result::passed, {}, {}};
    if (name.empty()) return {"expected.name", Result::undetermined, "not_on_card", {}};
    return {"expected.name", Result::failed, "differs", {}};
}

}  // namespace tahvil::daemon
