#include "daemon/config.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "apdu/emulator/fault.h"
#include "apdu/emulator/specimen_words.h"
#include "apdu/profiles/values.h"
#include "crypto/signer.h"

namespace tahvil::daemon {

namespace {

constexpr std::int64_t kMost = 1'000'000;
constexpr std::int64_t kMostBytes = 1024LL * 1024 * 1024;
constexpr std::int64_t kMostSeconds = 31LL * 24 * 3600;

void read_limits(const toml::Table& table, Config& config) {
    api::Limits& limits = config.limits;
    const auto count = [&](std::string_view key, std::size_t& value, std::int64_t most = kMost) {
        value = static_cast<std::size_t>(table.number(key, 1, most, static_cast<std::int64_t>(value)));
    };
    const auto seconds = [&](std::string_view key, std::chrono::milliseconds& value) {
        using std::chrono::seconds;
        value = seconds{table.number(key, 1, kMostSeconds, std::chrono::duration_cast<seconds>(value).count())};
    };
    count("connections", limits.connections);
    count("connections_per_uid", limits.connections_per_uid);
    count("event_streams", limits.event_streams);
    count("event_streams_per_uid", limits.event_streams_per_uid);
    count("header_bytes", limits.header_bytes, kMostBytes);
    count("body_bytes", limits.body_bytes, kMostBytes);
    count("file_bytes", limits.file_bytes, kMostBytes);
    count("requests_per_second_per_uid", limits.requests_per_second_per_uid);
    count("requests_burst_per_uid", limits.requests_burst_per_uid);
    count("checks_queued_per_reader", limits.checks_queued_per_reader);
    count("events_kept", limits.events_kept);
    seconds("first_request_time", limits.first_request_time);
    seconds("request_time", limits.request_time);
    seconds("response_time", limits.response_time);
    seconds("idle_time", limits.idle_time);
    seconds("idempotency_key_time", limits.idempotency_key_time);
    seconds("heartbeat_time", limits.heartbeat_time);
    std::chrono::milliseconds check = config.check_time;
    seconds("check_time", check);
    config.check_time = std::chrono::duration_cast<std::chrono::seconds>(check);
    table.finish();
}

/// A configuration that names roles names all of them; only without one do root, the daemon's own user and the group
/// "tahvil" have theirs by themselves.
void grant_default_roles(Config& config, const Surroundings& surroundings) {
    for (const uid_t user : {uid_t{0}, surroundings.own_uid}) {
        config.roles.grant_user(user, {api::RoleKind::administrator_, {}});
        config.roles.grant_user(user, {api::RoleKind::operator_, {}});
    }
    if (const auto group = surroundings.accounts.group(std::string{kDefaultGroup}))
        config.roles.grant_group(*group, {api::RoleKind::operator_, {}});
}

void read_roles(const toml::Table& table, Config& config, const Accounts& accounts) {
    for (const std::string& key : table.keys()) {
        const auto role = api::parse_role(key);
        if (!role)
            throw table.refuse(key, "there is no such role",
                               "operator, supervisor, field, \"relying_party:NAME\", auditor, administrator");
        const toml::Table entry = table.table(key);
        for (const std::string& name : entry.texts("users")) {
            const auto user = accounts.find_user(name);
            if (!user)
                throw entry.refuse("users", "there is no user \"" + name + "\"", "names of users, or numbers as texts");
            config.roles.grant_user(*user, *role);
        }
        for (const std::string& name : entry.texts("groups")) {
            const auto group = accounts.find_group(name);
            if (!group)
                throw entry.refuse("groups", "there is no group \"" + name + "\"",
                                   "names of groups, or numbers as texts");
            config.roles.grant_group(*group, *role);
        }
        entry.finish();
    }
}

void read_socket(const toml::Table& table, Config& config, const Accounts& accounts) {
    config.socket_path = table.text("path", config.socket_path);
    if (!config.socket_path.starts_with('/'))
        throw table.refuse("path", "the path is not absolute", "an absolute path");
    if (const auto name = table.text_if("group")) {
        config.socket_group = accounts.find_group(*name);
        if (!config.socket_group)
            throw table.refuse("group", "there is no group \"" + *name + "\"",
                               "the name of a group, or its number as text");
    }
    table.finish();
}

EmbeddedReaderConfig read_embedded_reader(const toml::Table& table) {
    EmbeddedReaderConfig reader;
    reader.id = table.text("id", "embedded");
    const bool plain = std::ranges::all_of(
        reader.id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    if (reader.id.empty() || !plain) throw table.refuse("id", "it can not stand in a path", "a to z, 0 to 9 and '-'");
    reader.name = table.text("name", "Tahvil embedded reader");
    reader.card =
        table.choice("card", {"specimen", "npa", "pkcs15", "ias-ecc", "piv", "belpic", "irn-nid"}, "specimen");
    reader.person = table.text("person", "");
    const emulator::SpecimenWords usual;
    reader.access = table.text("access", usual.access);
    reader.chip = table.choice("chip", {"none", "ca", "aa-rsa", "aa-ecdsa"}, usual.chip);
    reader.cipher = table.choice("cipher", {"3des", "aes-128", "aes-192", "aes-256"}, usual.cipher);
    reader.curve = table.text("curve", usual.curve);
    reader.pin = table.text("pin", "");
    reader.puk = table.text("puk", "");
    reader.eac = table.truth("eac", false);
    try {
        reader.words().options();
    } catch (const InvalidInput& error) {
        const std::string_view code = error.code();
        const std::string_view key = code.substr(code.find('.') + 1);
        throw table.refuse(key, error.what(), error.remedy());
    }
    const bool contactless = reader.card == "specimen" || reader.card == "npa";
    reader.link = table.choice("link", {"contactless", "contact"}, contactless ? "contactless" : "contact");
    reader.fault = table.text("fault", "");
    try {
        if (!reader.fault.empty()) emulator::parse_fault(reader.fault);
    } catch (const InvalidInput&) {
        throw table.refuse("fault", "there is no such fault", "what tahvil emulate --fault takes");
    }
    table.finish();
    return reader;
}

TerminalAuthenticationConfig read_terminal_authentication(const toml::Table& table) {
    TerminalAuthenticationConfig config{table.text("certificates"), table.text("key")};
    if (!config.certificates.starts_with('/'))
        throw table.refuse("certificates", "the path is not absolute", "the absolute path of a file or folder");
    if (!config.key.starts_with('/') && !is_token_uri(config.key))
        throw table.refuse("key", "it names neither a file nor a token", "an absolute path, or a pkcs11: URI");
    table.finish();
    return config;
}

ProviderSettings read_card_authentication(const toml::Table& table) {
    constexpr std::size_t kShortestAid = 5;  // ISO/IEC 7816-4, 12.3.4
    constexpr std::size_t kLongestAid = 16;
    constexpr std::int64_t kMostAnswerTime = 60;  // seconds, while a card waits in a reader
    ProviderSettings provider;
    provider.socket = table.text("socket", "");
    provider.reader = table.text("reader", "");
    if (provider.socket.empty() == provider.reader.empty())
        throw table.refuse("socket", "there must be one provider", "either socket, or reader and aid");
    if (!provider.socket.empty() && !provider.socket.starts_with('/'))
        throw table.refuse("socket", "the path is not absolute", "an absolute path");
    if (!provider.reader.empty())
        provider.aid = profiles::hex(table, "aid", table.text("aid"), kShortestAid, kLongestAid);
    provider.answer_time = std::chrono::seconds{table.number("answer_time", 1, kMostAnswerTime, 10)};
    table.finish();
    return provider;
}

LogLevel log_level(std::string_view word) {
    if (word == "error") return LogLevel::error;
    if (word == "warning") return LogLevel::warning;
    return word == "debug" ? LogLevel::debug : LogLevel::info;
}

}  // namespace

Config parse_config(std::string_view text, std::string_view source, const Surroundings& surroundings) {
    const toml::Table top = toml::parse(text, source);
    Config config;
    config.accounts = surroundings.accounts;
    config.state_directory = top.text("state_directory", surroundings.state_directory);
    if (!config.state_directory.starts_with('/'))
        throw top.refuse("state_directory", "the path is not absolute", "an absolute path");
    config.log_level = log_level(top.choice("log_level", {"error", "warning", "info", "debug"}, "info"));
    config.demo = top.truth("demo", false);
    config.policy = top.text("policy", config.policy);
    config.profiles = top.text("profiles", "");
    if (!config.profiles.empty() && !config.profiles.starts_with('/'))
        throw top.refuse("profiles", "the path is not absolute", "the absolute path of a folder");
    config.hot_list_key = top.text("hot_list_key", "");
    config.vanished_anchors =
        *trust::vanished_by_name(top.choice("vanished_anchors", {"keep", "ask", "distrust"}, "keep"));
    config.pcsc = top.truth("pcsc", config.pcsc);
    config.socket_group = surroundings.accounts.group(std::string{kDefaultGroup});
    if (const auto socket = top.table_if("socket")) read_socket(*socket, config, surroundings.accounts);
    if (const auto limits = top.table_if("limits")) read_limits(*limits, config);
    if (const auto roles = top.table_if("roles")) {
        read_roles(*roles, config, surroundings.accounts);
    } else {
        grant_default_roles(config, surroundings);
    }
    for (const auto& table : top.tables("embedded_reader")) {
        EmbeddedReaderConfig reader = read_embedded_reader(table);
        if (std::ranges::count(config.embedded_readers, reader.id, &EmbeddedReaderConfig::id) > 0)
            throw table.refuse("id", "another embedded reader has the same", "an id of its own for each");
        config.embedded_readers.push_back(std::move(reader));
    }
    if (const auto provider = top.table_if("card_authentication"))
        config.card_authentication = read_card_authentication(*provider);
    for (const auto& table : top.tables("terminal_authentication"))
        config.terminal_authentication.push_back(read_terminal_authentication(table));
    config.desk = read_desk_config(top, config.state_directory);
    for (const auto& table : top.tables("party")) {
        RelyingParty party = read_party(table);
        if (std::ranges::count(config.parties, party.name, &RelyingParty::name) > 0)
            throw table.refuse("name", "another party has the same", "a name of its own for each");
        config.parties.push_back(std::move(party));
    }
    top.finish();
    return config;
}

Config read_config(const std::string& path, const Surroundings& surroundings) {
    std::ifstream file{path, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad())
        throw InvalidInput("config.unreadable", "the configuration " + path + " can not be read",
                           "Look whether it is there and whether this user may read it.");
    return parse_config(text, path, surroundings);
}

}  // namespace tahvil::daemon
