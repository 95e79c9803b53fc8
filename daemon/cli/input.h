#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/bytes.h"

/// What people type, checked before anything is sent. Each function throws InvalidInput with a code below "input." or
/// that of the text's own kind, and never repeats a secret in it.
namespace tahvil::cli {

/// Six digits, Persian ones too, as ASCII. "input.can"
SecretBytes checked_can(ByteView typed);

/// 4 to 32 printable ASCII characters; Persian digits are taken. "input.pin"
SecretBytes checked_pin(ByteView typed);

/// The lines of an MRZ of Doc 9303: three of 30, two of 36 or two of 44 characters, whose check digits of document
/// number, birth date and expiry date fit. Lower case is taken. "input.mrz", "input.mrz_check_digit"
std::vector<SecretBytes> checked_mrz(const std::vector<SecretBytes>& typed);

/// Letters and digits, 1 to 22. "input.document_number"
std::string checked_document_number(std::string_view typed);

/// FIELD=VALUE of --expect, the value in the form of the wire. "input.expect", and what dates and national codes throw.
std::pair<std::string, std::string> checked_expectation(std::string_view typed);

/// The items of --want, with commas between them: NAME, or NAME:VALUE for a predicate that has one, the value in the
/// form of the wire. "input.want", and what dates and national codes throw.
std::vector<std::pair<std::string, std::string>> checked_want(std::string_view typed);

/// A date as a person types it (its first second), or a time of ISO 8601 in UTC. Throws what their readers throw.
std::chrono::sys_seconds checked_time(std::string_view typed);

/// An issuing state as in an MRZ, without its fillers: one to three capital letters.
std::string checked_issuing_state(std::string_view typed);

/// HOST:PORT. "input.host_port"
std::pair<std::string, std::uint16_t> checked_host_and_port(std::string_view typed);

/// N=FILE of --dg, N from 1 to 16. "input.data_group"
std::pair<unsigned, std::string> checked_data_group(std::string_view typed);

}  // namespace tahvil::cli
