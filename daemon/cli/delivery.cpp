#include <ostream>

#include "crypto/error.h"
#include "daemon/cli/desk_answers.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/json_value.h"
#include "daemon/text/date.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kIdWidth = 16;
constexpr std::size_t kStageWidth = 14;

void print_line(const Console& console, const json::object& line) {
    console.out << padded(harmless(text(line, "id")), kIdWidth) << padded(harmless(text(line, "stage")), kStageWidth)
                << harmless(text(line, "since")) << "  " << harmless(text(line, "batch")) << "  "
                << harmless(text(line, "office")) << '\n';
}

std::string both_calendars(const std::string& iso) {
    if (iso.empty()) return iso;
    return daemon::to_solar_hijri(daemon::parse_iso_date(iso)) + "  (" + iso + ")";
}

void print_delivery(const Console& console, const json::object& delivery) {
    const json::object& holder = object(delivery, "holder");
    console.out << console.paint(Colour::strong, harmless(text(delivery, "id"))) << '\n';
    print_fact(console, Message::label_stage, text(delivery, "stage") + "  " + text(delivery, "since"));
    print_fact(console, Message::label_name, text(holder, "given_name") + " " + text(holder, "family_name"));
    print_fact(console, Message::label_national_code, text(holder, "national_code"));
    print_fact(console, Message::label_birth_date, both_calendars(text(holder, "birth_date")));
    print_fact(console, Message::label_tracking_code, text(delivery, "tracking_code"));
    print_fact(console, Message::label_card_serial, text(delivery, "card_serial"));
    print_fact(console, Message::label_office, text(delivery, "office"));
    print_fact(console, Message::label_batch, text(delivery, "batch"));
    if (number(delivery, "fee") > 0) print_fact(console, Message::label_fee, std::to_string(number(delivery, "fee")));
    print_fact(console, Message::label_phone, text(holder, "phone"));
    print_fact(console, Message::label_custodian, text(delivery, "custodian"));
    if (array(delivery, "history").empty()) return;
    console.out << '\n' << console.say(Message::title_history) << '\n';
    for (const json::value& value : array(delivery, "history")) {
        if (!value.is_object()) continue;
        const json::object& move = value.get_object();
        console.out << "  " << harmless(text(move, "at")) << "  " << padded(harmless(text(move, "act")), kStageWidth)
                    << harmless(text(move, "actor")) << "  " << harmless(text(move, "why")) << '\n';
    }
}

/// What is wrong with a manifest's rows, named by line.
void print_faults(const Console& console, const client::Refused& refused) {
    const json::object problem = parse_answer(refused.document());
    for (const json::value& value : array(problem, "faults")) {
        if (!value.is_object()) continue;
        const json::object& fault = value.get_object();
        console.error << harmless(console.say(Message::manifest_fault, {std::to_string(number(fault, "line")),
                                                                        text(fault, "column"), text(fault, "what")}))
                      << '\n';
    }
    if (number(problem, "good_rows") > 0)
        console.error << console.say(Message::manifest_good_rows, {std::to_string(number(problem, "good_rows"))})
                      << '\n';
}

void print(const Context& context, const json::object& answer) {
    context.console.out << json::serialize(answer) << '\n';
}

}  // namespace

ExitStatus run(const DeliveryImportArguments& arguments, const Context& context) {
    const Bytes manifest = read_input_file(arguments.file, kLargestTrustFile);
    client::Client client(context.socket);
    const std::string target =
        "/v1/manifests?" + operator_query(arguments.person) + (arguments.good_rows_only ? "&good_rows_only=true" : "");
    try {
        const std::string id = text(parse_answer(client.post_file(target, manifest, new_key()).body), "id");
        const json::object imported = parse_answer(client.get("/v1/manifests/" + client::encode(id)).body);
        if (context.json) {
            print(context, imported);
        } else {
            context.console.out << context.console.say(Message::manifest_imported,
                                                       {id, std::to_string(number(imported, "cards"))})
                                << '\n';
        }
        return ExitStatus::done;
    } catch (const client::Refused& refused) {
        if (!context.json) print_faults(context.console, refused);
        throw;
    }
}

ExitStatus run(const DeliveryFindArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    const json::object found = parse_answer(
        client.post("/v1/deliveries/search", json::serialize(json::object{{arguments.field, arguments.value}})).body);
    const json::array& deliveries = array(found, "deliveries");
    if (context.json) {
        print(context, found);
    } else if (deliveries.empty()) {
        context.console.error << context.console.say(Message::nothing_found) << '\n';
    } else {
        for (const json::value& delivery : deliveries) {
            if (&delivery != &deliveries.front()) context.console.out << '\n';
            if (delivery.is_object()) print_delivery(context.console, delivery.get_object());
        }
    }
    return deliveries.empty() ? ExitStatus::rejected : ExitStatus::done;
}

ExitStatus run(const DeliveryListArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    list_pages(client, context, "/v1/deliveries?stage=" + arguments.stage, "deliveries",
               [&](const json::object& line) { print_line(context.console, line); });
    return ExitStatus::done;
}

ExitStatus run(const DeliveryShowArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    const json::object delivery = parse_answer(client.get(delivery_target(arguments.id)).body);
    if (context.json)
        print(context, delivery);
    else
        print_delivery(context.console, delivery);
    return ExitStatus::done;
}

ExitStatus run(const DeliveryMoveArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    const std::string target = delivery_target(arguments.id);
    const std::string act = arguments.act == "put-back" ? "handover/put-back" : arguments.act;
    send_act(client, target + "/" + act, act_of(arguments.person, arguments.why));
    const json::object delivery = parse_answer(client.get(target).body);
    if (context.json)
        print(context, delivery);
    else
        context.console.out << harmless(context.console.say(Message::moved, {arguments.id, text(delivery, "stage")}))
                            << '\n';
    return ExitStatus::done;
}

ExitStatus run(const DeliveryDecideArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    json::object body = act_of(arguments.person, arguments.why);
    body["item"] = arguments.item;
    body["approve"] = arguments.approve;
    send_act(client, delivery_target(arguments.id) + "/handover/decide", body);
    const json::object handover = parse_answer(client.get(delivery_target(arguments.id) + "/handover").body);
    if (context.json) {
        print(context, handover);
        return ExitStatus::done;
    }
    for (const json::value& value : array(handover, "items"))
        if (value.is_object() && text(value.get_object(), "item") == arguments.item)
            context.console.out << harmless(context.console.say(Message::decided, {arguments.id, arguments.item,
                                                                                   text(value.get_object(), "state")}))
                                << '\n';
    return ExitStatus::done;
}

ExitStatus run(const DeliveryReceiptArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    const json::object receipt = parse_answer(client.get(delivery_target(arguments.id) + "/receipt").body);
    if (arguments.out) {
        write_output_file(*arguments.out, text(receipt, "receipt") + "\n");
        if (!context.json)
            context.console.out << harmless(context.console.say(Message::receipt_written, {arguments.out->string()}))
                                << '\n';
    } else if (!context.json) {
        context.console.out << text(receipt, "receipt") << '\n';
    }
    if (context.json) print(context, receipt);
    return ExitStatus::done;
}

}  // namespace tahvil::cli
