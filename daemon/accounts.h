#pragma once

#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

namespace tahvil::daemon {

/// The users and groups of the machine, by name.
struct Accounts {
    std::function<std::optional<uid_t>(const std::string&)> user;
    std::function<std::optional<gid_t>(const std::string&)> group;

    /// By name, or by number: a number stands for itself.
    std::optional<uid_t> find_user(const std::string& text) const;
    std::optional<gid_t> find_group(const std::string& text) const;
};

/// Those of the system's name service (nsswitch.conf(5)).
Accounts system_accounts();

}  // namespace tahvil::daemon
