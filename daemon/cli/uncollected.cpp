#include <ostream>

#include "crypto/base64.h"
#include "daemon/cli/desk_answers.h"
#include "daemon/cli/json_value.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kIdWidth = 16;
constexpr std::size_t kDaysWidth = 6;
constexpr std::size_t kWordWidth = 12;
constexpr std::size_t kTimeWidth = 22;

void print_shipment(const Context& context, const json::object& shipment,
                    const std::optional<std::filesystem::path>& out) {
    const Console& console = context.console;
    if (out) write_output_file(*out, as_text(from_base64(text(shipment, "manifest"), Base64::standard)));
    if (context.json) {
        console.out << json::serialize(shipment) << '\n';
        return;
    }
    console.out << harmless(
                       console.say(Message::shipped, {text(shipment, "id"), std::to_string(number(shipment, "cards"))}))
                << '\n';
    if (out) console.out << harmless(console.say(Message::shipment_written, {out->string()})) << '\n';
}

json::object shipment_of(client::Client& client, const std::string& id) {
    return parse_answer(client.get("/v1/shipments/" + client::encode(id)).body);
}

}  // namespace

ExitStatus run(const DeliveryUncollectedArguments& arguments, const Context& context) {
    std::ostream& out = context.console.out;
    client::Client client(context.socket);
    const std::string target = "/v1/uncollected?days=" + std::to_string(arguments.days);
    list_pages(client, context, target, "uncollected", [&](const json::object& line) {
        out << padded(harmless(text(line, "id")), kIdWidth) << padded(std::to_string(number(line, "days")), kDaysWidth)
            << padded(harmless(text(line, "notice")), kWordWidth)
            << padded(harmless(text(line, "returns_on")), kWordWidth) << harmless(text(line, "batch")) << "  "
            << harmless(text(line, "office")) << '\n';
    });
    return ExitStatus::done;
}

ExitStatus run(const DeliveryNoticesArguments& arguments, const Context& context) {
    std::ostream& out = context.console.out;
    client::Client client(context.socket);
    list_pages(client, context, "/v1/notices?state=" + arguments.state, "notices", [&](const json::object& line) {
        out << padded(harmless(text(line, "id")), kIdWidth) << padded(harmless(text(line, "delivery")), kIdWidth)
            << padded(harmless(text(line, "kind")), kWordWidth) << padded(harmless(text(line, "raised_at")), kTimeWidth)
            << number(line, "tries") << "  " << harmless(text(line, "reference")) << harmless(text(line, "problem"))
            << '\n';
    });
    return ExitStatus::done;
}

ExitStatus run(const DeliveryReturnArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    json::object body = act_of(arguments.person, arguments.why);
    if (arguments.overdue)
        body["overdue"] = true;
    else
        body["deliveries"] = json::value_from(arguments.ids);
    const std::string id = send_act(client, "/v1/shipments", body);
    print_shipment(context, shipment_of(client, id), arguments.out);
    return ExitStatus::done;
}

ExitStatus run(const DeliveryShipmentArguments& arguments, const Context& context) {
    client::Client client(context.socket);
    print_shipment(context, shipment_of(client, arguments.id), arguments.out);
    return ExitStatus::done;
}

}  // namespace tahvil::cli
