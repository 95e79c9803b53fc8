#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tahvil::daemon::api {

/// Percent-decodes a segment of a path or a part of a query (RFC 3986, 2.1). Nothing when an escape is broken or the
/// result holds a control character.
std::optional<std::string> percent_decode(std::string_view text);

/// Escapes everything that is not unreserved.
std::string percent_encode(std::string_view text);

}  // namespace tahvil::daemon::api
