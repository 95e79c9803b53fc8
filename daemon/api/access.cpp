#include "daemon/api/access.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <sys/socket.h>

#include "crypto/error.h"
#include "daemon/api/contract.h"

namespace tahvil::daemon::api {

namespace {

struct RoleName {
    RoleKind kind;
    std::string_view name;
};

constexpr std::array<RoleName, 6> kRoleNames{{{RoleKind::operator_, "operator"},
                                              {RoleKind::supervisor_, "supervisor"},
                                              {RoleKind::field_, "field"},
                                              {RoleKind::relying_party_, "relying_party"},
                                              {RoleKind::auditor_, "auditor"},
                                              {RoleKind::administrator_, "administrator"}}};

Error unknown_peer() {
    return {"peer.unknown",
            "the kernel did not tell who called: " + std::error_code(errno, std::generic_category()).message()};
}

bool is_party_name(std::string_view name) {
    static constexpr std::size_t kLongest = 64;
    return !name.empty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

}  // namespace

bool Peer::in_group(gid_t group) const {
    return gid == group || std::find(groups.begin(), groups.end(), group) != groups.end();
}

Peer identify_peer(int socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) throw unknown_peer();
    Peer peer{credentials.uid, credentials.gid, credentials.pid, {}};

    // The kernel says how much room it needs when it is not enough.
    peer.groups.resize(32);
    size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) != 0) {
        if (errno != ERANGE) throw unknown_peer();
        peer.groups.resize(size / sizeof(gid_t));
        if (::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) != 0) throw unknown_peer();
    }
    peer.groups.resize(size / sizeof(gid_t));
    return peer;
}

std::optional<Role> parse_role(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view word = text.substr(0, colon);
    for (const auto& [kind, name] : kRoleNames) {
        if (name != word) continue;
        const bool has_party = colon != std::string_view::npos;
        if (has_party != (kind == RoleKind::relying_party_)) return std::nullopt;
        if (has_party && !is_party_name(text.substr(colon + 1))) return std::nullopt;
        return Role{kind, has_party ? std::string{text.substr(colon + 1)} : std::string{}};
    }
    return std::nullopt;
}

std::string name(const Role& role) {
    const auto* found = std::find_if(kRoleNames.begin(), kRoleNames.end(),
                                     [&](const RoleName& entry) { return entry.kind == role.kind; });
    return std::string{found->name} + (role.party.empty() ? "" : ":" + role.party);
}

std::vector<Role> RoleMap::roles_of(const Peer& peer) const {
    std::vector<Role> roles;
    if (const auto found = users_.find(peer.uid); found != users_.end()) roles = found->second;
    for (const auto& [group, granted] : groups_)
        if (peer.in_group(group)) roles.insert(roles.end(), granted.begin(), granted.end());
    std::sort(roles.begin(), roles.end());
    roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
    return roles;
}

NotPermitted denied() {
    return {"access.denied", "the caller may not do this", "Ask the person who runs this machine for a role that may."};
}

bool Caller::is_party(std::string_view name) const {
    return std::ranges::any_of(
        roles, [&](const Role& role) { return role.kind == RoleKind::relying_party_ && role.party == name; });
}

bool Caller::may(std::string_view right) const {
    const auto all = grants();
    return std::any_of(all.begin(), all.end(), [&](const Grant& grant) {
        return grant.right == right &&
               std::any_of(roles.begin(), roles.end(), [&](const Role& role) { return role.kind == grant.role; });
    });
}

}  // namespace tahvil::daemon::api
