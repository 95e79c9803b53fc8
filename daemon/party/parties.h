#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "daemon/accounts.h"
#include "daemon/api/access.h"
#include "daemon/party/relying_party.h"

namespace tahvil::daemon {

/// A relying party with the key of its pseudonyms, as this terminal serves it.
struct ServedParty {
    RelyingParty rights;
    SecretBytes pseudonym_key;
    bool configured = false;  ///< from the configuration, which alone can change it then
};

/// The relying parties of this terminal: those of the configuration, and those that were added while it runs, each a
/// file NAME.toml in a folder. Every function may be called from any thread.
class Parties {
public:
    /// Reads the folder, which is made when the first party is added. Throws InvalidInput for a party that stands
    /// twice, whose users or groups this machine does not have, or whose key can not be read.
    Parties(const std::vector<RelyingParty>& configured, std::filesystem::path folder, Accounts accounts);

    /// The roles "relying_party:NAME" of whoever calls.
    std::vector<api::Role> roles_of(const api::Peer& peer) const;

    /// Null when there is none.
    std::shared_ptr<const ServedParty> find(std::string_view name) const;
    std::vector<std::shared_ptr<const ServedParty>> all() const;  ///< by name

    /// Throws Conflict "party.exists"; InvalidInput "party.account", "party.key" and what read_private_file() throws.
    void add(const RelyingParty& party);
    /// Throws NotFound "party.not_found", Conflict "party.configured".
    void remove(std::string_view name);

private:
    struct Entry {
        std::shared_ptr<const ServedParty> party;
        std::vector<uid_t> users;
        std::vector<gid_t> groups;
    };

    Entry serve(const RelyingParty& party, bool configured) const;
    void enter(Entry entry);
    std::filesystem::path file_of(std::string_view name) const;

    const std::filesystem::path folder_;
    const Accounts accounts_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> parties_;
};

}  // namespace tahvil::daemon
