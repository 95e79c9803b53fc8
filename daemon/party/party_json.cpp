#include "daemon/party/party_json.h"

#include <boost/json.hpp>

#include "daemon/party/pseudonym.h"

namespace tahvil::daemon {

namespace json = boost::json;

namespace {

template <typename Value>
json::array names_of(const std::set<Value>& values) {
    json::array names;
    for (const Value value : values) names.emplace_back(name(value));
    return names;
}

}  // namespace

json::object to_json(const ServedParty& party) {
    const RelyingParty& rights = party.rights;
    return {{"name", rights.name},
            {"configured", party.configured},
            {"users", json::array(rights.users.begin(), rights.users.end())},
            {"groups", json::array(rights.groups.begin(), rights.groups.end())},
            {"purposes", json::array(rights.purposes.begin(), rights.purposes.end())},
            {"predicates", names_of(rights.predicates)},
            {"attributes", names_of(rights.attributes)},
            {"holder", name(rights.holder)},
            {"rate", rights.rate},
            {"pseudonym_key_check", key_check_value(party.pseudonym_key)}};
}

json::object to_json(const IdentityView& check) {
    json::object object{{"id", check.id}, {"party", check.party}, {"state", name(check.state)}};
    if (!check.reader.empty()) object["reader"] = check.reader;
    if (check.state == IdentityState::running && !check.step.empty()) object["step"] = check.step;
    if (check.state == IdentityState::finished) object["answer"] = check.answer;
    return object;
}

json::object to_json(const IdentityRecord& record) {
    json::object consent{
        {"method", name(record.consent.method)}, {"text", record.consent.text}, {"language", record.consent.language}};
    if (!record.consent.operator_id.empty()) consent["operator_id"] = record.consent.operator_id;
    return {{"party", record.party},
            {"purpose", record.purpose},
            {"decision", name(record.decision)},
            {"predicates", names_of(record.predicates)},
            {"attributes", names_of(record.attributes)},
            {"consent", std::move(consent)},
            {"answer", record.answer_digest}};
}

}  // namespace tahvil::daemon
