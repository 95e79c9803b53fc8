#include "daemon/cli/check_list.h"

#include <algorithm>
#include <ostream>

#include <boost/json.hpp>

namespace tahvil::cli {

namespace {

constexpr std::size_t kIdWidth = 26;
constexpr std::size_t kResultWidth = 16;

Message words_of(Result result) {
    switch (result) {
        case Result::passed:
            return Message::result_passed;
        case Result::failed:
            return Message::result_failed;
        case Result::undetermined:
            return Message::result_undetermined;
        case Result::not_supported:
            return Message::result_not_supported;
        case Result::aborted:
            return Message::result_aborted;
        case Result::not_performed:
            break;
    }
    return Message::result_not_performed;
}

Colour colour_of(Result result) {
    if (result == Result::passed) return Colour::good;
    if (result == Result::failed) return Colour::bad;
    return result == Result::undetermined ? Colour::doubtful : Colour::faint;
}

}  // namespace

void print_checks(const Console& console, const std::vector<Check>& checks) {
    for (const Check& check : checks) {
        std::string detail = check.reason;
        for (const auto& [key, value] : check.detail) detail += (detail.empty() ? "" : "  ") + key + " " + value;
        console.out << padded(check.id, kIdWidth)
                    << console.paint(colour_of(check.result), padded(console.say(words_of(check.result)), kResultWidth))
                    << harmless(detail) << '\n';
    }
}

boost::json::array checks_json(const std::vector<Check>& checks) {
    boost::json::array array;
    for (const Check& check : checks) {
        boost::json::object object{{"id", check.id}, {"result", name(check.result)}};
        if (!check.reason.empty()) object["reason"] = check.reason;
        if (!check.detail.empty()) {
            boost::json::object& detail = object["detail"].emplace_object();
            for (const auto& [key, value] : check.detail) detail[key] = value;
        }
        array.push_back(std::move(object));
    }
    return array;
}

ExitStatus status_of_checks(const std::vector<Check>& checks) {
    const auto any = [&](Result result) {
        return std::ranges::any_of(checks, [=](const Check& c) { return c.result == result; });
    };
    if (any(Result::failed)) return ExitStatus::rejected;
    const bool open = std::ranges::any_of(
        checks, [](const Check& check) { return !check.passed() && check.reason != "no_earlier_checkpoint"; });
    return open ? ExitStatus::referred : ExitStatus::done;
}

}  // namespace tahvil::cli
