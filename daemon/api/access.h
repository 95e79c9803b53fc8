#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "daemon/error.h"

namespace tahvil::daemon::api {

/// The program at the other end of a connection, as the kernel knows it (unix(7), SO_PEERCRED and SO_PEERGROUPS).
struct Peer {
    uid_t uid = static_cast<uid_t>(-1);
    gid_t gid = static_cast<gid_t>(-1);
    pid_t pid = 0;
    std::vector<gid_t> groups;  ///< supplementary ones

    bool in_group(gid_t group) const;
};

/// Throws Error("peer.unknown") when the kernel does not say.
Peer identify_peer(int socket);

enum class RoleKind : std::uint8_t { operator_, supervisor_, field_, relying_party_, auditor_, administrator_ };

struct Role {
    RoleKind kind = RoleKind::operator_;
    std::string party;  ///< the name of a relying party, empty for every other role

    // The check takes the 0 of a defaulted comparison for a pointer.
    auto operator<=>(const Role&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// "operator", "relying_party:bank"; nothing when it is no role.
std::optional<Role> parse_role(std::string_view text);
std::string name(const Role& role);

/// Which user and which group stands for which roles.
class RoleMap {
public:
    void grant_user(uid_t user, const Role& role) { users_[user].push_back(role); }
    void grant_group(gid_t group, const Role& role) { groups_[group].push_back(role); }

    /// Every role of the peer, each once; none for a stranger.
    std::vector<Role> roles_of(const Peer& peer) const;

private:
    std::map<uid_t, std::vector<Role>> users_;
    std::map<gid_t, std::vector<Role>> groups_;
};

/// What a caller without the right is told, the same whatever it asked for.
NotPermitted denied();

/// Who calls, for the life of a connection.
struct Caller {
    Peer peer;
    std::vector<Role> roles;

    /// Whether one of the roles holds the right, by the contract's x-rights.
    bool may(std::string_view right) const;

    /// Whether the caller is this relying party.
    bool is_party(std::string_view name) const;

    /// Whether the caller may see and act on what `owner` created; `any` is the right to do so with what others
    /// created.
    bool may_touch(uid_t owner, std::string_view any) const { return owner == peer.uid || may(any); }
};

}  // namespace tahvil::daemon::api
