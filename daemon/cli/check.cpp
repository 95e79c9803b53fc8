#include <ostream>

#include "crypto/base64.h"
#include "crypto/error.h"
#include "daemon/cli/card_folder.h"
#include "daemon/cli/check_request.h"
#include "daemon/cli/follow.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/cli/verdict_text.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

void write_files(const CardFolder& folder, const json::object& check, const Context& context) {
    const json::object& files = object(check, "files");
    for (const auto& [name, content] : files) {
        if (!content.is_string()) throw MalformedData("daemon.answer", "the daemon's answer holds a file that is none");
        folder.write(std::string(name), from_base64(std::string_view(content.get_string()), Base64::standard));
    }
    if (context.json) return;
    const std::string path = harmless(folder.path().string());
    context.console.out << '\n'
                        << context.console.say(Message::files_written, {std::to_string(files.size()), path}) << '\n';
}

}  // namespace

ExitStatus run(const CheckArguments& arguments, const Context& context) {
    std::optional<CardFolder> folder;
    if (arguments.out) folder.emplace(*arguments.out);
    const SecretBytes request = check_request(arguments, context.console);
    const json::object check = post_and_follow("/v1/checks", request, context);
    const json::object& verdict = object(check, "verdict");
    if (context.json) {
        context.console.out << json::serialize(verdict) << '\n';
    } else {
        print_verdict(context.console, verdict);
    }
    if (folder) write_files(*folder, check, context);
    return status_of_decision(verdict);
}

}  // namespace tahvil::cli
