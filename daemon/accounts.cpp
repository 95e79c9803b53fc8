#include "daemon/accounts.h"

#include <charconv>
#include <vector>

#include <grp.h>
#include <pwd.h>

namespace tahvil::daemon {

namespace {

constexpr std::size_t kNameServiceBuffer = std::size_t{16} * 1024;

template <typename Id>
std::optional<Id> find_account(const std::function<std::optional<Id>(const std::string&)>& by_name,
                               const std::string& text) {
    Id id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error == std::errc{} && end == text.data() + text.size()) return id;
    return by_name(text);
}

}  // namespace

std::optional<uid_t> Accounts::find_user(const std::string& text) const {
    return find_account<uid_t>(user, text);
}

std::optional<gid_t> Accounts::find_group(const std::string& text) const {
    return find_account<gid_t>(group, text);
}

Accounts system_accounts() {
    return {[](const std::string& name) -> std::optional<uid_t> {
                std::vector<char> buffer(kNameServiceBuffer);
                passwd entry{};
                passwd* found = nullptr;
                if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
                    return std::nullopt;
                return entry.pw_uid;
            },
            [](const std::string& name) -> std::optional<gid_t> {
                std::vector<char> buffer(kNameServiceBuffer);
                group entry{};
                group* found = nullptr;
                if (::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
                    return std::nullopt;
                return entry.gr_gid;
            }};
}

}  // namespace tahvil::daemon
