#include "daemon/party/parties.h"

#include <algorithm>

#include "daemon/error.h"
#include "daemon/party/pseudonym.h"
#include "daemon/private_file.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kSuffix = ".toml";

SecretBytes read_key(const std::string& source) {
    SecretBytes key = source.starts_with('/') ? read_private_file(source) : read_credential(source);
    if (key.size() != kPseudonymKeySize)
        throw InvalidInput("party.key", "the pseudonym key " + source + " is not 32 bytes long",
                           "The centre derives it for this party; see tahvild.toml(5).");
    return key;
}

/// The ids of accounts of this machine.
template <typename Id, typename Find>
std::vector<Id> ids_of(const std::vector<std::string>& names, const Find& find) {
    std::vector<Id> ids;
    for (const std::string& name : names) {
        const std::optional<Id> id = find(name);
        if (!id)
            throw InvalidInput("party.account", "this machine has no account " + name,
                               "Names of users and groups, or numbers as texts.");
        ids.push_back(*id);
    }
    return ids;
}

}  // namespace

Parties::Parties(const std::vector<RelyingParty>& configured, std::filesystem::path folder, Accounts accounts)
    : folder_(std::move(folder)), accounts_(std::move(accounts)) {
    for (const RelyingParty& party : configured) enter(serve(party, true));
    if (!std::filesystem::exists(folder_)) return;
    for (const auto& file : std::filesystem::directory_iterator{folder_}) {
        if (file.path().extension() != kSuffix) continue;
        const SecretBytes text = read_private_file(file.path());
        const RelyingParty party = read_party(toml::parse(as_text(text.view()), file.path().string()));
        if (party.name != file.path().stem())
            throw InvalidInput("party.file", file.path().string() + " holds a party of another name", "Rename it.");
        enter(serve(party, false));
    }
}

Parties::Entry Parties::serve(const RelyingParty& party, bool configured) const {
    return {std::make_shared<const ServedParty>(ServedParty{party, read_key(party.pseudonym_key), configured}),
            ids_of<uid_t>(party.users, [&](const std::string& name) { return accounts_.find_user(name); }),
            ids_of<gid_t>(party.groups, [&](const std::string& name) { return accounts_.find_group(name); })};
}

void Parties::enter(Entry entry) {
    const std::string name = entry.party->rights.name;
    if (!parties_.try_emplace(name, std::move(entry)).second)
        throw Conflict("party.exists", "there is a relying party " + name + " already", "Remove that one first.");
}

std::filesystem::path Parties::file_of(std::string_view name) const {
    return folder_ / (std::string{name} + std::string{kSuffix});
}

std::vector<api::Role> Parties::roles_of(const api::Peer& peer) const {
    const std::lock_guard lock{mutex_};
    std::vector<api::Role> roles;
    for (const auto& [name, entry] : parties_) {
        const bool is = std::ranges::find(entry.users, peer.uid) != entry.users.end() ||
                        std::ranges::any_of(entry.groups, [&](gid_t group) { return peer.in_group(group); });
        if (is) roles.push_back({api::RoleKind::relying_party_, name});
    }
    return roles;
}

std::shared_ptr<const ServedParty> Parties::find(std::string_view name) const {
    const std::lock_guard lock{mutex_};
    const auto found = parties_.find(name);
    return found == parties_.end() ? nullptr : found->second.party;
}

std::vector<std::shared_ptr<const ServedParty>> Parties::all() const {
    const std::lock_guard lock{mutex_};
    std::vector<std::shared_ptr<const ServedParty>> parties;
    for (const auto& [name, entry] : parties_) parties.push_back(entry.party);
    return parties;
}

void Parties::add(const RelyingParty& party) {
    Entry entry = serve(party, false);
    const std::lock_guard lock{mutex_};
    enter(std::move(entry));
    try {
        std::filesystem::create_directories(folder_);
        std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
        write_private_file(file_of(party.name), as_bytes(to_toml(party)));
    } catch (...) {
        parties_.erase(party.name);
        throw;
    }
}

void Parties::remove(std::string_view name) {
    const std::lock_guard lock{mutex_};
    const auto found = parties_.find(name);
    if (found == parties_.end()) throw NotFound("party.not_found", "there is no such relying party");
    if (found->second.party->configured)
        throw Conflict("party.configured", "the relying party stands in the configuration of the daemon",
                       "Take it out there, and restart tahvild.");
    std::filesystem::remove(file_of(name));
    parties_.erase(found);
}

}  // namespace tahvil::daemon
