#include "daemon/cli/check_request.h"

#include <boost/json.hpp>

#include "daemon/cli/access_request.h"

namespace tahvil::cli {

namespace json = boost::json;

SecretBytes check_request(const CheckArguments& arguments, const Console& console) {
    json::object request{{"purpose", arguments.purpose}};
    if (!arguments.reader.empty()) request["reader"] = arguments.reader;
    if (!arguments.holder.empty()) request["holder"] = json::object{{"method", arguments.holder}};
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
    if (!arguments.holder.empty()) request["holder"] = json::object{{"method", arguments.holder}};
    const AccessArguments& access = arguments.access;
    if (access.names_nothing() && access.pin.kind == SecretSource::Kind::none)
        return SecretBytes{as_bytes(json::serialize(request))};
    return request_with_access(request, access, console);
}

}  // namespace tahvil::cli
