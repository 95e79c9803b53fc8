#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/access_arguments.h"

namespace tahvil::cli {

/// The person whose act it is: the user of this process, unless another is named.
struct OperatorArguments {
    std::string id;
    std::string established;  ///< "os_login"
};

struct TerminalShowArguments {};

struct TerminalEnrolArguments {
    OperatorArguments person;
    std::string terminal;
    std::string office;
    std::string receipts_key;
    std::string checkpoints_key;
    std::optional<std::filesystem::path> request;  ///< where the request is written; standard output without one
};

struct TerminalRenewArguments {
    OperatorArguments person;
    std::string role;
    std::string key;
    std::optional<std::filesystem::path> request;
};

struct TerminalCertifyArguments {
    OperatorArguments person;
    std::filesystem::path file;
};

struct TerminalRevokeArguments {
    OperatorArguments person;
    std::string key;  ///< "receipts-1"
    std::string why;
};

struct DeliveryImportArguments {
    OperatorArguments person;
    std::filesystem::path file;
    bool good_rows_only = false;
};

/// How a card is read for the desk.
struct DeskReadArguments {
    OperatorArguments person;
    std::string reader;
    AccessArguments access;
    std::string holder;  ///< "pin", "portrait" or empty
};

struct DeliveryCheckInArguments {
    DeskReadArguments read;
    std::string id;  ///< empty: the card itself tells
    std::string tracking_code;
    bool tray = false;  ///< one card after the other, each with its tracking code from standard input
};

struct DeliveryFindArguments {
    std::string field;  ///< "tracking_code"
    std::string value;
};

struct DeliveryListArguments {
    std::string stage;
};

struct DeliveryShowArguments {
    std::string id;
};

struct DeliveryUncollectedArguments {
    int days = 0;  ///< since it arrived, at least
};

struct DeliveryNoticesArguments {
    std::string state;  ///< "failed"
};

/// The cards that go back together: those that are named, or all that are overdue.
struct DeliveryReturnArguments {
    OperatorArguments person;
    std::vector<std::string> ids;
    bool overdue = false;
    std::string why;
    std::optional<std::filesystem::path> out;  ///< where the manifest that goes with them is written
};

struct DeliveryShipmentArguments {
    std::string id;
    std::optional<std::filesystem::path> out;
};

/// withdraw, miss, notify, put-back.
struct DeliveryMoveArguments {
    OperatorArguments person;
    std::string act;
    std::string id;
    std::string why;
};

/// A way in which an item of the checklist is settled.
struct SettlementArguments {
    std::string item;
    std::string method;
    std::string why;
};

struct DeliveryHandoverArguments {
    DeskReadArguments read;
    std::string id;
    std::vector<SettlementArguments> settle;
    std::vector<std::pair<std::string, std::string>> refer;  ///< item and why
    OperatorArguments second_person;                         ///< empty when there is none
    std::optional<std::filesystem::path> receipt;
};

struct DeliveryDecideArguments {
    OperatorArguments person;
    std::string id;
    std::string item;
    bool approve = false;
    std::string why;
};

struct DeliveryReceiptArguments {
    std::string id;
    std::optional<std::filesystem::path> out;
};

struct InquiryArguments {
    std::string tracking_code;
    std::string national_code;
    std::string birth_certificate_serial;
    std::string birth_date;  ///< ISO 8601
};

struct ReceiptVerifyArguments {
    std::filesystem::path file;
    std::vector<std::filesystem::path> trust;
    std::string nonce;  ///< both of an answer to a relying party, and empty for a receipt
    std::string audience;
    std::optional<std::chrono::sys_seconds> at;
};

struct JournalShowArguments {
    std::uint64_t from = 0;
    std::uint64_t count = 0;
};

struct JournalExportArguments {
    std::filesystem::path file;
};

struct JournalVerifyArguments {
    std::filesystem::path file;
    std::vector<std::string> keys;                   ///< verifier keys, or files of them
    std::vector<std::filesystem::path> checkpoints;  ///< files, each an earlier checkpoint
    std::vector<std::filesystem::path> receipts;     ///< files, each a receipt that names one
};

}  // namespace tahvil::cli
