#pragma once

#include <boost/json/fwd.hpp>

#include "daemon/reader/reader_pool.h"

namespace tahvil::daemon {

/// A reader as the socket shows it.
boost::json::object to_json(const ReaderView& reader);

boost::json::object to_json(const ReaderFault& fault);

}  // namespace tahvil::daemon
