#pragma once

#include <boost/json/object.hpp>

#include "daemon/delivery/checklist.h"
#include "daemon/delivery/record.h"

namespace tahvil::daemon {

/// How a handover stands: every item, what the policy asks of it, and the ways in which it can be settled.
boost::json::object to_json(const Delivery& delivery, const Checklist& checklist, const HandoverPolicy& policy);

}  // namespace tahvil::daemon
