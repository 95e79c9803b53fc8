#include <ostream>

#include "daemon/cli/follow.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kAidWidth = 34;
constexpr std::size_t kFileWidth = 44;
constexpr std::string_view kTaken = "9000";

/// What answered, on the error stream: the output is the draft alone.
void report_answers(const Console& console, const json::object& probe) {
    for (const json::value& value : array(probe, "applications")) {
        const json::object& application = value.as_object();
        if (text(application, "status") != kTaken) continue;
        std::string names;
        for (const json::value& name : array(application, "profiles"))
            names += (names.empty() ? "" : ", ") + std::string(name.as_string());
        console.error << padded(harmless(text(application, "aid")), kAidWidth) << harmless(names) << '\n';
    }
    for (const json::value& value : array(probe, "files")) {
        const json::object& file = value.as_object();
        std::string answer = text(file, "outcome");
        if (answer == "read") answer = console.say(Message::probe_bytes, {std::to_string(number(file, "bytes"))});
        if (answer == "refused") answer = text(file, "status");
        console.error << "  " << padded(harmless(text(file, "application") + "/" + text(file, "name")), kFileWidth)
                      << harmless(answer) << '\n';
    }
    const auto tried = array(probe, "applications").size();
    console.error << console.say(Message::probe_tried, {std::to_string(tried)}) << '\n';
}

}  // namespace

ExitStatus run(const ProfileProbeArguments& arguments, const Context& context) {
    json::object request;
    if (!arguments.reader.empty()) request["reader"] = arguments.reader;
    const json::object answer = post_and_follow("/v1/probes", SecretBytes{as_bytes(json::serialize(request))}, context);
    const json::object& probe = object(answer, "probe");
    const std::string draft = text(probe, "profile");
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(probe) << '\n';
    } else {
        report_answers(console, probe);
        console.out << draft;
        if (draft.empty()) console.error << console.say(Message::probe_nothing) << '\n';
    }
    return draft.empty() ? ExitStatus::referred : ExitStatus::done;
}

}  // namespace tahvil::cli
