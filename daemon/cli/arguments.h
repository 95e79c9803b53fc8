#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "apdu/emulator/specimen_words.h"
#include "daemon/cli/access_arguments.h"
#include "daemon/cli/desk_arguments.h"
#include "daemon/cli/exit_status.h"
#include "daemon/cli/language.h"

namespace tahvil::cli {

struct ReadersArguments {
    bool watch = false;
};

struct DoctorArguments {};

/// For `check`, and with a folder for `read`.
struct CheckArguments {
    std::string reader;
    AccessArguments access;
    std::string purpose;
    std::string holder;                                         ///< "pin", "portrait" or empty
    std::vector<std::pair<std::string, std::string>> expected;  ///< field and value
    std::optional<std::filesystem::path> out;
};

/// `pin change` and `pin unblock`.
struct PinArguments {
    CheckArguments check;
};

struct VerifyArguments {
    std::optional<std::filesystem::path> folder;
    std::optional<std::filesystem::path> security_object;
    std::optional<std::filesystem::path> com;
    std::vector<std::pair<unsigned, std::filesystem::path>> data_groups;
    std::optional<std::filesystem::path> card_security;
    std::vector<std::filesystem::path> trust;
    std::optional<std::chrono::sys_seconds> at;
    bool explain = false;
};

/// `verify --certificate`: the path of a national PKI.
struct VerifyCertificateArguments {
    std::filesystem::path certificate;
    std::vector<std::filesystem::path> intermediates;
    std::vector<std::filesystem::path> anchors;
    std::vector<std::filesystem::path> revocation_lists;
    std::optional<std::chrono::sys_seconds> at;
    bool explain = false;
};

struct TrustImportArguments {
    std::optional<std::filesystem::path> store;
    std::vector<std::string> pins;      ///< files or fingerprints
    std::vector<std::string> purposes;  ///< of the certificates; documents when it is empty
    std::string vanished;               ///< "keep", "ask" or "distrust"; with a store only
    bool allow_rollback = false;
    std::vector<std::filesystem::path> files;
};

struct TrustListArguments {
    std::optional<std::filesystem::path> store;
};

struct TrustShowArguments {
    std::optional<std::filesystem::path> store;
    std::string id;
};

struct TrustStatusArguments {
    std::optional<std::filesystem::path> store;
};

struct PartyAddArguments {
    std::string name;
    std::vector<std::string> users, groups, purposes, predicates, attributes;
    std::string holder;  ///< "none", "portrait" or "pin"
    unsigned rate = 0;   ///< a minute; 0: the daemon's default
    std::string key;     ///< path of the pseudonym key, or name of a credential
};

struct PartyListArguments {};

struct PartyShowArguments {
    std::string name;
};

struct PartyRemoveArguments {
    std::string name;
};

struct IdentityCheckArguments {
    std::string party;
    std::string nonce;
    std::string audience;
    std::string purpose;
    std::vector<std::pair<std::string, std::string>> want;  ///< name, and value or empty
    std::string consent;                                    ///< empty: asked for on the terminal
    std::string language;
    std::string consent_by;  ///< "operator" or "pin"
    std::string operator_id;
    std::string holder;  ///< "pin", "portrait" or empty
    std::string reader;
    unsigned wait = 0;  ///< seconds
    AccessArguments access;
    std::optional<std::filesystem::path> out;
    std::vector<std::filesystem::path> trust;  ///< who certifies terminals
};

struct ProfileListArguments {
    std::optional<std::filesystem::path> folder;
};

struct ProfileShowArguments {
    std::optional<std::filesystem::path> folder;
    std::string name;
};

struct ProfileCheckArguments {
    std::vector<std::filesystem::path> files;
};

struct ProfileProbeArguments {
    std::string reader;
};

/// `trust keep` and `trust distrust`: what a person decides about a certificate.
struct TrustDecideArguments {
    std::optional<std::filesystem::path> store;
    std::string id;
    bool keep = false;
};

struct HotListBuildArguments {
    std::string issuer;  ///< issuing state, three letters
    std::uint64_t sequence = 0;
    std::optional<std::chrono::sys_seconds> issued_at;
    std::filesystem::path key;
    std::string signer_key;  ///< a PEM file or a pkcs11: URI
    std::filesystem::path signer_certificate;
    std::filesystem::path out;
    std::vector<std::filesystem::path> serials;
};

struct HotListDeltaArguments {
    std::filesystem::path from, to, out;
};

struct HotListMergeArguments {
    std::filesystem::path base;
    std::vector<std::filesystem::path> deltas;
    std::filesystem::path out;
};

struct HotListVerifyArguments {
    std::filesystem::path file;
    std::vector<std::filesystem::path> trust;
};

struct HotListShowArguments {
    std::filesystem::path file;
};

struct EmulateArguments {
    std::string card;
    std::optional<std::filesystem::path> person;
    std::string host;
    std::uint16_t port = 0;
    emulator::SpecimenWords specimen;
    bool eac = false;
    std::string link;
    bool transport_pin = false;
    std::string fault;
    std::optional<std::filesystem::path> trust_out;
    std::optional<std::filesystem::path> provider;
};

using Verb = std::variant<
    ReadersArguments, DoctorArguments, CheckArguments, PinArguments, VerifyArguments, VerifyCertificateArguments,
    TrustImportArguments, TrustListArguments, TrustShowArguments, TrustStatusArguments, ProfileListArguments,
    ProfileShowArguments, ProfileCheckArguments, ProfileProbeArguments, EmulateArguments, TrustDecideArguments,
    HotListBuildArguments, HotListDeltaArguments, HotListMergeArguments, HotListVerifyArguments, HotListShowArguments,
    TerminalShowArguments, TerminalEnrolArguments, TerminalRenewArguments, TerminalCertifyArguments,
    TerminalRevokeArguments, DeliveryImportArguments, DeliveryCheckInArguments, DeliveryFindArguments,
    DeliveryListArguments, DeliveryShowArguments, DeliveryMoveArguments, DeliveryUncollectedArguments,
    DeliveryNoticesArguments, DeliveryReturnArguments, DeliveryShipmentArguments, DeliveryHandoverArguments,
    DeliveryDecideArguments, DeliveryReceiptArguments, InquiryArguments, ReceiptVerifyArguments, JournalShowArguments,
    JournalExportArguments, JournalVerifyArguments, PartyAddArguments, PartyListArguments, PartyShowArguments,
    PartyRemoveArguments, IdentityCheckArguments>;

/// The command line, taken apart and checked.
struct Arguments {
    bool json = false;
    std::string socket;  ///< empty when --socket was not given
    std::vector<std::string> warnings;
    Verb verb;
};

/// What is to be printed in place of running a verb: help, the version, or what is wrong with the usage.
struct Answer {
    ExitStatus status = ExitStatus::done;
    std::string text;
};

/// Throws InvalidInput for a value that can not be.
std::variant<Arguments, Answer> parse_arguments(int count, const char* const* values, Language language);

}  // namespace tahvil::cli
