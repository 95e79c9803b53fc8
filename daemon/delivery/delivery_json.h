#pragma once

#include <vector>

#include <boost/json/object.hpp>

#include "daemon/delivery/deliveries.h"
#include "daemon/delivery/manifest.h"

namespace tahvil::daemon {

/// A delivery with its holder, for those who may read it; nothing of what opens the card.
boost::json::object to_json(const Delivery& delivery, const std::vector<MoveRecord>& history);

boost::json::object to_json(const DeliveryLine& line);
boost::json::object to_json(const RowFault& fault);

}  // namespace tahvil::daemon
