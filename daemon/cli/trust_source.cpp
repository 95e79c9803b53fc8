#include "daemon/cli/trust_source.h"

#include "crypto/error.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"
#include "daemon/trust/trust_directory.h"
#include "daemon/trust/trust_json.h"

namespace tahvil::cli {

boost::json::object trust_store(const std::optional<std::filesystem::path>& folder, const Context& context) {
    if (!folder) {
        client::Client client(context.socket);
        return parse_answer(client.get("/v1/trust").body);
    }
    if (!std::filesystem::is_directory(*folder)) {
        throw InvalidInput("input.trust", "there is no trust store in \"" + folder->string() + "\"",
                           "`tahvil trust import --store DIR FILE` makes one.");
    }
    return daemon::to_json(*daemon::TrustDirectory(*folder).current());
}

}  // namespace tahvil::cli
