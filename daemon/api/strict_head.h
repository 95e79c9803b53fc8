#pragma once

#include <string_view>

namespace tahvil::daemon::api {

/// Refuses a request head (everything up to and with the empty line) that two readers could take in two ways: bare CR
/// or LF, folded lines, space before a colon, control characters, Content-Length that stands twice or beside
/// Transfer-Encoding or is no plain number, a Transfer-Encoding other than "chunked", no Host or two (RFC
/// 9112, 2.2, 3.2, 5 and 6). Throws HttpError, whose text holds nothing of what came.
void require_strict_head(std::string_view head);

}  // namespace tahvil::daemon::api
