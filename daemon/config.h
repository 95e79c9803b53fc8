#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "apdu/emulator/specimen_words.h"
#include "crypto/trust/store_builder.h"
#include "daemon/accounts.h"
#include "daemon/api/access.h"
#include "daemon/api/limits.h"
#include "daemon/desk/desk_config.h"
#include "daemon/log.h"
#include "daemon/party/relying_party.h"
#include "daemon/provider/card_authentication.h"

namespace tahvil::daemon {

inline constexpr std::string_view kDefaultConfigFile = "/etc/tahvil/tahvild.toml";
inline constexpr std::string_view kDefaultGroup = "tahvil";

/// The surroundings that defaults depend on.
struct Surroundings {
    Accounts accounts = system_accounts();
    uid_t own_uid = 0;
    std::string state_directory = "/var/lib/tahvil";  ///< STATE_DIRECTORY of systemd goes here
};

/// A reader inside the daemon that holds an emulated card. One specimen issuer, made at start-up, issues those of all.
struct EmbeddedReaderConfig {
    std::string id;      ///< lower-case letters, digits and '-'
    std::string name;    ///< as people see it
    std::string person;  ///< path of a person file; empty: the specimen
    std::string access;  ///< as the next, what emulator::SpecimenWords takes
    std::string chip;
    std::string link;                       ///< "contactless", "contact"
    std::string fault;                      ///< as `tahvil emulate --fault` takes it; empty: none
    std::string card = "specimen";          ///< that, "npa", or one of emulator::kNationalCards
    std::string cipher = "aes-128";         ///< likewise
    std::string curve = "brainpoolP256r1";  ///< likewise
    std::string pin = {};                   ///< likewise
    std::string puk = {};                   ///< likewise
    bool eac = false;                       ///< EF.DG3 and EF.DG4 are for terminals that one authority certifies

    emulator::SpecimenWords words() const { return {access, chip, cipher, curve, pin, puk}; }
};

/// A key by which cards know this terminal, with its certificates.
struct TerminalAuthenticationConfig {
    std::string certificates;  ///< path of a file of CV certificates, or of a folder of such files
    std::string key;           ///< path of a PEM file, or a pkcs11: URI
};

/// What the daemon is told. Every value is there, by default or from the file.
struct Config {
    std::string state_directory;
    LogLevel log_level = LogLevel::info;
    bool demo = false;                ///< specimen anchors can reach `accept`
    std::string profiles;             ///< path of a folder with profiles of cards; empty: the built-in ones alone
    std::string policy = "standard";  ///< name of a shipped policy, or the path of a file
    std::string hot_list_key;         ///< path of the key of the hot lists, 32 bytes; empty: there is none
    trust::Vanished vanished_anchors = trust::Vanished::keep;  ///< anchors that a newer list does not have any more
    bool pcsc = true;                                          ///< whether the readers of the PC/SC service are used
    std::string socket_path = "/run/tahvil/tahvild.sock";
    std::optional<gid_t> socket_group;  ///< to which the socket's file is given
    api::Limits limits;
    std::chrono::seconds check_time{120};  ///< for one check, waiting included
    api::RoleMap roles;
    std::vector<RelyingParty> parties;
    Accounts accounts;  ///< by which the users and groups of parties are known
    std::vector<EmbeddedReaderConfig> embedded_readers;
    std::optional<ProviderSettings> card_authentication;  ///< the provider of keys that only an authority has
    std::vector<TerminalAuthenticationConfig> terminal_authentication;
    DeskConfig desk;
};

/// Reads a configuration (TOML). An empty text gives the defaults. Throws InvalidInput that names `source`, line and
/// key, and in its remedy what is allowed.
Config parse_config(std::string_view text, std::string_view source, const Surroundings& surroundings);

/// parse_config() of a file. Throws InvalidInput "config.unreadable" too.
Config read_config(const std::string& path, const Surroundings& surroundings);

}  // namespace tahvil::daemon
