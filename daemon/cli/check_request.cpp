#include "daemon/cli/check_request.h"

#include <boost/json.hpp>

#include "daemon/cli/access_request.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

json::object holder_question(const std::string& method, const AccessArguments& access, Language language) {
    json::object question{{"method", method}};
    if (access.pin_act != "verify") question["act"] = access.pin_act;
    if (!access.pin_pad) return question;
    question["entry"] = "pin_pad";
    question["language"] = language == Language::persian ? "fa" : "en";
    return question;
}

}  // namespace

SecretBytes check_request(const CheckArguments& arguments, const Console& console) {
    json::object request{{"purpose", arguments.purpose}};
    if (!arguments.reader.empty()) request["reader"] = arguments.reader;
    if (!arguments.holder.empty())
        request["holder"] = holder_question(arguments.holder, arguments.access, console.language);
    if (!arguments.expected.empty()) {
        json::object& expected = request["expected"].emplace_object();
        for (const auto& [field, value] : arguments.expected) expected[field] = value;
    }
    json::array& want = request["want"].emplace_array();
    want = {"document", "holder"};
    if (arguments.out) want.emplace_back("files");
    return request_with_access(request, arguments.access, console);
}

SecretBytes desk_check_request(const DeskReadArguments& arguments, const Console& console) {
    json::object request{{"operator", {{"id", arguments.person.id}, {"established", arguments.person.established}}}};
    if (!arguments.reader.empty()) request["reader"] = arguments.reader;
    if (!arguments.holder.empty())
        request["holder"] = holder_question(arguments.holder, arguments.access, console.language);
    const AccessArguments& access = arguments.access;
    if (access.names_nothing() && access.pin.kind == SecretSource::Kind::none && !access.allow_last_try)
        return SecretBytes{as_bytes(json::serialize(request))};
    return request_with_access(request, access, console);
}

}  // namespace tahvil::cli
