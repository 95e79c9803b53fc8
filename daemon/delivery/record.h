#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.h"
#include "daemon/delivery/stage.h"
#include "daemon/text/date.h"

namespace tahvil::daemon {

/// What opens the card's files: a CAN, or document number and expiry (with the holder's birth date). Empty where the
/// manifest did not say.
struct CardAccess {
    SecretBytes can;
    std::string document_number;
    std::optional<Date> expires;
};

/// What a manifest says of one card. Codes are ten ASCII digits and the like, already judged; names are as written.
struct ExpectedCard {
    // Personal: sealed in the store, never in a log.
    std::string national_code;
    std::string given_name;
    std::string family_name;
    std::optional<Date> birth_date;
    std::string birth_certificate_serial;
    std::string birth_certificate_series;
    std::string tracking_code;
    std::string card_serial;
    std::string phone;  ///< for notices
    CardAccess access;

    std::string card_signer;  ///< of whom the card's data must be, where the manifest says
    std::string batch;
    std::string office;
    std::int64_t fee = 0;  ///< rials
};

/// One card on its way to its holder.
struct Delivery {
    std::string id;         ///< "T1-00000042": qualified by the terminal that made it
    std::string custodian;  ///< the terminal that may move it
    Stage stage = Stage::expected;
    std::chrono::sys_seconds since;                      ///< when it came to that stage
    std::optional<std::chrono::sys_seconds> arrived_at;  ///< when the card was checked in
    std::int64_t manifest = 0;
    ExpectedCard card;
};

/// The personal part as one run of bytes, and back. Throws MalformedData "delivery.personal".
/// @{
SecretBytes encode_personal(const ExpectedCard& card);
void decode_personal(ByteView bytes, ExpectedCard& card);
/// @}

}  // namespace tahvil::daemon
