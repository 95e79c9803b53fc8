#include "daemon/cli/follow.h"

#include <csignal>
#include <ctime>
#include <ostream>

#include "daemon/cli/json_value.h"
#include "daemon/cli/progress_bar.h"

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

/// Follows a check to its end, showing how far it is.
json::object follow(client::Client& client, const std::string& target, const HeldSignals& signals,
                    const Console& console) {
    ProgressBar bar(console);
    for (;;) {
        json::object check = parse_answer(client.get(target).body);
        const std::string state = text(check, "state");
        if (state != "waiting" && state != "queued" && state != "running") return check;
        const json::object& progress = object(check, "progress");
        const std::string step = progress.empty() ? text(check, "step") : text(progress, "step");
        bar.show(step, static_cast<std::uint64_t>(number(progress, "bytes")),
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

}  // namespace

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

json::object post_and_follow(const std::string& collection, const SecretBytes& request, const Context& context) {
    const HeldSignals signals;
    client::Client client(context.socket);
    const json::object created = parse_answer(client.post_secret(collection, request).body);
    json::object check =
        follow(client, collection + "/" + client::encode(text(created, "id")), signals, context.console);
    if (text(check, "state") != "finished") throw problem_of(check);
    return check;
}

}  // namespace tahvil::cli
