#include "daemon/api/party_request.h"

#include "daemon/api/json_body.h"

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kText = 1024;
constexpr std::size_t kAccounts = 64;
constexpr std::size_t kWords = 64;

}  // namespace

RelyingParty read_party_request(ByteView body) {
    const JsonBody document{body};
    const Members members = document.members();
    RelyingParty party;
    party.name = members.text("name", kText);
    party.users = members.texts("users", kAccounts, kText);
    party.groups = members.texts("groups", kAccounts, kText);
    for (std::string& purpose : members.texts("purposes", kWords, kText)) party.purposes.insert(std::move(purpose));
    for (const std::string& word : members.texts("predicates", kWords, kText)) {
        const auto predicate = predicate_by_name(word);
        if (!predicate) members.refuse("predicates", predicate_names());
        party.predicates.insert(*predicate);
    }
    for (const std::string& word : members.texts("attributes", kWords, kText)) {
        const auto attribute = attribute_by_name(word);
        if (!attribute) members.refuse("attributes", attribute_names());
        party.attributes.insert(*attribute);
    }
    if (const auto holder = members.choice_if("holder", {"none", "portrait", "pin"}))
        party.holder = *holder_demand_by_name(*holder);
    if (const auto rate = members.number_if("rate", 1, std::int64_t{kMostAMinute}))
        party.rate = static_cast<std::size_t>(*rate);
    party.pseudonym_key = members.text("pseudonym_key", kText);
    members.finish();
    if (const auto fault = fault_of(party)) members.refuse(fault->key, fault->allowed);
    return party;
}

}  // namespace tahvil::daemon::api
