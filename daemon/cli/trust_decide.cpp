#include <chrono>
#include <ostream>

#include <boost/json.hpp>

#include "daemon/cli/json_value.h"
#include "daemon/cli/trust_source.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::cli {

namespace json = boost::json;

ExitStatus run(const TrustDecideArguments& arguments, const Context& context) {
    const json::object before = trust_store(arguments.store, context);
    const std::string id = text(find_certificate(before, arguments.id), "id");
    if (arguments.store) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        daemon::TrustDirectory(*arguments.store)
            .decide(from_hex(id), arguments.keep ? trust::Status::trusted : trust::Status::distrusted, now);
    } else {
        client::Client client(context.socket);
        const json::object decision{{"certificate", id}, {"status", arguments.keep ? "trusted" : "distrusted"}};
        client.post("/v1/trust/decisions", json::serialize(decision));
    }
    const json::object store = trust_store(arguments.store, context);
    const json::object& anchor = find_certificate(store, id);
    if (context.json) {
        context.console.out << json::serialize(anchor) << '\n';
        return ExitStatus::done;
    }
    context.console.out << harmless(text(anchor, "subject")) << ": " << harmless(text(anchor, "status")) << '\n'
                        << context.console.say(Message::store_now, {text(store, "version")}) << '\n';
    return ExitStatus::done;
}

}  // namespace tahvil::cli
