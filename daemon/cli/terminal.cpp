#include <ostream>

#include "daemon/cli/desk_answers.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/json_value.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kKeyWidth = 16;
constexpr std::size_t kStateWidth = 11;

json::object key_of(client::Client& client, const std::string& id) {
    return parse_answer(client.get("/v1/terminal/keys/" + client::encode(id)).body);
}

void print_key(const Console& console, const json::object& key) {
    console.out << padded(harmless(text(key, "id")), kKeyWidth) << padded(harmless(text(key, "state")), kStateWidth)
                << harmless(text(key, "kind"));
    for (const char* fact : {"certificate", "not_after", "verifier_key", "reason"})
        if (const std::string value = text(key, fact); !value.empty()) console.out << "  " << harmless(value);
    console.out << '\n';
}

/// What became of a key that was made: its request goes into a file, or to the output.
ExitStatus print_made(const Context& context, const json::object& key,
                      const std::optional<std::filesystem::path>& file) {
    const std::string request = text(key, "request");
    if (file && !request.empty()) write_output_file(*file, request);
    if (context.json) {
        context.console.out << json::serialize(key) << '\n';
        return ExitStatus::done;
    }
    const Console& console = context.console;
    if (request.empty())
        print_key(console, key);
    else if (file)
        console.out << harmless(console.say(Message::request_written, {file->string()})) << '\n';
    else
        console.out << request;
    return ExitStatus::done;
}

}  // namespace

ExitStatus run(const TerminalShowArguments& /*arguments*/, const Context& context) {
    client::Client client(context.socket);
    const json::object terminal = parse_answer(client.get("/v1/terminal").body);
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(terminal) << '\n';
        return ExitStatus::done;
    }
    if (!truth(terminal, "enrolled")) {
        console.out << console.say(Message::terminal_not_enrolled) << '\n';
        return ExitStatus::done;
    }
    print_fact(console, Message::label_terminal, text(terminal, "terminal"));
    print_fact(console, Message::label_office, text(terminal, "office"));
    print_fact(console, Message::label_journal, text(terminal, "journal"));
    console.out << '\n';
    for (const json::value& key : array(terminal, "keys"))
        if (key.is_object()) print_key(console, key.get_object());
    return ExitStatus::done;
}

ExitStatus run(const TerminalEnrolArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    json::object body = act_of(arguments.person);
    body["terminal"] = arguments.terminal;
    body["office"] = arguments.office;
    if (!arguments.receipts_key.empty()) body["receipts_key"] = arguments.receipts_key;
    if (!arguments.checkpoints_key.empty()) body["checkpoints_key"] = arguments.checkpoints_key;
    return print_made(context, key_of(client, send_act(client, "/v1/terminal/enrolments", body)), arguments.request);
}

ExitStatus run(const TerminalRenewArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    json::object body = act_of(arguments.person);
    body["role"] = arguments.role;
    if (!arguments.key.empty()) body["key"] = arguments.key;
    return print_made(context, key_of(client, send_act(client, "/v1/terminal/renewals", body)), arguments.request);
}

ExitStatus run(const TerminalCertifyArguments& arguments, const Context& context) {
    const Bytes certificate = read_input_file(arguments.file, kLargestCardFile);
    client::Client client(context.socket);
    const json::object made = parse_answer(
        client.post_file("/v1/terminal/certificates?" + operator_query(arguments.person), certificate, new_key()).body);
    return print_made(context, key_of(client, text(made, "id")), std::nullopt);
}

ExitStatus run(const TerminalRevokeArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    json::object body = act_of(arguments.person, arguments.why);
    body["key"] = arguments.key;
    return print_made(context, key_of(client, send_act(client, "/v1/terminal/revocations", body)), std::nullopt);
}

}  // namespace tahvil::cli
