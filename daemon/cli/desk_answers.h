#pragma once

#include <functional>
#include <string>

#include <boost/json.hpp>

#include "daemon/cli/desk_arguments.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"

namespace tahvil::cli {

/// {"operator": {...}}, and the reason when there is one.
boost::json::object act_of(const OperatorArguments& person, const std::string& why = {});

/// The person in the query of a file's upload.
std::string operator_query(const OperatorArguments& person);

/// A key for one act, so that a request sent again has no second effect.
std::string new_key();

/// Sends an act and answers with the id of what it made.
std::string send_act(client::Client& client, const std::string& target, const boost::json::object& body);

/// A check of a card for the desk, followed to its end. Throws the problem that it ended in.
boost::json::object desk_check(client::Client& client, const std::string& target, const SecretBytes& request);

/// A list of the daemon's, page after page: each line by `print` for a person, or all as one JSON document. `target`
/// has a query already, `member` is the array of a page.
void list_pages(client::Client& client, const Context& context, const std::string& target, const std::string& member,
                const std::function<void(const boost::json::object& line)>& print);

/// "/v1/deliveries/ID", percent-encoded.
std::string delivery_target(const std::string& id);

/// A line of a list of facts, left out when the value is empty.
void print_fact(const Console& console, Message label, const std::string& value);

/// Writes what a person is to keep into a new file of mode 0600, or replaces one. Throws InvalidInput
/// "file.unwritable".
void write_output_file(const std::filesystem::path& path, std::string_view content);

}  // namespace tahvil::cli
