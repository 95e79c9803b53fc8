#include <ostream>

#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kNameWidth = 24;
constexpr std::size_t kLabelWidth = 18;

std::string joined(const json::array& words) {
    std::string line;
    for (const json::value& word : words)
        if (word.is_string()) line += (line.empty() ? "" : ", ") + std::string(word.get_string());
    return line.empty() ? "-" : line;
}

json::array list(const std::vector<std::string>& texts) {
    return json::array(texts.begin(), texts.end());
}

std::string path_of(const std::string& name) {
    return "/v1/parties/" + client::encode(name);
}

void print_party(const Console& console, const json::object& party) {
    const auto line = [&](Message label, const std::string& value) {
        console.out << padded(console.say(label), kLabelWidth) << harmless(value) << '\n';
    };
    line(Message::label_party, text(party, "name"));
    line(Message::label_party_users, joined(array(party, "users")));
    line(Message::label_party_groups, joined(array(party, "groups")));
    line(Message::label_purposes, joined(array(party, "purposes")));
    line(Message::label_party_predicates, joined(array(party, "predicates")));
    line(Message::label_party_attributes, joined(array(party, "attributes")));
    line(Message::label_party_holder, text(party, "holder"));
    line(Message::label_party_rate, std::to_string(number(party, "rate")));
    line(Message::label_party_key, text(party, "pseudonym_key_check"));
    if (truth(party, "configured")) console.out << console.say(Message::party_configured) << '\n';
}

ExitStatus show(const std::string& name, const Context& context) {
    const json::object party = parse_answer(client::Client(context.socket).get(path_of(name)).body);
    if (context.json) {
        context.console.out << json::serialize(party) << '\n';
    } else {
        print_party(context.console, party);
    }
    return ExitStatus::done;
}

}  // namespace

ExitStatus run(const PartyAddArguments& arguments, const Context& context) {
    json::object party{{"name", arguments.name},
                       {"users", list(arguments.users)},
                       {"groups", list(arguments.groups)},
                       {"purposes", list(arguments.purposes)},
                       {"predicates", list(arguments.predicates)},
                       {"attributes", list(arguments.attributes)},
                       {"holder", arguments.holder},
                       {"pseudonym_key", arguments.key}};
    if (arguments.rate != 0) party["rate"] = arguments.rate;
    client::Client(context.socket).post("/v1/parties", json::serialize(party));
    return show(arguments.name, context);
}

ExitStatus run(const PartyListArguments& /*arguments*/, const Context& context) {
    const json::object answer = parse_answer(client::Client(context.socket).get("/v1/parties").body);
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(answer) << '\n';
        return ExitStatus::done;
    }
    if (array(answer, "parties").empty()) console.out << console.say(Message::party_none) << '\n';
    for (const json::value& value : array(answer, "parties")) {
        if (!value.is_object()) continue;
        const json::object& party = value.get_object();
        console.out << console.paint(Colour::strong, padded(harmless(text(party, "name")), kNameWidth))
                    << harmless(joined(array(party, "purposes"))) << '\n';
    }
    return ExitStatus::done;
}

ExitStatus run(const PartyShowArguments& arguments, const Context& context) {
    return show(arguments.name, context);
}

ExitStatus run(const PartyRemoveArguments& arguments, const Context& context) {
    client::Client(context.socket).remove(path_of(arguments.name));
    return ExitStatus::done;
}

}  // namespace tahvil::cli
