#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "apdu/profiles/profile.h"

namespace tahvil::certificate_card {

/// The value under a tag in a file of data objects; nothing when it is not there. Throws MalformedData
/// "file.malformed" or "tlv.malformed" when the file breaks off before it, or is of another encoding.
std::optional<ByteView> field(profiles::Encoding encoding, ByteView file, std::uint32_t tag);

/// A date as a card writes it; nothing when the text is none.
std::optional<std::chrono::year_month_day> parse_date(std::string_view text, profiles::DateForm form);

}  // namespace tahvil::certificate_card
