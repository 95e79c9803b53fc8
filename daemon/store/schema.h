#pragma once

#include <span>

#include "daemon/store/database.h"

namespace tahvil::daemon {

/// Every table of the store, step by step.
std::span<const Migration> store_schema();

}  // namespace tahvil::daemon
