#include <ostream>

#include "daemon/cli/check_request.h"
#include "daemon/cli/check_words.h"
#include "daemon/cli/follow.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

const json::object& find_check(const json::object& verdict, std::string_view id) {
    static const json::object none;
    for (const json::value& value : array(verdict, "checks"))
        if (value.is_object() && text(value.get_object(), "id") == id) return value.get_object();
    return none;
}

void print(const Console& console, const json::object& check) {
    const bool passed = text(check, "result") == "passed";
    console.out << console.paint(passed ? Colour::good : Colour::bad,
                                 console.say(passed ? Message::pin_set : Message::pin_not_set));
    if (const std::string reason = text(check, "reason"); !reason.empty())
        console.out << ": " << reason_words(console.language, harmless(reason));
    console.out << '\n';
    if (const std::string left = text(object(check, "detail"), "tries_left"); !left.empty())
        console.out << console.say(Message::pin_tries_left, {harmless(left)}) << '\n';
}

}  // namespace

ExitStatus run(const PinArguments& arguments, const Context& context) {
    const SecretBytes request = check_request(arguments.check, context.console);
    const json::object answer = post_and_follow("/v1/checks", request, context);
    const json::object& verdict = object(answer, "verdict");
    const json::object& check =
        find_check(verdict, arguments.check.access.pin_act == "change" ? "holder.pin_change" : "holder.pin_unblock");
    const json::object& pin = find_check(verdict, "holder.pin");  // tells why where nothing could be set
    const json::object& told = check.empty() ? pin : check;
    if (context.json) {
        context.console.out << json::serialize(told) << '\n';
    } else {
        print(context.console, told);
    }
    if (text(check, "result") == "passed") return ExitStatus::done;
    return text(check, "result") == "failed" ? ExitStatus::rejected : ExitStatus::referred;
}

}  // namespace tahvil::cli
