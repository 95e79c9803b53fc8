#pragma once

#include <string>

#include "daemon/api/call.h"

namespace tahvil::daemon::api {

/// The status line and the fields of an answer in HTTP/1.1 (RFC 9112), with the empty line behind them: the length of
/// its body, or chunked where it is a stream.
std::string response_head(const Response& response);

/// A piece of a stream's body (RFC 9112, 7.1). `text` is not empty.
std::string chunk_of(std::string_view text);

}  // namespace tahvil::daemon::api
