#include "daemon/check/policy.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "apdu/profiles/toml.h"
#include "crypto/digest.h"
#include "daemon/check/check_table.h"
#include "daemon/check/shipped_policies.h"

namespace tahvil::daemon {

namespace {

constexpr int kMaxListAgeDays = 3650;

constexpr std::array kPurposes{Purpose::handover, Purpose::field, Purpose::identity_check, Purpose::read};

struct DemandWord {
    std::string_view word;
    Demand demand;
};

constexpr std::array kDemands{DemandWord{"required", Demand::required},
                              DemandWord{"if_supported", Demand::if_supported}, DemandWord{"ignored", Demand::ignored}};

bool is_pattern(std::string_view text) {
    return text.ends_with(".*") && check_info(text) == nullptr;
}

/// Whether `pattern` ("document.*") covers the check.
bool covers(std::string_view pattern, std::string_view check) {
    return check.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::map<std::string, Demand, std::less<>> read_demands(const toml::Table& table) {
    std::map<std::string, Demand, std::less<>> written;
    for (const auto& [word, demand] : kDemands) {
        for (const std::string& text : table.texts(word)) {
            const bool known =
                is_pattern(text)
                    ? std::ranges::any_of(check_table(), [&](const CheckInfo& c) { return covers(text, c.id); })
                    : check_info(text) != nullptr;
            if (!known)
                throw table.refuse(word, "there is no check \"" + text + "\"",
                                   "a check, or a group of them as \"document.*\"");
            if (!written.emplace(text, demand).second) {
                throw table.refuse(word, "\"" + text + "\" stands here for the second time",
                                   "each check in one of the three lists");
            }
        }
    }

    std::map<std::string, Demand, std::less<>> demands;
    for (const CheckInfo& check : check_table()) {
        const auto exact = written.find(check.id);
        const auto pattern = std::ranges::find_if(
            written, [&](const auto& entry) { return is_pattern(entry.first) && covers(entry.first, check.id); });
        const auto found = exact != written.end() ? exact : pattern;
        if (found == written.end()) {
            throw table.refuse("required", "\"" + std::string{check.id} + "\" stands in none of the three lists",
                               "each check in one of required, if_supported, ignored");
        }
        demands.emplace(check.id, found->second);
    }
    return demands;
}

Tolerance shipped_tolerance(const DeviationInfo& deviation, std::string_view column) {
    if (column == "strict") return deviation.strict;
    if (column == "lenient") return deviation.lenient;
    return deviation.standard;
}

std::map<DeviationCode, Tolerance> read_tolerances(const toml::Table& table, std::string_view column) {
    std::map<DeviationCode, Tolerance> tolerances;
    for (const DeviationInfo& deviation : deviation_table()) {
        tolerances.emplace(deviation.code, shipped_tolerance(deviation, column));
    }
    std::set<DeviationCode> seen;
    const auto override = [&](std::string_view key, Tolerance tolerance) {
        for (const std::string& text : table.texts(key)) {
            const auto code = deviation_by_name(text);
            if (!code)
                throw table.refuse(key, "there is no deviation \"" + text + "\"",
                                   "a code from the table of deviations");
            if (!seen.insert(*code).second) {
                throw table.refuse(key, "\"" + text + "\" stands here for the second time", "each deviation once");
            }
            tolerances[*code] = tolerance;
        }
    };
    override("tolerate", Tolerance::tolerate);
    override("refuse", Tolerance::refuse);
    return tolerances;
}

std::string digest_of(std::string_view text) {
    std::string hex = to_hex(digest(DigestAlgorithm::sha256, as_bytes(text)));
    for (char& c : hex) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return "sha256:" + hex;
}

std::string in_words(std::string_view code) {
    std::string words{code};
    std::ranges::replace(words, '_', ' ');
    return words;
}

/// What a check tells a person beside its reason.
std::string words_of(const Check& check) {
    if (const std::string_view words = detail(check, "words"); !words.empty()) return std::string{words};
    const std::string_view age = detail(check, "age_hours");
    const std::string_view limit = detail(check, "age_limit_hours");
    if (age.empty() || limit.empty()) return {};
    return "list is " + std::string{age} + " hours old, limit " + std::string{limit};
}

/// "document.revocation: undetermined, list too old (list is 216 hours old, limit 168)"
std::string line(const Check& check) {
    std::string text = check.id + ": " + std::string{name(check.result)};
    if (!check.reason.empty()) text += ", " + in_words(check.reason);
    if (const std::string words = words_of(check); !words.empty()) text += " (" + words + ")";
    return text;
}

bool is_access(std::string_view id) {
    return id.starts_with("access.");
}

class Decider {
public:
    Decider(const Policy& policy, const Facts& facts) : policy_(policy), facts_(facts) {}

    Outcome decide() {
        find_what_rejects();
        find_what_is_open();
        Outcome outcome;
        outcome.decision = !rejects_.empty() ? Decision::reject : !open_.empty() ? Decision::refer : Decision::accept;
        outcome.because = std::move(rejects_);
        outcome.because.insert(outcome.because.end(), open_.begin(), open_.end());
        return outcome;
    }

private:
    Demand demand(std::string_view id) const { return policy_.demand(facts_.purpose, id); }

    void find_what_rejects() {
        for (const Check& check : facts_.checks) {
            if (check.result == Result::failed && demand(check.id) != Demand::ignored) rejects_.push_back(line(check));
        }
        for (const Deviation& deviation : facts_.deviations) {
            if (policy_.tolerance(facts_.purpose, deviation.code) == Tolerance::tolerate) continue;
            std::string text = std::string{name(deviation.code)} + ": refused by the policy";
            if (!deviation.detail.empty()) text += " (" + deviation.detail + ")";
            rejects_.push_back(std::move(text));
        }
    }

    void find_what_is_open() {
        // Once the card is gone nothing counts, and what it can no longer answer needs no words.
        for (const Check& check : facts_.checks) {
            if (check.result == Result::aborted) open_.push_back(line(check));
        }
        if (!open_.empty()) return;
        for (const Check& check : facts_.checks) {
            if (check.result != Result::failed && !settled(check)) open_.push_back(line(check));
        }
        for (const CheckInfo& info : check_table()) {
            if (find(facts_.checks, info.id) == nullptr && must_be_there(info)) {
                open_.push_back(line({std::string{info.id}, Result::not_performed, "missing", {}}));
            }
        }
        if (facts_.profile.authenticity.empty()) {
            open_.emplace_back("profile: nothing tells how the data of such a card is signed");
        }
        if (!facts_.profile.confirmed && !policy_.unconfirmed_profile_may_pass()) {
            open_.push_back("profile: " + facts_.profile.name + " is not confirmed on hardware");
        }
        if (facts_.specimen && !facts_.demo)
            open_.emplace_back("trust.anchor: a specimen, which counts in demonstrations only");
    }

    bool settled(const Check& check) const {
        switch (demand(check.id)) {
            case Demand::ignored:
                return true;
            case Demand::required:
                return check.passed();
            case Demand::if_supported:
                return check.passed() || check.result == Result::not_supported || opened_otherwise(check);
        }
        return false;
    }

    /// A card is opened in one way: where one passed, the others need no answer.
    bool opened_otherwise(const Check& check) const {
        return is_access(check.id) &&
               std::ranges::any_of(facts_.checks, [](const Check& c) { return is_access(c.id) && c.passed(); });
    }

    bool must_be_there(const CheckInfo& info) const {
        const auto rests_on = [&](Authenticity kind) { return facts_.profile.authenticity.contains(kind); };
        const Demand wanted = demand(info.id);
        if (wanted == Demand::ignored) return false;
        switch (info.applies) {
            case Applies::always:
                return true;
            case Applies::secured:
                return (rests_on(Authenticity::lds) || rests_on(Authenticity::card_security)) &&
                       !(wanted == Demand::if_supported && opened_otherwise({std::string{info.id}, {}, {}, {}}));
            case Applies::lds:
                return rests_on(Authenticity::lds);
            case Applies::card_security:
                return rests_on(Authenticity::card_security);
            case Applies::certificate_path:
                return rests_on(Authenticity::certificate_path);
            case Applies::document:
                return facts_.profile.is_document;
            case Applies::on_request:
                return wanted == Demand::required && !info.id.ends_with(".*");
        }
        return true;
    }

    const Policy& policy_;
    const Facts& facts_;
    std::vector<std::string> rejects_;
    std::vector<std::string> open_;
};

}  // namespace

Policy Policy::parse(std::string_view text, std::string_view source) {
    const toml::Table document = toml::parse(text, source);
    Policy policy;
    policy.name_ = document.text("name");
    policy.digest_ = digest_of(text);
    const std::string column = document.choice("deviations", {"strict", "standard", "lenient"});
    policy.unconfirmed_profile_may_pass_ = document.choice("unconfirmed_profile", {"refer", "accept"}) == "accept";

    const toml::Table ages = document.table("age_limit");
    policy.revocation_list_age_ = std::chrono::days{ages.number("revocation_list", 1, kMaxListAgeDays)};
    policy.hot_list_age_ = std::chrono::days{ages.number("hot_list", 1, kMaxListAgeDays)};
    ages.finish();

    const toml::Table purposes = document.table("purpose");
    for (const Purpose purpose : kPurposes) {
        const toml::Table table = purposes.table(daemon::name(purpose));
        policy.purposes_[purpose] = {read_demands(table), read_tolerances(table, column)};
        table.finish();
    }
    purposes.finish();
    document.finish();
    return policy;
}

std::string_view Policy::shipped_text(std::string_view name) {
    for (const ShippedPolicy& policy : shipped_policies()) {
        if (policy.name == name) return policy.text;
    }
    throw InvalidInput("policy.unknown", "there is no policy \"" + std::string{name} + "\"",
                       "Take one of strict, standard, lenient, or name a file.");
}

Policy Policy::shipped(std::string_view name) {
    return parse(shipped_text(name), "built-in policy \"" + std::string{name} + "\"");
}

Demand Policy::demand(Purpose purpose, std::string_view check) const {
    const CheckInfo* info = check_info(check);
    if (info == nullptr) return Demand::required;
    return purposes_.at(purpose).checks.find(info->id)->second;
}

Tolerance Policy::tolerance(Purpose purpose, DeviationCode deviation) const {
    return purposes_.at(purpose).deviations.at(deviation);
}

Outcome decide(const Policy& policy, const Facts& facts) {
    return Decider{policy, facts}.decide();
}

}  // namespace tahvil::daemon
