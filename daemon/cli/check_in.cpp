#include <iostream>
#include <ostream>
#include <string>

#include "daemon/cli/check_request.h"
#include "daemon/cli/desk_answers.h"
#include "daemon/cli/json_value.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

/// The record that a tracking code names; empty when there is none.
std::string find_by_tracking_code(client::Client& client, const std::string& code) {
    const json::object found =
        parse_answer(client.post("/v1/deliveries/search", json::serialize(json::object{{"tracking_code", code}})).body);
    const json::array& deliveries = array(found, "deliveries");
    return deliveries.empty() || !deliveries.front().is_object() ? "" : text(deliveries.front().get_object(), "id");
}

std::string target_for(const std::string& id) {
    return id.empty() ? "/v1/check-ins" : delivery_target(id) + "/check-in";
}

bool print_outcome(const Context& context, const json::object& check) {
    const bool arrived = text(check, "outcome") == "arrived";
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(check) << std::endl;
    } else if (arrived) {
        console.out << console.paint(Colour::good,
                                     harmless(console.say(Message::checked_in, {text(check, "delivery")})))
                    << std::endl;
    } else {
        console.out << console.paint(Colour::bad, harmless(console.say(Message::set_aside, {text(check, "reason")})))
                    << std::endl;
    }
    return arrived;
}

/// One card after the other until the input ends, with a running count and a beep for each.
ExitStatus run_tray(const DeliveryCheckInArguments& arguments, const Context& context, client::Client& client) {
    const Console& console = context.console;
    std::size_t arrived = 0;
    std::size_t set_aside = 0;
    const auto prompt = [&] {
        if (console.input_is_terminal) console.error << console.say(Message::ask_tracking_code) << std::flush;
    };
    prompt();
    for (std::string code; std::getline(std::cin, code); prompt()) {
        try {
            const std::string id = code.empty() ? std::string() : find_by_tracking_code(client, code);
            const json::object check = desk_check(client, target_for(id), desk_check_request(arguments.read, console));
            ++(print_outcome(context, check) ? arrived : set_aside);
        } catch (const client::Refused& refused) {
            // A card that was taken out too early stops nobody: it is put in again.
            console.error << harmless(console.say(Message::error_line, {refused.what()})) << std::endl;
            continue;
        }
        if (console.error_is_terminal) console.error << '\a';
        if (!context.json)
            console.error << console.say(Message::tray_count, {std::to_string(arrived), std::to_string(set_aside)})
                          << std::endl;
    }
    return set_aside == 0 ? ExitStatus::done : ExitStatus::referred;
}

}  // namespace

ExitStatus run(const DeliveryCheckInArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    if (arguments.tray) return run_tray(arguments, context, client);
    std::string id = arguments.id;
    if (!arguments.tracking_code.empty()) {
        id = find_by_tracking_code(client, arguments.tracking_code);
        if (id.empty()) {
            context.console.error << context.console.say(Message::nothing_found) << '\n';
            return ExitStatus::bad_input;
        }
    }
    const json::object check = desk_check(client, target_for(id), desk_check_request(arguments.read, context.console));
    return print_outcome(context, check) ? ExitStatus::done : ExitStatus::referred;
}

}  // namespace tahvil::cli
