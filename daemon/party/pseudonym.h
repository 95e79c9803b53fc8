#pragma once

#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace tahvil::daemon {

constexpr std::size_t kPseudonymKeySize = 32;  ///< bytes

/// The pairwise pseudonymous subject of a holder before one relying party (as OpenID Connect Core, 8.1, means it):
/// HMAC-SHA-256 under the party's key over a label and the holder's national identifier, in base64url.
///
/// The centre derives a key for each party and provisions it to the terminals that serve that party, so the party sees
/// the same subject at each of them. Two parties can not join their records without a key, and a lost terminal gives
/// away the subjects of the parties that it served, no others.
std::string pairwise_subject(const SecretBytes& party_key, std::string_view national_identifier);

/// By which a centre sees that a terminal has the right key: 16 hexadecimal digits that tell nothing else of it.
std::string key_check_value(const SecretBytes& party_key);

}  // namespace tahvil::daemon
