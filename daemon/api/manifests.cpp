#include <charconv>

#include <boost/json.hpp>

#include "daemon/api/act.h"
#include "daemon/api/handlers.h"
#include "daemon/api/query.h"
#include "daemon/delivery/manifest.h"
#include "daemon/error.h"
#include "daemon/text/time.h"

namespace tahvil::daemon::api {

namespace json = boost::json;

Response Handlers::import_manifest(const Call& call) {
    const Act act = read_act_of_query(call, services_.now());
    const ManifestRules rules{services_.desk.config().accept_unsigned_manifests, is_true(call, "good_rows_only")};
    const auto last_manifest = [](Database& database) {
        Statement statement = database.prepare("SELECT max(id) FROM manifest");
        statement.step();
        return std::to_string(statement.integer(0));
    };
    return created_response(*call.route, services_.desk.once(desk_request(call), last_manifest, [&](OpenDesk& desk) {
        daemon::import_manifest(desk.database, desk.deliveries, desk.journal, call.body, *services_.trust.store(),
                                rules, act);
    }));
}

Response Handlers::get_manifest(const Call& call) {
    const std::string& id = call.path[0];
    std::int64_t number = 0;
    std::from_chars(id.data(), id.data() + id.size(), number);
    json::object manifest = services_.desk.work([&](OpenDesk& desk) {
        const ManifestRecord record = find_manifest(desk.database, number);
        json::object stages;
        for (const auto& [stage, count] : record.stages) stages.emplace(name(stage), count);
        return json::object{{"id", std::to_string(record.id)},
                            {"signer", record.signer},
                            {"imported_at", to_iso(record.imported_at)},
                            {"cards", record.cards},
                            {"stages", std::move(stages)}};
    });
    return json_response(json::serialize(manifest));
}

}  // namespace tahvil::daemon::api
