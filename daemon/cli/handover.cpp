#include <algorithm>
#include <ostream>

#include "daemon/cli/check_request.h"
#include "daemon/cli/desk_answers.h"
#include "daemon/cli/json_value.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kItemWidth = 24;

/// The steps of a handover at the desk, each by itself; what was done before is left as it is.
class Desk {
public:
    Desk(const DeliveryHandoverArguments& arguments, const Context& context)
        : arguments_(arguments), context_(context), client_(context.socket), target_(delivery_target(arguments.id)) {}

    void begin() {
        const std::string stage = text(parse_answer(client_.get(target_).body), "stage");
        if (stage != "presented") act("", act_of(arguments_.read.person));
    }

    /// The card is checked unless what a check said stands there already.
    void check_card() {
        if (state_of("card_genuine") == "pending" || !arguments_.read.holder.empty())
            desk_check(client_, target_ + "/handover/check", desk_check_request(arguments_.read, context_.console));
    }

    void settle() {
        for (const SettlementArguments& settlement : arguments_.settle) {
            json::object body = act_of(arguments_.read.person, settlement.why);
            body["item"] = settlement.item;
            body["method"] = settlement.method;
            const OperatorArguments& second = arguments_.second_person;
            if (!second.id.empty())
                body["second_person"] = json::object{{"id", second.id}, {"established", second.established}};
            act("/settle", body);
        }
        for (const auto& [item, why] : arguments_.refer) {
            json::object body = act_of(arguments_.read.person, why);
            body["item"] = item;
            act("/refer", body);
        }
    }

    json::object handover() { return parse_answer(client_.get(target_ + "/handover").body); }

    /// The key belongs to this handover, so that the same command again has no second effect.
    void complete(const json::object& handover) {
        const std::string since = text(parse_answer(client_.get(target_).body), "since");
        client_.post(target_ + "/handover/complete", json::serialize(act_of(arguments_.read.person)),
                     "handover-" + text(handover, "delivery") + "-" + since);
    }

    std::string receipt() { return text(parse_answer(client_.get(target_ + "/receipt").body), "receipt"); }

private:
    void act(const std::string& step, const json::object& body) {
        send_act(client_, target_ + "/handover" + step, body);
    }

    std::string state_of(std::string_view item) {
        const json::object now = handover();
        for (const json::value& value : array(now, "items"))
            if (value.is_object() && text(value.get_object(), "item") == item) return text(value.get_object(), "state");
        return {};
    }

    const DeliveryHandoverArguments& arguments_;
    const Context& context_;
    client::Client client_;
    std::string target_;
};

void print_open(const Console& console, const json::object& handover) {
    console.out << console.say(Message::handover_open) << '\n';
    const json::array& open = array(handover, "open");
    for (const json::value& value : array(handover, "items")) {
        if (!value.is_object()) continue;
        const json::object& item = value.get_object();
        const std::string name = text(item, "item");
        const bool is_open = std::ranges::any_of(open, [&](const json::value& each) {
            return each.is_string() && std::string_view(each.get_string()) == name;
        });
        if (!is_open) continue;
        const std::string state = text(item, "state");
        console.out << harmless(console.say(Message::handover_item, {padded(name, kItemWidth), state})) << '\n';
        std::string ways;
        for (const json::value& way : array(item, "ways"))
            if (way.is_object()) ways += (ways.empty() ? "" : ", ") + name + "=" + text(way.get_object(), "method");
        if (!ways.empty()) console.out << harmless(console.say(Message::handover_ways, {ways})) << '\n';
        if (truth(item, "referable") && (state == "pending" || state == "undetermined"))
            console.out << harmless(console.say(Message::handover_referable, {name})) << '\n';
    }
}

}  // namespace

ExitStatus run(const DeliveryHandoverArguments& arguments, const Context& context) {
    Desk desk(arguments, context);
    desk.begin();
    desk.check_card();
    desk.settle();
    const json::object handover = desk.handover();
    if (!array(handover, "open").empty()) {
        if (context.json)
            context.console.out << json::serialize(handover) << '\n';
        else
            print_open(context.console, handover);
        return ExitStatus::referred;
    }
    desk.complete(handover);
    const std::string receipt = desk.receipt();
    if (arguments.receipt) write_output_file(*arguments.receipt, receipt + "\n");
    if (context.json) {
        context.console.out << json::serialize(json::object{{"delivery", arguments.id}, {"receipt", receipt}}) << '\n';
        return ExitStatus::done;
    }
    const Console& console = context.console;
    console.out << console.paint(Colour::good, harmless(console.say(Message::handed_over, {arguments.id}))) << '\n';
    if (arguments.receipt)
        console.out << harmless(console.say(Message::receipt_written, {arguments.receipt->string()})) << '\n';
    return ExitStatus::done;
}

}  // namespace tahvil::cli
