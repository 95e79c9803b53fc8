#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace tahvil::daemon {

/// Reads all of `text` as one JSON value (RFC 8259) in UTF-8, nested at most `depth` deep, in whose objects every name
/// stands once: of two that are alike, a signer and a verifier could each mean another. Throws MalformedData
/// "json.malformed", "json.name_twice", neither of which quotes the text.
boost::json::value parse_strict_json(std::string_view text, std::size_t depth);

/// Whether in no object of `text` a name stands twice; `value` was read from it by a parser that keeps one of two.
bool names_stand_once(std::string_view text, const boost::json::value& value, std::size_t depth);

}  // namespace tahvil::daemon
