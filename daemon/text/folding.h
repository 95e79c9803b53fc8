#pragma once

#include <string>
#include <string_view>

namespace tahvil::daemon {

/// The key by which names are compared, never shown and never stored in place of what was read: compatibility
/// composition (NFKC), one form of yeh, kaf and heh, ASCII digits, no half-space (ZWNJ) and no tatweel, single spaces,
/// none at the ends. Folding a key again changes nothing. Throws InvalidInput "text.not_utf8".
std::string folding_key(std::string_view text);

}  // namespace tahvil::daemon
