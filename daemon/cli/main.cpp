#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <string_view>

#include "crypto/error.h"
#include "daemon/cli/arguments.h"
#include "daemon/cli/report.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kLockedMemory = 64UL * 1024;

std::string socket_path(const Arguments& arguments) {
    if (!arguments.socket.empty()) return arguments.socket;
    const char* variable = std::getenv("TAHVIL_SOCKET");  // NOLINT(concurrency-mt-unsafe): no thread yet
    return variable != nullptr && *variable != '\0' ? std::string(variable) : std::string(client::kDefaultSocket);
}

int finish(const Console& console, const Answer& answer, bool json) {
    if (answer.status == ExitStatus::done) {
        console.out << answer.text;
    } else if (json) {
        report(console, InvalidInput("usage", answer.text.substr(0, answer.text.find('\n'))), true);
    } else {
        console.error << answer.text;
    }
    return static_cast<int>(answer.status);
}

int main(int count, const char* const* values) {
    const Console console = standard_console();
    bool json = false;
    for (const std::string_view value : std::span(values, static_cast<std::size_t>(count))) json |= value == "--json";
    try {
        reserve_locked_memory(kLockedMemory);
        const auto parsed = parse_arguments(count, values, console.language);
        if (const auto* answer = std::get_if<Answer>(&parsed)) return finish(console, *answer, json);
        const auto& arguments = std::get<Arguments>(parsed);
        for (const std::string& option : arguments.warnings) {
            console.error << console.say(Message::warn_secret_on_command_line, {option}) << '\n';
        }
        const Context context{console, arguments.json, socket_path(arguments)};
        const ExitStatus status = std::visit([&](const auto& verb) { return run(verb, context); }, arguments.verb);
        console.out.flush();
        return static_cast<int>(status);
    } catch (const std::exception& error) {
        console.out.flush();
        report(console, error, json);
        return static_cast<int>(status_of(error));
    }
}

}  // namespace

}  // namespace tahvil::cli

int main(int count, char** values) {
    return tahvil::cli::main(count, values);
}
