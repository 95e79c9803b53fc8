#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json.hpp>

/// Members of the daemon's answers, by name. A member that is missing or of another type is empty: the contract is the
/// daemon's business, and a newer daemon is no reason to fail.
namespace tahvil::cli {

std::string text(const boost::json::object& object, std::string_view key);
std::int64_t number(const boost::json::object& object, std::string_view key);
bool truth(const boost::json::object& object, std::string_view key);
const boost::json::object& object(const boost::json::object& object, std::string_view key);
const boost::json::array& array(const boost::json::object& object, std::string_view key);

/// A whole answer. Throws MalformedData "daemon.answer" when it is no JSON object.
boost::json::object parse_answer(std::string_view body);

}  // namespace tahvil::cli
