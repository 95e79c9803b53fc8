#include "daemon/cli/report.h"

#include <ostream>

#include <boost/json.hpp>

#include "daemon/cli/error_words.h"
#include "daemon/client/client.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

/// The status that HTTP has for it, which the schema of problem documents asks for.
int http_status(ExitStatus status) {
    switch (status) {
        case ExitStatus::bad_input:
            return 400;
        case ExitStatus::not_permitted:
            return 403;
        case ExitStatus::no_card:
            return 409;
        case ExitStatus::unreachable:
            return 503;
        case ExitStatus::done:
        case ExitStatus::rejected:
        case ExitStatus::referred:
            break;
    }
    return 500;
}

}  // namespace

ExitStatus status_of(const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    return known != nullptr ? static_cast<ExitStatus>(client::exit_status(*known)) : ExitStatus::referred;
}

std::string problem_document(const std::exception& error) {
    if (const auto* refused = dynamic_cast<const client::Refused*>(&error)) return refused->document();
    const auto* known = dynamic_cast<const Error*>(&error);
    const std::string code = known != nullptr ? std::string(known->code()) : "internal";
    json::object problem{
        {"type", "urn:tahvil:problem:" + code},
        {"title", code},
        {"status", http_status(status_of(error))},
        {"detail", describe(error)},
        {"try_again", known != nullptr && known->try_again()},
    };
    if (known != nullptr && !known->remedy().empty()) problem["remedy"] = known->remedy();
    return json::serialize(problem);
}

void report(const Console& console, const std::exception& error, bool as_json) {
    if (as_json) {
        console.out << problem_document(error) << '\n';
        return;
    }
    const auto* known = dynamic_cast<const Error*>(&error);
    const std::string_view code = known != nullptr ? known->code() : "internal";
    const ErrorWords words = error_words(console.language, code);
    const std::string technical = harmless(describe(error));
    console.error << console.say(Message::error_line,
                                 {words.what.empty() ? technical : std::string(words.what) + " (" + technical + ")"})
                  << '\n';
    if (known == nullptr) return;
    const std::string remedy = words.remedy.empty() ? harmless(known->remedy()) : std::string(words.remedy);
    if (!remedy.empty()) console.error << console.say(Message::remedy_line, {remedy}) << '\n';
    if (const auto* refused = dynamic_cast<const client::Refused*>(&error); refused && !refused->choices().empty()) {
        std::string choices;
        for (const std::string& choice : refused->choices()) {
            choices += (choices.empty() ? "" : ", ") + harmless(choice);
        }
        console.error << console.say(Message::choices_line, {choices}) << '\n';
    }
}

}  // namespace tahvil::cli
