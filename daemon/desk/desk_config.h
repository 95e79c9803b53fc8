#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apdu/profiles/toml.h"
#include "daemon/delivery/checklist.h"
#include "daemon/delivery/inquiry.h"
#include "daemon/delivery/outbox.h"
#include "daemon/delivery/uncollected.h"
#include "daemon/text/office_calendar.h"

namespace tahvil::daemon {

/// Where a key of the store comes from; it never lies in the store itself.
struct StoreKeyConfig {
    std::uint32_t number = 1;  ///< stands in every seal; the highest number seals
    std::string source;        ///< "file:/PATH", "credential:NAME" (systemd) or a pkcs11: URI
};

/// Who delivers notices to holders; neither: nobody does.
struct NoticeConfig {
    std::vector<std::string> command;  ///< a program by its absolute path, with its arguments
    std::string socket;                ///< absolute path of a Unix stream socket
    std::string target = "/notices";   ///< of the POST on that socket
    OutboxRules rules;
};

/// The handover desk: the store, and the rules of the office.
struct DeskConfig {
    std::string store;                 ///< path of the store
    std::vector<StoreKeyConfig> keys;  ///< none: there is no desk
    bool accept_unsigned_manifests = false;
    HandoverPolicy handover = HandoverPolicy::standard();
    InquiryRules inquiry;
    OfficeDays office;
    UncollectedTerms uncollected;
    NoticeConfig notices;
};

/// Reads [store], [deliveries], [handover], [inquiry], [office], [uncollected] and [notices]. Throws as toml::Table.
DeskConfig read_desk_config(const toml::Table& top, const std::string& state_directory);

}  // namespace tahvil::daemon
