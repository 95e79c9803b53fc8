#pragma once

#include <chrono>

#include "daemon/api/call.h"
#include "daemon/delivery/deliveries.h"
#include "daemon/desk/desk.h"

namespace tahvil::daemon::api {

class Members;

/// A person, as the calling program knows them: the schema Operator, or the parameters operator_id and
/// operator_established of a query. A uid is a program and not a person, so both are kept.
struct Operator {
    std::string id;
    std::string established;  ///< "badge"
};

Operator read_operator(const Members& members);

/// The act of a person, from the members `operator` and `why` of a body, or from the query of a file's upload. Both
/// throw BadRequest.
/// @{
Act read_act(const Call& call, const Members& members, std::chrono::sys_seconds now);
Act read_act_of_query(const Call& call, std::chrono::sys_seconds now);
/// @}

/// The request as the store keeps it from being done twice.
DeskRequest desk_request(const Call& call);

}  // namespace tahvil::daemon::api
