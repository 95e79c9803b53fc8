#include "daemon/cli/hot_list_text.h"

#include <ostream>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/cli/json_value.h"
#include "daemon/text/time.h"
#include "daemon/trust/mapped_file.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kLabelWidth = 18;

json::object facts_of(const trust::HotListInfo& info) {
    return {{"issuer", info.issuer},
            {"sequence", info.sequence},
            {"issued_at", daemon::to_iso(info.issued_at)},
            {"entries", info.entries},
            {"key_id", to_hex(info.key_id)}};
}

}  // namespace

void print_hot_list(const Context& context, const std::filesystem::path& path) {
    const daemon::MappedFile file = daemon::map_file(path);
    json::object facts;
    if (trust::is_hot_list_delta(file.bytes)) {
        const trust::HotListDelta delta = trust::HotListDelta::parse(file.bytes);
        facts = facts_of(delta.info);
        facts["follows"] = delta.base_sequence;
        facts["added"] = delta.added.size();
        facts["removed"] = delta.removed.size();
    } else {
        facts = facts_of(trust::HotList::open(file.bytes, nullptr).info());
    }
    const Console& console = context.console;
    if (context.json) {
        console.out << json::serialize(facts) << '\n';
        return;
    }
    const auto line = [&](Message label, const char* name) {
        if (const json::value* value = facts.if_contains(name))
            console.out << padded(console.say(label), kLabelWidth)
                        << (value->is_string() ? harmless(value->get_string()) : json::serialize(*value)) << '\n';
    };
    line(Message::label_issuer, "issuer");
    line(Message::label_sequence, "sequence");
    line(Message::label_issued_at, "issued_at");
    line(Message::label_entries, "entries");
    line(Message::label_follows, "follows");
    line(Message::label_added, "added");
    line(Message::label_removed, "removed");
    line(Message::label_key_id, "key_id");
}

}  // namespace tahvil::cli
