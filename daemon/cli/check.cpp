#include <csignal>
#include <ctime>
#include <ostream>

#include "crypto/base64.h"
#include "crypto/error.h"
#include "daemon/cli/card_folder.h"
#include "daemon/cli/check_request.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/progress_bar.h"
#include "daemon/cli/verbs.h"
#include "daemon/cli/verdict_text.h"
#include "daemon/client/client.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr long kPause = 50'000'000;  // nanoseconds between two looks at a check that runs

/// Holds back the signals that end the program, so that a check under way can be withdrawn first.
class HeldSignals {
public:
    HeldSignals() {
        sigemptyset(&held_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&held_, signal);
        sigprocmask(SIG_BLOCK, &held_, &before_);
    }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;
    ~HeldSignals() { release(); }

    /// Waits a moment. The signal that came meanwhile, or nothing.
    int pause() const {
        const timespec time{0, kPause};
        const int signal = sigtimedwait(&held_, nullptr, &time);
        return signal > 0 ? signal : 0;
    }

    void release() const { sigprocmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t held_{};
    sigset_t before_{};
};

/// A check that ended in a problem: what the daemon would have answered had it known at once.
client::Refused problem_of(const json::object& check) {
    constexpr std::string_view prefix = "urn:tahvil:problem:";
    const json::object& problem = object(check, "problem");
    std::string code = text(problem, "type");
    if (code.starts_with(prefix)) code.erase(0, prefix.size());
    if (code.empty()) code = "check." + text(check, "state");
    std::vector<std::string> choices;
    for (const json::value& choice : array(problem, "choices")) {
        if (choice.is_string()) choices.emplace_back(choice.get_string());
    }
    const std::string detail = text(problem, "detail");
    return {static_cast<int>(number(problem, "status")),
            code,
            detail.empty() ? "the check ended without a verdict" : detail,
            text(problem, "remedy"),
            truth(problem, "try_again"),
            std::move(choices),
            json::serialize(problem)};
}

/// Follows a check to its end, showing how far it is.
json::object follow(client::Client& client, const std::string& target, const HeldSignals& signals,
                    const Console& console) {
    ProgressBar bar(console);
    for (;;) {
        json::object check = parse_answer(client.get(target).body);
        const std::string state = text(check, "state");
        if (state != "queued" && state != "running") return check;
        const json::object& progress = object(check, "progress");
        bar.show(text(progress, "step"), static_cast<std::uint64_t>(number(progress, "bytes")),
                 static_cast<std::uint64_t>(number(progress, "of")));
        if (const int signal = signals.pause(); signal != 0) {
            bar.clear();
            client.remove(target);
            console.error << console.say(Message::cancelled) << std::endl;
            signals.release();
            std::raise(signal);
        }
    }
}

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

    const HeldSignals signals;
    client::Client client(context.socket);
    const json::object created = parse_answer(client.post_secret("/v1/checks", request).body);
    const std::string target = "/v1/checks/" + client::encode(text(created, "id"));
    const json::object check = follow(client, target, signals, context.console);
    if (text(check, "state") != "finished") throw problem_of(check);

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
