#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace tahvil::cli {

/// Where a secret is to come from.
struct SecretSource {
    enum class Kind : std::uint8_t { none, command_line, terminal, descriptor };

    Kind kind = Kind::none;
    std::vector<SecretBytes> given;  ///< from the command line, checked; one for each line
    int descriptor = -1;
};

/// What opens a card. At most one of CAN, MRZ and the three fields is there.
struct AccessArguments {
    SecretSource can;
    SecretSource mrz;
    SecretSource pin;
    SecretSource new_pin;
    SecretSource puk;
    std::string fingerprint;  ///< path of a template; empty for none
    std::string document_number;
    std::string birth_date;  ///< ISO 8601, as is the next
    std::string expiry_date;
    bool allow_last_try = false;     ///< of PIN or PUK
    std::string pin_act = "verify";  ///< or "change", "unblock"
    bool pin_pad = false;            ///< the PIN is typed on the reader

    bool names_nothing() const {
        const bool puk_opens = puk.kind != SecretSource::Kind::none && pin_act != "unblock";
        return can.kind == SecretSource::Kind::none && mrz.kind == SecretSource::Kind::none && !puk_opens &&
               document_number.empty();
    }
};

}  // namespace tahvil::cli
