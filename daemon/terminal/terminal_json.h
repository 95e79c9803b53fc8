#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/terminal/terminal.h"

namespace tahvil::daemon {

/// What lies in a terminal's folder as "terminal.json". No private key is in it.
struct TerminalDocument {
    std::string terminal;
    std::string office;
    std::vector<TerminalKey> keys;
};

std::string to_text(const TerminalDocument& document);

/// Throws MalformedData "terminal.state".
TerminalDocument parse_terminal_document(std::string_view text);

/// A key as the socket shows it: without its source, which may name a token. `origin` names the journal, for the text
/// of a key for checkpoints.
boost::json::object to_json(const TerminalKey& key, const std::string& origin);

}  // namespace tahvil::daemon
