#include <ostream>

#include "daemon/cli/desk_answers.h"
#include "daemon/cli/json_value.h"

namespace tahvil::cli {

namespace json = boost::json;

ExitStatus run(const InquiryArguments& arguments, const Context& context) {
    json::object body;
    if (!arguments.tracking_code.empty()) {
        body["tracking_code"] = arguments.tracking_code;
    } else {
        body["national_code"] = arguments.national_code;
        body["birth_certificate_serial"] = arguments.birth_certificate_serial;
        body["birth_date"] = arguments.birth_date;
    }
    client::Client client(context.socket);
    const json::object answer = parse_answer(client.post("/v1/inquiries", json::serialize(body)).body);
    if (context.json) {
        context.console.out << json::serialize(answer) << '\n';
        return ExitStatus::done;
    }
    const Console& console = context.console;
    console.out << harmless(text(answer, "text")) << '\n';
    print_fact(console, Message::label_stage, text(answer, "stage"));
    print_fact(console, Message::label_office, text(answer, "office"));
    if (number(answer, "fee") > 0) print_fact(console, Message::label_fee, std::to_string(number(answer, "fee")));
    std::string bring;
    for (const json::value& each : array(answer, "bring"))
        if (each.is_string()) bring += (bring.empty() ? "" : ", ") + std::string(each.get_string());
    print_fact(console, Message::label_bring, bring);
    return ExitStatus::done;
}

}  // namespace tahvil::cli
