#include "daemon/cli/trust_source.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"
#include "daemon/trust/trust_directory.h"
#include "daemon/trust/trust_json.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kShortestId = 4;

std::string lower(std::string text_) {
    std::ranges::transform(text_, text_.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text_;
}

}  // namespace

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

const boost::json::object& find_certificate(const boost::json::object& store, const std::string& id) {
    const std::string wanted = lower(id);
    const boost::json::object* found = nullptr;
    for (const boost::json::value& anchor : array(store, "certificates")) {
        if (!anchor.is_object() || !text(anchor.get_object(), "id").starts_with(wanted)) continue;
        if (found != nullptr) {
            throw InvalidInput("input.trust_id", "several certificates have an id that begins so", "Give more of it.");
        }
        found = &anchor.get_object();
    }
    if (found == nullptr || wanted.size() < kShortestId) {
        throw InvalidInput("input.trust_id", "no certificate has an id that begins so",
                           "Give at least " + std::to_string(kShortestId) + " digits of an id of `tahvil trust list`.");
    }
    return *found;
}

}  // namespace tahvil::cli
